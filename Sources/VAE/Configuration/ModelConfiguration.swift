import VAECore

/// All that is needed to build a network: the shapes of a variational autoencoder, convolutional, fully connected or linear.
///
/// The encoder is a stride-2 convolution for each of `encoderFilters`, a dense layer for each of `encoderUnits` and two dense
/// heads, the mean and the log-variance of q(z|x). The decoder is a dense layer for each of `decoderUnits`; then, with convolutions,
/// a dense layer back to the encoder's last feature map, a stride-2 transposed convolution for each of `decoderFilters`, each
/// cropped to what the encoder saw at that level, and one of stride 1 to the image's channels; without convolutions, one
/// dense layer to the pixels. All hidden layers have the `hiddenActivation`.
///
/// The defaults are the convolutional VAE of Keras's examples on 28×28 grey images: 134,165 parameters.
public struct ModelConfiguration: Sendable, Hashable {
    /// Height, width and channels of every image, in and out.
    public var imageShape: ImageShape
    /// Filters of the encoder's convolutions, from the image down; none make a fully connected model.
    public var encoderFilters: [Int]
    /// Filters of the decoder's transposed convolutions, from the smallest feature map up; as many as the encoder has.
    public var decoderFilters: [Int]
    /// Height and width of every kernel.
    public var kernelSize: Int
    /// Units of the dense layers between the encoder's convolutions, or the image, and its heads.
    public var encoderUnits: [Int]
    /// Units of the decoder's dense layers from z on, without the one to the feature map or to the pixels.
    public var decoderUnits: [Int]
    /// The function applied to the sums of every hidden layer.
    public var hiddenActivation: HiddenActivation
    /// The hidden layers of a model that filters and units can't say; these are then empty. nil where they say it all.
    public var layers: Layers?
    /// p(x|z).
    public var likelihood: Likelihood
    /// Dimensions of z; of a model with a codebook the positions that have a code each.
    public var latentSize: Int
    /// The labels of a conditional model's classes, in ascending order: encoder and decoder are told the class of every image. Empty for a model
    /// that knows of no classes.
    ///
    /// Source: Sohn, Yan and Lee, "Learning Structured Output Representation using Deep Conditional Generative Models", 2015.
    public var classes: [Int] = []
    /// p(z).
    public var prior = Prior.standard
    /// The codes that z is made of, in place of Gaussian latents; nil for these. ``quantized(by:)`` sets it with what goes with it.
    public var codebook: Codebook?

    /// The shapes of a network; ``validate()`` and whatever builds one check them.
    public init(
        imageShape: ImageShape = ImageShape(height: 28, width: 28), encoderFilters: [Int] = [32, 64],
        decoderFilters: [Int] = [64, 32], kernelSize: Int = 3, encoderUnits: [Int] = [16],
        decoderUnits: [Int] = [], hiddenActivation: HiddenActivation = .rectified,
        likelihood: Likelihood = .bernoulli, latentSize: Int = 2
    ) {
        self.imageShape = imageShape
        self.encoderFilters = encoderFilters
        self.decoderFilters = decoderFilters
        self.kernelSize = kernelSize
        self.encoderUnits = encoderUnits
        self.decoderUnits = decoderUnits
        self.hiddenActivation = hiddenActivation
        self.likelihood = likelihood
        self.latentSize = latentSize
    }

    /// A convolutional model with one dense layer, of `hiddenUnits`, between the encoder's convolutions and its heads.
    public init(
        imageShape: ImageShape = ImageShape(height: 28, width: 28), encoderFilters: [Int] = [32, 64],
        decoderFilters: [Int] = [64, 32], kernelSize: Int = 3, hiddenUnits: Int, latentSize: Int = 2
    ) {
        self.init(
            imageShape: imageShape, encoderFilters: encoderFilters, decoderFilters: decoderFilters,
            kernelSize: kernelSize, encoderUnits: [hiddenUnits], latentSize: latentSize)
    }

