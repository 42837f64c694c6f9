import Kernels
import VAECore

/// A configuration turned into layers: which kernels run in which order, and where their weights lie.
///
/// The network holds no numbers. Parameters, gradients and activations are regions that the caller owns, so that any number of
/// threads can run the one network on workspaces of their own.
struct Network: Sendable {
    let configuration: ModelConfiguration
    let layout: ParameterLayout

    /// A layer's kernel together with the place of its weights.
    struct Placed<Layer: Sendable>: Sendable {
        let layer: Layer
        let weights: ParameterLayout.Layer
        /// Where the kernel lies that the layer prepares; empty where it prepares none.
        var prepared = 0..<0
    }

    let convolutions: [Placed<Convolution2D>]
    let hidden: Placed<Dense>
    let mean: Placed<Dense>
    let logVariance: Placed<Dense>
    let expansion: Placed<Dense>
    /// From the smallest feature map up; the last gives the logits.
    let transposed: [Placed<TransposedConvolution2D>]

    /// Values of the encoder's last feature map, flattened.
    let flatCount: Int
    /// Floats of all prepared kernels.
    let preparedCount: Int
    /// Images that go through the network together.
    private(set) var microBatch = 1

    /// - Throws: `invalidArgument` when the configuration is not valid.
    init(_ configuration: ModelConfiguration, convolutions: ConvolutionMethod = .direct) throws(VAEError) {
        try self.init(configuration, tiles: convolutions.tiles)
    }

    /// - Parameter tiles: what convolutions are computed with; nil lowers them
    init(_ configuration: ModelConfiguration, tiles: Tiles?) throws(VAEError) {
        try configuration.validate()
        do throws(GeometryError) {
            self = try Network(validated: configuration, tiles)
        } catch {
            throw VAEError(.invalidArgument, "model configuration", error.description)
        }
    }

    private init(validated configuration: ModelConfiguration, _ tiles: Tiles?) throws(GeometryError) {
        self.configuration = configuration
        let side = configuration.kernelSize
        let taps = side * side
        var layout = ParameterLayout()
        var preparedCount = 0
        func reserve(_ count: Int) -> Range<Int> {
            preparedCount += count
            return preparedCount - count..<preparedCount
        }

        // Down: each convolution halves the map; the maps' sizes are kept for the way up.
        var levels: [ConvolutionGeometry] = []
        var down: [Placed<Convolution2D>] = []
        var (height, width) = (configuration.imageShape.height, configuration.imageShape.width)
        var channels = configuration.imageShape.channels
        for (level, filters) in configuration.encoderFilters.enumerated() {
            let geometry = try ConvolutionGeometry(
                height: height, width: width, channels: channels, kernelHeight: side, kernelWidth: side,
                stride: 2)
            let weights = layout.append(
                "encoder.convolution.\(level)", kernel: [side, side, channels, filters], bias: filters,
                fanIn: taps * channels, fanOut: taps * filters)
            let layer = Convolution2D(geometry, filters: filters, activation: .rectified, tiles: tiles)
            // The image needs no gradient, and only that reads the prepared kernel.
            down.append(
                Placed(
                    layer: layer, weights: weights, prepared: reserve(level == 0 ? 0 : layer.preparedCount)))
            levels.append(geometry)
            (height, width, channels) = (geometry.gridHeight, geometry.gridWidth, filters)
        }
        convolutions = down
        flatCount = height * width * channels

        func dense(_ name: String, _ inputs: Int, _ outputs: Int, _ activation: Activation) -> Placed<Dense> {
            let weights = layout.append(
                name, kernel: [inputs, outputs], bias: outputs, fanIn: inputs, fanOut: outputs)
            return Placed(
                layer: Dense(inputs: inputs, outputs: outputs, activation: activation), weights: weights)
        }
        hidden = dense("encoder.dense", flatCount, configuration.hiddenUnits, .rectified)
        mean = dense("encoder.mean", configuration.hiddenUnits, configuration.latentSize, .identity)
        logVariance = dense(
            "encoder.log_variance", configuration.hiddenUnits, configuration.latentSize, .identity)
        expansion = dense("decoder.dense", configuration.latentSize, flatCount, .rectified)

        // Up: each transposed convolution undoes the sizes of one convolution, whatever they were.
        var up: [Placed<TransposedConvolution2D>] = []
        func climb(
            _ name: String, to level: ConvolutionGeometry, outputs: Int, stride: Int, _ activation: Activation
        ) throws(GeometryError) {
            let geometry = try ConvolutionGeometry(
                height: level.height, width: level.width, channels: outputs, kernelHeight: side,
                kernelWidth: side,
                stride: stride)
            let weights = layout.append(
                name, kernel: [side, side, outputs, channels], bias: outputs, fanIn: taps * outputs,
                fanOut: taps * channels)
            let layer = TransposedConvolution2D(
                geometry, inputs: channels, activation: activation, tiles: tiles)
            up.append(Placed(layer: layer, weights: weights, prepared: reserve(layer.preparedCount)))
            channels = outputs
        }
        for (index, (level, filters)) in zip(levels.reversed(), configuration.decoderFilters).enumerated() {
            try climb(
                "decoder.transposed_convolution.\(index)", to: level, outputs: filters, stride: 2, .rectified)
        }
        try climb(
            "decoder.output", to: levels[0], outputs: configuration.imageShape.channels, stride: 1, .identity)
        transposed = up
        self.preparedCount = preparedCount
        self.layout = layout
        microBatch = Self.microBatch(activations: activations)
    }

    /// The most values that one tensor, or the lowered matrix of one image, has in a network of `configuration`,
    /// whose sizes are each in range. Saturates rather than overflow.
    static func largestTensor(of configuration: ModelConfiguration) -> Int {
        func product(_ factors: Int...) -> Int {
            factors.reduce(1) { partial, factor in
                let (value, overflow) = partial.multipliedReportingOverflow(by: factor)
                return overflow ? .max : value
            }
        }
        let shape = configuration.imageShape
        let taps = configuration.kernelSize * configuration.kernelSize
        var largest = product(shape.height, shape.width, taps, shape.channels)
        var (height, width, channels) = (shape.height, shape.width, shape.channels)
        for (filters, outputs) in zip(configuration.encoderFilters, configuration.decoderFilters.reversed()) {
            largest = max(largest, product(height, width, max(filters, outputs)))
            (height, width) = ((height + 1) / 2, (width + 1) / 2)
            largest = max(
                largest, product(height, width, taps, max(channels, outputs)),
                product(taps, channels, filters))
            channels = filters
        }
        let flat = product(height, width, channels)
        // The decoder's kernels join its own filters, from the encoder's last up to the image's channels.
        for filters in configuration.decoderFilters + [shape.channels] {
            largest = max(largest, product(taps, filters, channels))
            channels = filters
        }
        let (hidden, latent) = (configuration.hiddenUnits, configuration.latentSize)
        return max(largest, product(flat, hidden), product(flat, latent), product(hidden, latent))
    }
}
