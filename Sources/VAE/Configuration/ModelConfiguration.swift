import VAECore

/// All that is needed to build a network: the shapes of a convolutional variational autoencoder.
///
/// The encoder is a stride-2 convolution for each of `encoderFilters`, a dense layer of `hiddenUnits` and two dense
/// heads, the mean and the log-variance of q(z|x). The decoder is a dense layer back to the encoder's last
/// feature map, a stride-2 transposed convolution for each of `decoderFilters`, each cropped to what the encoder saw at
/// that level, and one of stride 1 to the image's channels. All hidden layers are rectified.
///
/// The defaults are the convolutional VAE of Keras's examples on 28×28 grey images: 134,165 parameters.
public struct ModelConfiguration: Sendable, Hashable, Codable {
    /// Of every image, in and out.
    public var imageShape: ImageShape
    /// Filters of the encoder's convolutions, from the image down.
    public var encoderFilters: [Int]
    /// Filters of the decoder's transposed convolutions, from the smallest feature map up; as many as the encoder has.
    public var decoderFilters: [Int]
    /// Height and width of every kernel.
    public var kernelSize: Int
    /// Units of the dense layer between the encoder's convolutions and its heads.
    public var hiddenUnits: Int
    /// Dimensions of z.
    public var latentSize: Int

    /// The shapes of a network; ``validate()`` and whatever builds one check them.
    public init(
        imageShape: ImageShape = ImageShape(height: 28, width: 28), encoderFilters: [Int] = [32, 64],
        decoderFilters: [Int] = [64, 32], kernelSize: Int = 3, hiddenUnits: Int = 16, latentSize: Int = 2
    ) {
        self.imageShape = imageShape
        self.encoderFilters = encoderFilters
        self.decoderFilters = decoderFilters
        self.kernelSize = kernelSize
        self.hiddenUnits = hiddenUnits
        self.latentSize = latentSize
    }

    /// Checks every size, one by one and together.
    /// - Throws: `invalidArgument` naming the field, its range and its value.
    public func validate() throws(VAEError) {
        let sizes: [(String, Int, Int)] = [
            ("image height", imageShape.height, 1 << 14), ("image width", imageShape.width, 1 << 14),
            ("image channels", imageShape.channels, 1 << 10), ("kernel size", kernelSize, 63),
            ("hidden units", hiddenUnits, 1 << 20), ("latent size", latentSize, 1 << 14),
            ("encoder convolutions", encoderFilters.count, 12),
        ]
        let filters = (encoderFilters + decoderFilters).map { ("filters", $0, 1 << 14) }
        for (name, value, limit) in sizes + filters where value < 1 || value > limit {
            throw VAEError(
                .invalidArgument, name, "is out of range", expected: "1 to \(limit)", found: "\(value)")
        }
        guard encoderFilters.count == decoderFilters.count else {
            throw VAEError(
                .invalidArgument, "decoder filters", "must climb as many levels as the encoder goes down",
                expected: "\(encoderFilters.count) sizes", found: "\(decoderFilters.count)")
        }
        // Each factor is bounded above, so none of these products can overflow 64 bits.
        let largest = Network.largestTensor(of: self)
        guard largest <= Self.largestCount else {
            throw VAEError(
                .invalidArgument, "model configuration", "has a layer too large for 32-bit matrix dimensions",
                expected: "at most \(Self.largestCount) values in a layer", found: "\(largest)",
                advice: "Choose fewer filters, fewer hidden units or smaller images.")
        }
    }

    /// Values a single tensor or lowered matrix may have: well inside `sgemm`'s 32-bit sizes.
    private static let largestCount = 1 << 30
}
