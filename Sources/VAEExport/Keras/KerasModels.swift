import Kernels
import VAE
import VAECore

/// Encoder and decoder as functional models of Keras: how their layers follow from one another.
struct KerasModels {
    let topology: Topology

    private var plan: Plan { topology.plan }

    /// Whether a layer has the activation that the program has a function for.
    var hasLeakyRectifier: Bool {
        plan.nodes.contains { node in
            switch node.layer {
            case let layer as Convolution2D: layer.activation == .leakyRectified
            case let layer as TransposedConvolution2D: layer.activation == .leakyRectified
            case let layer as Dense: layer.activation == .leakyRectified
            case let layer as ActivationLayer: layer.activation == .leakyRectified
            default: false
            }
        }
    }

    /// The leaky rectifier. TensorFlow 2.21 computes a convolution, a sum and its own `LeakyReLU` as one, and then with the slope 0.2
    /// whatever was asked for: `predict` gives other numbers than a call.
    static let leakyRectifier = """
        def leaky_relu(x):
            \"""x, or \(Activation.leakySlope) x below 0. TensorFlow has another slope for LeakyReLU behind a sum.\"""
            return ops.maximum(x, \(Activation.leakySlope) * x)
        """

    /// The functions `build_encoder` and `build_decoder`.
    /// - Parameter result: the lines that make the means of p(x|z) of `x`
    /// - Throws: `invalidArgument` for a layer that has no counterpart.
    func write(to text: inout PythonText, result: [String]) throws(VAEError) {
        let classes = topology.labels.map { plan.values[$0].count }
        let labels = classes.map { "labels = keras.Input(\(PythonText.tuple(["\($0)"])), name=\"labels\")" }
        func inputs(_ name: String) -> String { classes == nil ? name : "[\(name), labels]" }

        text.addGap()
        let heads =
            topology.quantisation == nil
            ? "the mean and the log-variance of q(z|x)" : "the numbers of codes"
        text.add("def build_encoder() -> keras.Model:\n    \"\"\"From images to \(heads).\"\"\"")
        text.add("images = keras.Input(\(tuple(plan.values[topology.images].shape)), name=\"images\")", at: 1)
        if let labels { text.add(labels, at: 1) }
        var variables = PythonVariables(plan, inputs: named(topology.images, "images"))
        for index in topology.encoder where topology.quantisation != nil || !isHead(plan.nodes[index]) {
            try writeStep(plan.nodes[index], &variables, to: &text)
        }
        var outputs = "[mean, log_variance]"
        if let quantisation = topology.quantisation {
            writeCodes(quantisation, variables[topology.mean], to: &text)
            outputs = "codes"
        } else {
            for (value, name) in [(topology.mean, "mean"), (topology.logVariance, "log_variance")] {
                guard let head = plan.nodes.first(where: { $0.output == value }) else { continue }
                let top = units(head.inputs[0], &variables, to: &text) ?? variables[head.inputs[0]]
                text.add(
                    "\(name) = layers.Dense(\(plan.values[value].count), name=\"\(head.name)\")(\(top))",
                    at: 1)
            }
        }
        text.add("return keras.Model(\(inputs("images")), \(outputs), name=\"encoder\")", at: 1)

        text.addGap()
        text.add("def build_decoder() -> keras.Model:\n    \"\"\"From z to the means of p(x|z).\"\"\"")
        if let quantisation = topology.quantisation {
            writeVectors(quantisation, to: &text)
        } else {
            text.add("z = keras.Input(\(tuple(plan.values[topology.z].shape)), name=\"z\")", at: 1)
        }
        if let labels { text.add(labels, at: 1) }
        variables = PythonVariables(plan, inputs: named(topology.z, "z"))
        for index in topology.decoder { try writeStep(plan.nodes[index], &variables, to: &text) }
        for line in result { text.add(line, at: 1) }
        let first = topology.quantisation == nil ? "z" : "codes"
        text.add("return keras.Model(\(inputs(first)), x, name=\"decoder\")", at: 1)
    }

    private func named(_ value: Int, _ name: String) -> [Int: String] {
        var inputs = [value: name]
        if let labels = topology.labels { inputs[labels] = "labels" }
        return inputs
    }

    private func isHead(_ node: Plan.Node) -> Bool {
        node.output == topology.mean || node.output == topology.logVariance
    }

    private func tuple(_ shape: [Int]) -> String { PythonText.tuple(shape.map(String.init)) }

    /// From vectors to the numbers of codes, (n, height, width).
    private func writeCodes(_ layer: Quantisation, _ vectors: String, to text: inout PythonText) {
        var vectors = vectors
        if layer.outputShape.count == 1 {
            text.add("x = layers.Reshape((1, \(layer.positions), \(layer.dimension)))(\(vectors))", at: 1)
            vectors = "x"
        }
        text.add(
            "codes = NearestCode(\(layer.size), \(layer.dimension), name=\"latent\")(\(vectors))", at: 1)
    }

    /// From the numbers of codes to z.
    private func writeVectors(_ layer: Quantisation, to text: inout PythonText) {
        let grid = layer.outputShape.count == 3 ? Array(layer.outputShape.prefix(2)) : [1, layer.positions]
        text.add("codes = keras.Input(\(tuple(grid)), dtype=\"int32\", name=\"codes\")", at: 1)
        text.add("z = layers.Embedding(\(layer.size), \(layer.dimension), name=\"latent\")(codes)", at: 1)
        if layer.outputShape.count == 1 { text.add("z = layers.Flatten()(z)", at: 1) }
    }

