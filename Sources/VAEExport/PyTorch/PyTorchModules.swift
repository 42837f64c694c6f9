import Kernels
import VAE
import VAECore

/// Encoder and decoder as modules of PyTorch: their layers, and how they follow from one another.
struct PyTorchModules {
    let topology: Topology

    private var plan: Plan { topology.plan }

    /// The classes `Encoder` and `Decoder`.
    /// - Parameters:
    ///   - buffers: lines that make room for tensors of the decoder's that belong to no layer
    ///   - result: what the decoder returns
    /// - Throws: `invalidArgument` for a layer that has no counterpart.
    func write(
        to text: inout PythonText, buffers: [String], result: String
    ) throws(VAEError) {
        let isConditional = topology.labels != nil
        let isQuantised = topology.quantisation != nil
        text.addGap()
        text.add(
            isQuantised
                ? "class Encoder(nn.Module):\n    \"\"\"From images to the vectors that the nearest codes are taken of.\"\"\"\n"
                : "class Encoder(nn.Module):\n    \"\"\"From images to the mean and the log-variance of q(z|x).\"\"\"\n"
        )
        try writeInitializer(topology.encoder, [], to: &text)
        var inputs = [topology.images: "images"]
        if let labels = topology.labels { inputs[labels] = "labels" }
        text.add(
            "def forward(self, images: Tensor\(isConditional ? ", labels: Tensor" : "")) -> \(isQuantised ? "Tensor" : "tuple[Tensor, Tensor]"):",
            at: 1)
        var variables = PythonVariables(plan, inputs: inputs)
        for index in topology.encoder where isQuantised || !isHead(index) {
            try writeStep(plan.nodes[index], &variables, to: &text)
        }
        if isQuantised {
            text.add("return \(variables[topology.mean])", at: 2)
        } else if let head = plan.nodes.first(where: { $0.output == topology.mean }) {
            let top = units(head.inputs[0], &variables, to: &text) ?? variables[head.inputs[0]]
            text.add("return self.mean(\(top)), self.log_variance(\(top))", at: 2)
        }

        text.addGap()
        text.add("class Decoder(nn.Module):\n    \"\"\"From z to the means of p(x|z).\"\"\"\n")
        try writeInitializer(topology.decoder, buffers, to: &text)
        text.add("def forward(self, z: Tensor\(isConditional ? ", labels: Tensor" : "")) -> Tensor:", at: 1)
        inputs = [topology.z: "z"]
        if let labels = topology.labels { inputs[labels] = "labels" }
        variables = PythonVariables(plan, inputs: inputs)
        for index in topology.decoder { try writeStep(plan.nodes[index], &variables, to: &text) }
        text.add("return \(result)", at: 2)
    }

    /// Whether a node is one of the encoder's two heads, which the last line computes.
    private func isHead(_ index: Int) -> Bool {
        let output = plan.nodes[index].output
        return output == topology.mean || output == topology.logVariance
    }

    private func writeInitializer(
        _ nodes: Range<Int>, _ buffers: [String], to text: inout PythonText
    ) throws(VAEError) {
        text.add("def __init__(self) -> None:\n    super().__init__()", at: 1)
        for node in plan.nodes[nodes] {
            guard let (type, arguments) = try module(node) else { continue }
            text.add(
                call: "self.\(PyTorchLayout.attribute(node.name)) = nn.\(type)", arguments, at: 2)
        }
        for line in buffers { text.add(line, at: 2) }
        text.add("")
    }

    /// The module of a layer with weights; nil for one without.
    private func module(_ node: Plan.Node) throws(VAEError) -> (type: String, arguments: [String])? {
        switch node.layer {
        case let layer as Convolution2D:
            let geometry = layer.geometry
            var arguments = ["\(geometry.channels)", "\(layer.filters)", "kernel_size=\(kernel(geometry))"]
            if geometry.stride > 1 { arguments.append("stride=\(geometry.stride)") }
            let padding = Padding(geometry)
            if padding.isEven, padding.top + padding.left > 0 {
                arguments.append("padding=\(PythonText.pair(padding.top, padding.left))")
            }
            return ("Conv2d", arguments)
        case let layer as TransposedConvolution2D:
            let geometry = layer.geometry
            var arguments = ["\(layer.inputs)", "\(geometry.channels)", "kernel_size=\(kernel(geometry))"]
            if geometry.stride > 1 { arguments.append("stride=\(geometry.stride)") }
            if geometry.paddingTop + geometry.paddingLeft > 0 {
                arguments.append("padding=\(PythonText.pair(geometry.paddingTop, geometry.paddingLeft))")
            }
            let padding = Padding(geometry)
            let (rows, columns) = (max(padding.missingRows, 0), max(padding.missingColumns, 0))
            if rows + columns > 0 { arguments.append("output_padding=\(PythonText.pair(rows, columns))") }
            return ("ConvTranspose2d", arguments)
        case let layer as Dense:
            return ("Linear", ["\(layer.inputs)", "\(layer.outputs)"])
        case let layer as GroupNormalization:
            let shape = layer.outputShape
            return ("GroupNorm", ["\(layer.groups)", "\(shape[shape.count - 1])", "eps=\(layer.epsilon)"])
        case is ActivationLayer, is Addition, is Concatenation, is NearestUpsampling:
            return nil
        default:
            throw VAEError(
                .invalidArgument, node.name, "is a layer that can't be written for PyTorch",
                found: node.layer.kind)
        }
    }

    private func kernel(_ geometry: ConvolutionGeometry) -> String {
        PythonText.pair(geometry.kernelHeight, geometry.kernelWidth)
    }

