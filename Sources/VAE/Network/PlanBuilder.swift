import Kernels
import VAECore

/// Layers of a configuration turned into nodes of a plan, with the sizes that follow from what is below them.
struct PlanBuilder {
    var plan = Plan()
    private let configuration: ModelConfiguration
    let tiles: Tiles?
    /// Heights and widths that strided convolutions were given on the way down, and that the way up comes back to.
    private var levels: [(height: Int, width: Int)] = []

    /// Height and width of the encoder's last feature maps: of the image where it has none.
    private var smallest: [Int] {
        let last = plan.nodes.last {
            $0.name.hasPrefix("encoder.") && plan.values[$0.output].shape.count == 3
        }
        return Array(plan.values[last?.output ?? 0].shape.prefix(2))
    }

    init(_ configuration: ModelConfiguration, _ tiles: Tiles?) {
        self.configuration = configuration
        self.tiles = tiles
    }

    /// Adds layers one after the other.
    ///
    /// - Parameters:
    ///   - scope: what the names of nodes and weights begin with; they count layers of each kind from 0
    ///   - branch: the residual layer whose branch they are, as messages name it, which count all layers from 1
    ///   - labels: a value that joins what the first dense layer reads, or where there is none what the last layer gives; nil for none
    /// - Returns: the value of the last, or `value` where there are none
    mutating func append(
        _ layers: [LayerConfiguration], to value: Int, under scope: String, of branch: String? = nil,
        labels: Int? = nil
    ) throws(VAEError) -> Int {
        var (value, numbers) = (value, [String: Int]())
        let joint = layers.firstIndex { $0.kind == Dense.kind } ?? layers.count
        for (index, layer) in layers.enumerated() {
            if index == joint { value = try joined(value, labels, under: scope) }
            let kind = layer.kind
            let number = numbers[kind, default: 0]
            numbers[kind] = number + 1
            // One dense layer needs no number.
            let isAlone = kind == Dense.kind && layers.count { $0.kind == kind } == 1
            let name = isAlone ? "\(scope).\(kind)" : "\(scope).\(kind).\(number)"
            let place = LayerConfiguration.place(index, kind, of: branch, scope)
            do throws(VAEError) {
                value = try append(layer, to: value, name, place)
            } catch {
                // What a branch's layer says has its place already.
                throw error.subject.hasPrefix(name) ? error.about(place) : error
            }
        }
        return joint == layers.count ? try joined(value, labels, under: scope) : value
    }

    /// A value with labels behind it; the value itself where there are none.
    mutating func joined(_ value: Int, _ labels: Int?, under scope: String) throws(VAEError) -> Int {
        guard let labels else { return value }
        return try plan.add(
            "\(scope).labels", Concatenation(plan.values[value].count, plan.values[labels].count), value,
            labels)
    }

    private mutating func append(
        _ layer: LayerConfiguration, to value: Int, _ name: String, _ place: String
    ) throws(VAEError) -> Int {
        let activation = (layer.activation ?? configuration.hiddenActivation).kernel
        switch layer {
        case .convolution(let filters, let kernelSize, let stride, _):
            let shape = try map(value, name)
            if stride > 1 { levels.append((shape[0], shape[1])) }
            return try convolution(
                name, value, filters: filters, kernelSize: kernelSize ?? configuration.kernelSize, stride,
                activation)
        case .transposedConvolution(let filters, let kernelSize, let stride, _):
            let level = try size(above: value, stride, name)
            return try transposedConvolution(
                name, value, to: level, channels: filters,
                kernelSize: kernelSize ?? configuration.kernelSize, stride, activation)
        case .dense(let shape, _):
            return try dense(name, value, shape, activation)
        case .featureMaps(let channels, _):
            return try dense(name, value, smallest + [channels], activation)
        case .upsampling(let factor):
            let level = try size(above: value, factor, name)
            return try plan.add(
                name,
                NearestUpsampling(
                    plan.values[value].shape, toHeight: level.height, width: level.width, factor: factor),
                value)
        case .groupNormalization(let groups):
            let shape = plan.values[value].shape
            guard shape[shape.count - 1].isMultiple(of: groups) else {
                throw VAEError(
                    .invalidArgument, name, "can't divide its channels into groups",
                    expected: "a number of groups that divides \(shape[shape.count - 1])", found: "\(groups)")
            }
            guard shape.reduce(1, *) > groups else {
                throw VAEError(
                    .invalidArgument, name, "would make every value 0: its groups have one value each",
                    expected: "fewer groups than values of an image, \(shape.reduce(1, *))",
                    found: "\(groups)")
            }
            return try plan.add(name, GroupNormalization(shape: shape, groups: groups), value)
        case .activation(let activation):
            return try plan.add(
                name, ActivationLayer(activation.kernel, shape: plan.values[value].shape), value)
        case .residual(let layers):
            let branch = try append(layers, to: value, under: name, of: place)
            return try plan.add(
                name, Addition(shape: plan.values[branch].shape), try shortcut(name, value, to: branch),
                branch)
        }
    }

