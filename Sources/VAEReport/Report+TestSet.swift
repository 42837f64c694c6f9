import VAE
import VAECore

extension Report {
    /// The test set as a report shows it: where the model puts each image, and the images themselves.
    public struct TestSet: Sendable {
        package var images: PackedImages
        /// The place of each image in latent space, as the model encodes it; of none for a model with a codebook.
        public var encoding: Encoding
        /// The codes of each image; nil for a model of Gaussian latents.
        package private(set) var codes: ImageCodes?
        /// The loss of every image at z = μ; without it the page measures the images that it shows.
        public var losses: ImageLosses?

        /// - Throws: `invalidArgument` when images, encoding and losses differ in number.
        package init(images: PackedImages, encoding: Encoding, losses: ImageLosses? = nil) throws(VAEError) {
            guard encoding.count == images.total, losses.map({ $0.kl.count == images.total }) ?? true else {
                throw VAEError(
                    .invalidArgument, "report", "is given other encodings or losses than images",
                    expected: "\(images.total) of each",
                    found: "\(encoding.count) and \(losses?.kl.count ?? 0)")
            }
            self.images = images
            self.encoding = encoding
            self.losses = losses
        }

        /// - Throws: `invalidArgument` when images, codes and losses differ in number.
        package init(images: PackedImages, codes: ImageCodes, losses: ImageLosses? = nil) throws(VAEError) {
            guard codes.count == images.total, losses.map({ $0.kl.count == images.total }) ?? true else {
                throw VAEError(
                    .invalidArgument, "report", "is given other codes or losses than images",
                    expected: "\(images.total) of each",
                    found: "\(codes.count) and \(losses?.kl.count ?? 0)")
            }
            self.images = images
            encoding = Encoding(latentSize: codes.positions, mean: [], logVariance: [])
            self.codes = codes
            self.losses = losses
        }

        /// Encodes `images` with `model`.
        ///
        /// - Parameters:
        ///   - images: of the model's shape; the page keeps as many of the first as fit into 2.6 MB, or 1.4 MB beside a prior of codes
        ///   - model: what encodes and decodes them
        ///   - measuringLosses: decodes and measures every image, too, for the page to sort them by
        ///   - threads: workers; the bits of the result do not depend on it
        /// - Throws: `invalidArgument` when the images do not have the model's shape or are none, `unavailable` when there is not
        ///   memory enough.
        /// - Complexity: an encoding of every image and, with `measuringLosses`, a decoding.
        public init(
            _ images: ImageSet, model: VariationalAutoencoder, measuringLosses: Bool = true,
            threads: Int = Machine.physicalCores
        ) throws(VAEError) {
            try self.init(
                images,
                packed: PackedImages(
                    images, limit: PackedImages.limit(isQuantized: model.configuration.isQuantized)),
                model: model, measuringLosses: measuringLosses,
                threads: threads)
        }

        /// - Parameter packed: the same images as `images`.
        package init(
            _ images: ImageSet, packed: PackedImages, model: VariationalAutoencoder, measuringLosses: Bool,
            threads: Int
        ) throws(VAEError) {
            var measured: ImageLosses?
            if measuringLosses { measured = try model.losses(of: images, sampling: false, threads: threads) }
            if model.configuration.isQuantized {
                try self.init(
                    images: packed, codes: model.codes(of: images, threads: threads), losses: measured)
            } else {
                try self.init(
                    images: packed, encoding: model.encode(images, threads: threads), losses: measured)
            }
        }
    }
}
