import Kernels
import VAE
import VAECore

/// A kind of layer that ONNX has operations for.
protocol ONNXTranslatable: Layer {
    /// Adds the node that computes the layer, and says which tensor has its output.
    /// - Throws: `invalidData` when a weight is not finite.
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError)
}

extension ONNXBuilder {
    /// Adds some nodes of the plan, in their order.
    /// - Throws: `invalidArgument` naming a layer whose kind has no translation; `invalidData` when a weight is not finite.
    mutating func add(_ nodes: Range<Int>) throws(VAEError) {
        for node in plan.nodes[nodes] { try add(node) }
    }

    mutating func add(_ node: Plan.Node) throws(VAEError) {
        guard let layer = node.layer as? any ONNXTranslatable else {
            throw VAEError(
                .invalidArgument, node.name, "is a layer that can't be written as ONNX operations",
                found: node.layer.kind)
        }
        try layer.translate(node, into: &self)
    }

    /// A layer's activation of its sums; their own tensor where it has none.
    mutating func activated(_ activation: Activation, _ tensor: String, _ name: String) -> String {
        switch activation {
        case .identity: return tensor
        case .rectified: return graph.node("Relu", [tensor], name)
        case .leakyRectified:
            return graph.node("LeakyRelu", [tensor], name, ["alpha": .float(Activation.leakySlope)])
        case .tanh: return graph.node("Tanh", [tensor], name)
        case .silu:
            let gate = graph.node("Sigmoid", [tensor], "\(name).gate")
            return graph.node("Mul", [tensor, gate], name)
        }
    }

    /// A node of an operation and its activation, which together have the layer's name.
    fileprivate mutating func output(
        _ node: Plan.Node, _ form: Form, _ activation: Activation, _ operation: String, _ inputs: [String],
        _ attributes: KeyValuePairs<String, ONNXGraph.Attribute> = [:]
    ) {
        let sum = activation == .identity ? node.name : "\(node.name).sum"
        let tensor = activated(activation, graph.node(operation, inputs, sum, attributes), node.name)
        define(node.output, tensor, form)
    }
}

extension Dense: ONNXTranslatable {
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let inputs = [
            builder.tensor(node.inputs[0], .flat), try builder.parameter(0, of: node),
            try builder.parameter(1, of: node),
        ]
        builder.output(node, .flat, activation, "Gemm", inputs)
    }
}

extension Convolution2D: ONNXTranslatable {
    /// Kernels (height, width, in, out) become (out, in, height, width).
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let inputs = [
            builder.tensor(node.inputs[0], .channelsFirst),
            try builder.parameter(0, of: node, axes: [3, 2, 0, 1]), try builder.parameter(1, of: node),
        ]
        builder.output(
            node, .channelsFirst, activation, "Conv", inputs,
            [
                "kernel_shape": .integers([geometry.kernelHeight, geometry.kernelWidth]),
                "strides": .integers([geometry.stride, geometry.stride]),
                "pads": .integers(geometry.pads),
            ])
    }
}

extension TransposedConvolution2D: ONNXTranslatable {
    /// Kernels (height, width, out, in) become (in, out, height, width).
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let inputs = [
            builder.tensor(node.inputs[0], .channelsFirst),
            try builder.parameter(0, of: node, axes: [3, 2, 0, 1]), try builder.parameter(1, of: node),
        ]
        builder.output(
            node, .channelsFirst, activation, "ConvTranspose", inputs,
            [
                "kernel_shape": .integers([geometry.kernelHeight, geometry.kernelWidth]),
                "strides": .integers([geometry.stride, geometry.stride]),
                "pads": .integers(geometry.pads),
                // Rows and columns that no place of the kernel reaches have the bias alone.
                "output_padding": .integers(geometry.excess.map { max(-$0, 0) }),
            ])
    }
}

extension ConvolutionGeometry {
    /// Rows and columns that the kernel's places take beyond the image; negative where they do not reach its end.
    fileprivate var excess: [Int] {
        [
            (gridHeight - 1) * stride + kernelHeight - height,
            (gridWidth - 1) * stride + kernelWidth - width,
        ]
    }

    /// Padding at the top, left, bottom and right.
    fileprivate var pads: [Int] {
        [paddingTop, paddingLeft, max(excess[0], 0) - paddingTop, max(excess[1], 0) - paddingLeft]
    }
}

extension ActivationLayer: ONNXTranslatable {
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let input = builder.tensor(node.inputs[0])
        guard activation != .identity else { return builder.define(node.output, as: node.inputs[0]) }
        builder.define(node.output, builder.activated(activation, input.name, node.name), input.form)
    }
}

extension Addition: ONNXTranslatable {
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let form = builder.tensor(node.inputs[1]).form
        let terms = [builder.tensor(node.inputs[0], form), builder.tensor(node.inputs[1], form)]
        builder.output(node, form, .identity, "Add", terms)
    }
}

extension Concatenation: ONNXTranslatable {
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let parts = [builder.tensor(node.inputs[0], .flat), builder.tensor(node.inputs[1], .flat)]
        builder.output(node, .flat, .identity, "Concat", parts, ["axis": .integer(1)])
    }
}

extension GroupNormalization: ONNXTranslatable {
    /// Groups are made channels of one axis, which an instance normalisation brings to mean 0 and variance 1.
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let isMap = outputShape.count == 3
        let channels = outputShape[outputShape.count - 1]
        let form: ONNXBuilder.Form = isMap ? .channelsFirst : .flat
        let shape = isMap ? [0, channels, outputShape[0], outputShape[1]] : [0, channels]
        let each = isMap ? [channels, 1, 1] : [channels]
        let name = node.name
        let grouped = builder.reshape(
            builder.tensor(node.inputs[0], form), [0, groups, -1], "\(name).groups")
        let ones = builder.floats("\(name).ones", [groups], [Float](repeating: 1, count: groups))
        let zeros = builder.floats("\(name).zeros", [groups], [Float](repeating: 0, count: groups))
        let normal = builder.graph.node(
            "InstanceNormalization", [grouped, ones, zeros], "\(name).normal", ["epsilon": .float(epsilon)])
        let restored = builder.reshape(normal, shape, "\(name).channels")
        let scaled = builder.graph.node(
            "Mul", [restored, try builder.parameter(0, of: node, shape: each)], "\(name).scaled")
        builder.output(
            node, form, .identity, "Add", [scaled, try builder.parameter(1, of: node, shape: each)])
    }
}

extension NearestUpsampling: ONNXTranslatable {
    /// Whole blocks, of which the last are cut where the output ends within them.
    func translate(_ node: Plan.Node, into builder: inout ONNXBuilder) throws(VAEError) {
        let scales = builder.floats("\(node.name).scales", [4], [1, 1, Float(factor), Float(factor)])
        let isWhole = outputShape[0] == inputShape[0] * factor && outputShape[1] == inputShape[1] * factor
        let repeated = builder.graph.node(
            "Resize", [builder.tensor(node.inputs[0], .channelsFirst), "", scales],
            isWhole ? node.name : "\(node.name).blocks",
            [
                "mode": .text("nearest"), "nearest_mode": .text("floor"),
                "coordinate_transformation_mode": .text("asymmetric"),
            ])
        guard !isWhole else { return builder.define(node.output, repeated, .channelsFirst) }
        builder.output(
            node, .channelsFirst, .identity, "Slice",
            [
                repeated, builder.integers([0, 0]), builder.integers([outputShape[0], outputShape[1]]),
                builder.integers([2, 3]),
            ])
    }
}