    /// The layer that gives the output: dense after units, and after feature maps a transposed convolution of stride 1.
    mutating func output(_ value: Int, channels: Int) throws(VAEError) -> Int {
        let image = configuration.imageShape
        let shape = plan.values[value].shape
        guard shape.count == 3 else {
            return try dense("decoder.output", value, [image.height, image.width, channels], .identity)
        }
        guard shape[0] == image.height, shape[1] == image.width else {
            throw VAEError(
                .invalidArgument, "decoder", "ends in feature maps of another size than the images",
                expected: "\(image.height)×\(image.width)", found: "\(shape[0])×\(shape[1])",
                advice: "Add or remove transposed convolutions or upsampling.")
        }
        return try transposedConvolution(
            "decoder.output", value, to: (image.height, image.width), channels: channels,
            kernelSize: configuration.kernelSize, 1, .identity)
    }

    mutating func dense(
        _ name: String, _ value: Int, _ shape: [Int], _ activation: Activation
    ) throws(VAEError) -> Int {
        let layer = Dense(
            inputs: plan.values[value].count, outputShape: shape,
            activation: activation.isInvertible ? activation : .identity, tiles: tiles)
        return try activated(name, plan.add(name, layer, value), activation)
    }

    mutating func convolution(
        _ name: String, _ value: Int, filters: Int, kernelSize: Int, _ stride: Int, _ activation: Activation
    ) throws(VAEError) -> Int {
        let shape = try map(value, name)
        let layer = Convolution2D(
            try geometry(name, shape[0], shape[1], shape[2], kernelSize, stride), filters: filters,
            activation: activation.isInvertible ? activation : .identity, tiles: tiles)
        return try activated(name, plan.add(name, layer, value), activation)
    }

    private mutating func transposedConvolution(
        _ name: String, _ value: Int, to level: (height: Int, width: Int), channels: Int, kernelSize: Int,
        _ stride: Int, _ activation: Activation
    ) throws(VAEError) -> Int {
        let layer = TransposedConvolution2D(
            try geometry(name, level.height, level.width, channels, kernelSize, stride),
            inputs: try map(value, name)[2], activation: activation.isInvertible ? activation : .identity,
            tiles: tiles)
        return try activated(name, plan.add(name, layer, value), activation)
    }

    /// An activation that its layer can't apply in place follows as a node of its own.
    private mutating func activated(
        _ name: String, _ value: Int, _ activation: Activation
    ) throws(VAEError) -> Int {
        guard !activation.isInvertible else { return value }
        return try plan.add(
            "\(name).activation", ActivationLayer(activation, shape: plan.values[value].shape), value)
    }

    /// The value that a residual block adds its branch to: its input, or where the branch has other sizes a 1×1 convolution of it.
    private mutating func shortcut(_ name: String, _ value: Int, to branch: Int) throws(VAEError) -> Int {
        let (from, to) = (plan.values[value].shape, plan.values[branch].shape)
        if from == to { return value }
        let stride = from.count == 3 && to.count == 3 ? max((from[0] + to[0] - 1) / to[0], 1) : 0
        guard stride > 0, (from[0] + stride - 1) / stride == to[0], (from[1] + stride - 1) / stride == to[1]
        else {
            throw VAEError(
                .invalidArgument, name, "has a branch whose output can't be added to its input",
                expected: "the shape \(from), or smaller feature maps", found: "\(to)")
        }
        return try convolution(
            "\(name).shortcut", value, filters: to[2], kernelSize: 1, stride, .identity)
    }

    private func geometry(
        _ name: String, _ height: Int, _ width: Int, _ channels: Int, _ kernelSize: Int, _ stride: Int
    ) throws(VAEError) -> ConvolutionGeometry {
        do throws(GeometryError) {
            return try ConvolutionGeometry(
                height: height, width: width, channels: channels, kernelHeight: kernelSize,
                kernelWidth: kernelSize, stride: stride)
        } catch {
            throw VAEError(.invalidArgument, name, error.description)
        }
    }

    /// The shape of a value that has to be feature maps.
    private func map(_ value: Int, _ name: String) throws(VAEError) -> [Int] {
        let shape = plan.values[value].shape
        guard shape.count == 3 else {
            throw VAEError(
                .invalidArgument, name, "needs feature maps", expected: "(height, width, channels)",
                found: "\(shape[0]) units",
                advice: "Put a dense layer with a shape of three sizes before it.")
        }
        return shape
    }

    /// Height and width one step up: those that the last convolution which went this step down was given, so that odd sizes come
    /// back; else the multiple.
    private mutating func size(
        above value: Int, _ stride: Int, _ name: String
    ) throws(VAEError) -> (height: Int, width: Int) {
        let shape = try map(value, name)
        guard stride > 1 else { return (shape[0], shape[1]) }
        let level = levels.lastIndex {
            ($0.height + stride - 1) / stride == shape[0] && ($0.width + stride - 1) / stride == shape[1]
        }
        let size = level.map { levels[$0] } ?? (height: shape[0] * stride, width: shape[1] * stride)
        if let level { levels.removeSubrange(level...) }
        guard max(size.height, size.width) <= ModelConfiguration.largestSide else {
            throw VAEError(
                .invalidArgument, name, "makes feature maps that are too large",
                expected: "at most \(ModelConfiguration.largestSide) high and wide",
                found: "\(size.height)×\(size.width)")
        }
        return size
    }
}