    /// A model of dense layers alone: `hiddenUnits` from the image to the heads, and the same in reverse from z to the pixels. Without
    /// any it is linear.
    public static func fullyConnected(
        imageShape: ImageShape = ImageShape(height: 28, width: 28), hiddenUnits: [Int],
        hiddenActivation: HiddenActivation = .rectified, likelihood: Likelihood = .bernoulli, latentSize: Int
    ) -> ModelConfiguration {
        ModelConfiguration(
            imageShape: imageShape, encoderFilters: [], decoderFilters: [], encoderUnits: hiddenUnits,
            decoderUnits: hiddenUnits.reversed(), hiddenActivation: hiddenActivation, likelihood: likelihood,
            latentSize: latentSize)
    }

    /// Checks every size, one by one and together.
    /// - Throws: `invalidArgument` naming the field or layer, its range and its value.
    public func validate() throws(VAEError) {
        try checkSizes()
        // Whether layers follow from one another, and their tensors are not too large.
        _ = try Topology(self)
    }

    /// Checks every size by itself: what a topology, which is not made of sizes without bounds, relies on. Each is bounded above, so that no
    /// product of a layer's overflows.
    /// - Throws: `invalidArgument` naming the field or layer, its range and its value.
    package func checkSizes() throws(VAEError) {
        let sizes: [(String, Int, ClosedRange<Int>)] = [
            ("image height", imageShape.height, 1...Self.largestSide),
            ("image width", imageShape.width, 1...Self.largestSide),
            ("image channels", imageShape.channels, 1...1 << 10),
            ("kernel size", kernelSize, Self.kernelRange),
            ("latent size", latentSize, 1...1 << 14),
            ("encoder convolutions", encoderFilters.count, 0...Self.mostShorthand),
            ("hidden layers", encoderUnits.count, 0...Self.mostShorthand),
            ("decoder hidden layers", decoderUnits.count, 0...Self.mostShorthand),
        ]
        let filters = (encoderFilters + decoderFilters).map { ("filters", $0, Self.filterRange) }
        let units =
            encoderUnits.map { ("hidden units", $0, Self.unitRange) }
            + decoderUnits.map { ("decoder hidden units", $0, Self.unitRange) }
        for (name, value, range) in sizes + filters + units {
            try VAEError.require(name, value, in: range)
        }
        try prior.validate(self)
        guard classes.isEmpty || (2...Self.mostClasses).contains(classes.count) else {
            throw VAEError(
                .invalidArgument, "classes", "are too few or too many for a conditional model",
                expected: "2 to \(Self.mostClasses), or none", found: "\(classes.count)")
        }
        guard zip(classes, classes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw VAEError(
                .invalidArgument, "classes", "are not in ascending order, each once",
                found: "\(classes.prefix(20))")
        }
        try checkCodebook()
        guard encoderFilters.count == decoderFilters.count else {
            throw VAEError(
                .invalidArgument, "decoder filters", "must climb as many levels as the encoder goes down",
                expected: "\(encoderFilters.count) sizes", found: "\(decoderFilters.count)")
        }
        if let layers {
            guard encoderFilters + decoderFilters + encoderUnits + decoderUnits == [] else {
                throw VAEError(
                    .invalidArgument, "model configuration",
                    "lists its layers and has filters or units as well",
                    expected: "one of the two")
            }
            try check(layers.encoder, "encoder")
            try check(layers.decoder, "decoder")
        }
    }

    /// Convolutions, and dense layers of each side, that filters and units may say.
    private static let mostShorthand = 12
    package static let mostClasses = 1000
    /// Layers of a list, those of residual branches included.
    static let mostLayers = 128
    static let largestSide = 1 << 14
    package static let filterRange = 1...1 << 14
    package static let kernelRange = 1...63
    package static let strideRange = 1...16
    static let unitRange = 1...1 << 20
}