    /// The lines that compute one layer.
    private func writeStep(
        _ node: Plan.Node, _ variables: inout PythonVariables, to text: inout PythonText
    ) throws(VAEError) {
        let shape = node.layer.outputShape
        let sizes = shape.count == 3 ? [shape[2], shape[0], shape[1]] : shape
        let comment = "(n, \(sizes.map(String.init).joined(separator: ", ")))"
        let own = "self.\(PyTorchLayout.attribute(node.name))"
        let flatInput =
            node.layer is Dense ? units(node.inputs[0], &variables, to: &text) : nil
        var input = flatInput ?? variables[node.inputs[0]]
        switch node.layer {
        case let layer as Convolution2D:
            let target = variables.write(node)
            let padding = Padding(layer.geometry)
            if !padding.isEven {
                let sides = [padding.left, padding.right, padding.top, padding.bottom]
                text.add(
                    "\(target) = F.pad(\(input), \(PythonText.tuple(sides.map(String.init))))", at: 2)
                input = target
            }
            write(target, "\(own)(\(input))", layer.activation, comment, to: &text)
        case let layer as TransposedConvolution2D:
            let target = variables.write(node)
            let geometry = layer.geometry
            let padding = Padding(geometry)
            let isCropped = padding.missingRows < 0 || padding.missingColumns < 0
            let crop = isCropped ? "[:, :, :\(geometry.height), :\(geometry.width)]" : ""
            write(target, "\(own)(\(input))\(crop)", layer.activation, comment, to: &text)
        case let layer as Dense:
            let target = variables.write(node)
            if flatInput == nil, variables.isMaps(node.inputs[0]) { input = "torch.flatten(\(input), 1)" }
            let isMaps = shape.count == 3
            write(
                target, "\(own)(\(input))", layer.activation,
                isMaps ? "(n, \(layer.outputs))" : comment, to: &text)
            if isMaps {
                text.add(
                    "\(target) = \(target).unflatten(1, \(PythonText.tuple(sizes.map(String.init))))", at: 2)
            }
        case is GroupNormalization:
            text.add("\(variables.write(node)) = \(own)(\(input))", comment: comment, at: 2)
        case let layer as ActivationLayer:
            write(variables.write(node), input, layer.activation, comment, to: &text)
        case is Addition:
            let other = variables[node.inputs[1]]
            text.add("\(variables.write(node)) = \(input) + \(other)", comment: comment, at: 2)
        case is Concatenation:
            let flat = units(node.inputs[0], &variables, to: &text)
            input = flat ?? (variables.isMaps(node.inputs[0]) ? "torch.flatten(\(input), 1)" : input)
            let labels = variables[node.inputs[1]]
            text.add(
                "\(variables.write(node)) = torch.cat((\(input), \(labels)), dim=1)", comment: comment, at: 2)
        case let layer as NearestUpsampling:
            let crop =
                layer.outputShape[0] == layer.inputShape[0] * layer.factor
                    && layer.outputShape[1] == layer.inputShape[1] * layer.factor
                ? "" : "[:, :, :\(shape[0]), :\(shape[1])]"
            let target = variables.write(node)
            text.add(
                "\(target) = F.interpolate(\(input), scale_factor=\(layer.factor))\(crop)",
                comment: comment, at: 2)
        default: break
        }
    }

    /// Makes units of feature maps that are only read as such.
    /// - Returns: their variable; nil where they are units already, or read as maps, too
    private func units(
        _ value: Int, _ variables: inout PythonVariables, to text: inout PythonText
    ) -> String? {
        guard variables.isMaps(value), variables.isReadAsUnits(value) else { return nil }
        let (from, to) = variables.flatten(value, isInput: value == topology.images || value == topology.z)
        text.add("\(to) = torch.flatten(\(from), 1)", comment: "(n, \(plan.values[value].count))", at: 2)
        return to
    }

    /// target = activation(expression), in two lines where one is too long.
    private func write(
        _ target: String, _ expression: String, _ activation: Activation, _ comment: String,
        to text: inout PythonText
    ) {
        func applied(_ expression: String) -> String {
            switch activation {
            case .identity: expression
            case .rectified: "F.relu(\(expression))"
            case .leakyRectified: "F.leaky_relu(\(expression), \(Activation.leakySlope))"
            case .tanh: "torch.tanh(\(expression))"
            case .silu: "F.silu(\(expression))"
            }
        }
        let line = "\(target) = \(applied(expression))"
        guard line.count + 8 > PythonText.width, activation != .identity else {
            return text.add(line, comment: comment, at: 2)
        }
        text.add("\(target) = \(expression)", at: 2)
        text.add("\(target) = \(applied(target))", comment: comment, at: 2)
    }
}

/// TensorFlow's `same` padding of a convolution, in numbers for programs that have another.
struct Padding {
    let top, bottom, left, right: Int
    /// Rows and columns that a transposed convolution with `top` and `left` cut off on both sides lacks; −1 where it has one too many.
    let missingRows, missingColumns: Int

    init(_ geometry: ConvolutionGeometry) {
        func total(_ size: Int, _ grid: Int, _ kernel: Int) -> Int {
            max((grid - 1) * geometry.stride + kernel - size, 0)
        }
        let rows = total(geometry.height, geometry.gridHeight, geometry.kernelHeight)
        let columns = total(geometry.width, geometry.gridWidth, geometry.kernelWidth)
        (top, bottom) = (geometry.paddingTop, rows - geometry.paddingTop)
        (left, right) = (geometry.paddingLeft, columns - geometry.paddingLeft)
        missingRows =
            geometry.height - (geometry.gridHeight - 1) * geometry.stride + 2 * top - geometry.kernelHeight
        missingColumns =
            geometry.width - (geometry.gridWidth - 1) * geometry.stride + 2 * left - geometry.kernelWidth
    }

    /// Whether both sides of each axis have as much.
    var isEven: Bool { top == bottom && left == right }
}
