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
        /// Where the packed kernel lies; empty where none of the layer's products reads one.
        var packed = 0..<0
    }

    let convolutions: [Placed<Convolution2D>]
    /// The encoder's dense layers below its heads.
    let encoderDense: [Placed<Dense>]
    let mean: Placed<Dense>
    let logVariance: Placed<Dense>
    /// The decoder's dense layers. The last gives the smallest feature map, or without convolutions the output.
    let decoderDense: [Placed<Dense>]
    /// From the smallest feature map up; the last gives the output.
    let transposed: [Placed<TransposedConvolution2D>]
    /// Where log σ² of a Gaussian likelihood lies; nil for another likelihood.
    let outputLogVariance: Range<Int>?

    /// The kernels that are packed, and the floats of all of them.
    let packedKernels: [PackedKernel]
    let packedCount: Int
    /// Images that go through the network together.
    private(set) var microBatch = 1

    /// - Throws: `invalidArgument` when the configuration is not valid.
    init(_ configuration: ModelConfiguration, products: Products = .tiles) throws(VAEError) {
        try self.init(configuration, tiles: products.tiles)
    }

    /// - Parameter tiles: what products are computed with; nil for OpenBLAS's `sgemm`
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
        let activation = configuration.hiddenActivation.kernel
        var layout = ParameterLayout()
        var (packedKernels, packedCount): ([PackedKernel], Int) = ([], 0)
        func pack(_ layer: LayerKernels, _ weights: ParameterLayout.Layer, _ count: Int) -> Range<Int> {
            guard count > 0 else { return 0..<0 }
            let packed = packedCount..<packedCount + count
            packedCount = packed.upperBound
            packedKernels.append(PackedKernel(layer: layer, kernel: weights.kernel, packed: packed))
            return packed
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
            let layer = Convolution2D(geometry, filters: filters, activation: activation, tiles: tiles)
            // The image needs no gradient, and only that reads the packed kernel.
            let packed = pack(.convolution(layer), weights, level == 0 ? 0 : layer.packedCount)
            down.append(Placed(layer: layer, weights: weights, packed: packed))
            levels.append(geometry)
            (height, width, channels) = (geometry.gridHeight, geometry.gridWidth, filters)
        }
        convolutions = down
        let flatCount = height * width * channels

        var readsImage = levels.isEmpty
        func dense(_ name: String, _ inputs: Int, _ outputs: Int, _ activation: Activation) -> Placed<Dense> {
            let weights = layout.append(
                name, kernel: [inputs, outputs], bias: outputs, fanIn: inputs, fanOut: outputs)
            let layer = Dense(inputs: inputs, outputs: outputs, activation: activation, tiles: tiles)
            let packed = pack(
                .dense(layer), weights, layer.packedCount(givesInputGradient: !readsImage))
            return Placed(layer: layer, weights: weights, packed: packed)
        }
        /// Hidden layers one after the other: `name`, or `name.0`, `name.1` and so on where there are several.
        func hidden(_ name: String, from inputs: Int, _ units: [Int]) -> [Placed<Dense>] {
            zip([inputs] + units, units).enumerated().map { index, sizes in
                defer { readsImage = false }
                return dense(units.count == 1 ? name : "\(name).\(index)", sizes.0, sizes.1, activation)
            }
        }
        let latent = configuration.latentSize
        encoderDense = hidden("encoder.dense", from: flatCount, configuration.encoderUnits)
        let top = configuration.encoderUnits.last ?? flatCount
        mean = dense("encoder.mean", top, latent, .identity)
        logVariance = dense("encoder.log_variance", top, latent, .identity)
        readsImage = false
        let expansion = levels.isEmpty ? [] : [flatCount]
        var rising = hidden("decoder.dense", from: latent, configuration.decoderUnits + expansion)
        if levels.isEmpty {
            rising.append(
                dense("decoder.output", configuration.decoderUnits.last ?? latent, flatCount, .identity))
        }
        decoderDense = rising

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
            let packed = pack(.transposedConvolution(layer), weights, layer.packedCount)
            up.append(Placed(layer: layer, weights: weights, packed: packed))
            channels = outputs
        }
        for (index, (level, filters)) in zip(levels.reversed(), configuration.decoderFilters).enumerated() {
            try climb(
                "decoder.transposed_convolution.\(index)", to: level, outputs: filters, stride: 2, activation)
        }
        if let image = levels.first {
            try climb(
                "decoder.output", to: image, outputs: configuration.imageShape.channels, stride: 1, .identity)
        }
        transposed = up
        outputLogVariance =
            configuration.likelihood == .gaussian ? layout.append("decoder.log_variance", [1]) : nil
        self.packedKernels = packedKernels
        self.packedCount = packedCount
        self.layout = layout
        microBatch = chooseMicroBatch()
    }
}