    /// The lines that compute one layer.
    private func writeStep(
        _ node: Plan.Node, _ variables: inout PythonVariables, to text: inout PythonText
    ) throws(VAEError) {
        let shape = node.layer.outputShape
        let name = "name=\"\(node.name)\""
        let isDense = node.layer is Dense || node.layer is Concatenation
        let flatInput = isDense ? units(node.inputs[0], &variables, to: &text) : nil
        var input = flatInput ?? variables[node.inputs[0]]
        if isDense, flatInput == nil, variables.isMaps(node.inputs[0]) {
            input = "layers.Flatten()(\(input))"
        }
        let other = node.inputs.count > 1 ? variables[node.inputs[1]] : ""
        let target = variables.write(node)
        func call(_ layer: String, _ arguments: [String], _ input: String) {
            text.add(call: "\(target) = layers.\(layer)", arguments, tail: "(\(input))", at: 1)
        }
        switch node.layer {
        case let layer as Convolution2D:
            call(
                "Conv2D",
                ["\(layer.filters)", kernel(layer.geometry)] + strides(layer.geometry) + ["padding=\"same\""]
                    + inner(layer.activation) + [name], input)
            writeActivation(layer.activation, target, to: &text)
        case let layer as TransposedConvolution2D:
            let geometry = layer.geometry
            let crop = Self.crop(geometry)
            call(
                "Conv2DTranspose",
                ["\(geometry.channels)", kernel(geometry)] + strides(geometry)
                    + ["padding=\"\(crop == nil ? "same" : "valid")\""] + inner(layer.activation) + [name],
                input)
            if let crop { call("Cropping2D", [crop], target) }
            writeActivation(layer.activation, target, to: &text)
        case let layer as Dense:
            call("Dense", ["\(layer.outputs)"] + inner(layer.activation) + [name], input)
            writeActivation(layer.activation, target, to: &text)
            if shape.count == 3 { call("Reshape", [tuple(shape)], target) }
        case let layer as GroupNormalization:
            call("GroupNormalization", ["\(layer.groups)", "epsilon=\(layer.epsilon)", name], input)
        case let layer as ActivationLayer:
            if layer.activation == .leakyRectified {
                text.add("\(target) = leaky_relu(\(input))", at: 1)
            } else {
                call("Activation", ["\"\(Self.name(of: layer.activation))\""], input)
            }
        case is Addition: call("Add", [], "[\(input), \(other)]")
        case is Concatenation: call("Concatenate", [], "[\(input), \(other)]")
        case let layer as NearestUpsampling:
            call("UpSampling2D", ["\(layer.factor)"], input)
            let (rows, columns) = (
                layer.inputShape[0] * layer.factor - shape[0], layer.inputShape[1] * layer.factor - shape[1]
            )
            if rows + columns > 0 { call("Cropping2D", ["((0, \(rows)), (0, \(columns)))"], target) }
        default:
            throw VAEError(
                .invalidArgument, node.name, "is a layer that can't be written for Keras",
                found: node.layer.kind)
        }
    }

    /// Makes units of feature maps that are only read as such.
    /// - Returns: their variable; nil where they are units already, or read as maps, too
    private func units(
        _ value: Int, _ variables: inout PythonVariables, to text: inout PythonText
    ) -> String? {
        guard variables.isMaps(value), variables.isReadAsUnits(value) else { return nil }
        let (from, to) = variables.flatten(value, isInput: value == topology.images || value == topology.z)
        text.add("\(to) = layers.Flatten()(\(from))", at: 1)
        return to
    }

    private func kernel(_ geometry: ConvolutionGeometry) -> String {
        PythonText.pair(geometry.kernelHeight, geometry.kernelWidth)
    }

    private func strides(_ geometry: ConvolutionGeometry) -> [String] {
        geometry.stride == 1 ? [] : ["strides=\(geometry.stride)"]
    }

    /// The rows and columns that are cut off a transposed convolution without padding; nil where Keras's `same` comes to the same.
    private static func crop(_ geometry: ConvolutionGeometry) -> String? {
        func sides(_ size: Int, _ grid: Int, _ kernel: Int, _ before: Int) -> String {
            let whole = grid * geometry.stride + max(kernel - geometry.stride, 0)
            return "(\(before), \(whole - before - size))"
        }
        guard
            geometry.height != geometry.gridHeight * geometry.stride
                || geometry.width != geometry.gridWidth * geometry.stride
        else { return nil }
        let rows = sides(
            geometry.height, geometry.gridHeight, geometry.kernelHeight, geometry.paddingTop)
        let columns = sides(
            geometry.width, geometry.gridWidth, geometry.kernelWidth, geometry.paddingLeft)
        return "(\(rows), \(columns))"
    }

    /// The activation that a layer of Keras applies itself. Its leaky rectifier has another slope by that name.
    private func inner(_ activation: Activation) -> [String] {
        switch activation {
        case .identity, .leakyRectified: []
        case .rectified, .tanh, .silu: ["activation=\"\(Self.name(of: activation))\""]
        }
    }

    private func writeActivation(_ activation: Activation, _ target: String, to text: inout PythonText) {
        guard activation == .leakyRectified else { return }
        text.add("\(target) = leaky_relu(\(target))", at: 1)
    }

    private static func name(of activation: Activation) -> String {
        switch activation {
        case .identity: "linear"
        case .rectified: "relu"
        case .leakyRectified: "leaky_relu"
        case .tanh: "tanh"
        case .silu: "silu"
        }
    }
}
