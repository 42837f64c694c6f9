import VAE
import VAECore

/// The test set as a report shows it: where the model puts each image, and the images themselves.
public struct ReportTestSet: Sendable {
    public var images: PackedImages
    public var encoding: Encoding
    /// The loss of every image at z = μ; without it the page measures the images that it shows.
    public var losses: ImageLosses?

    /// - Throws: `invalidArgument` when images, encoding and losses differ in number.
    public init(images: PackedImages, encoding: Encoding, losses: ImageLosses? = nil) throws(VAEError) {
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

    /// Encodes `images` with `model`; with `losses`, decodes and measures them, too.
    /// - Parameter packed: the same images, where they are packed already
    public init(
        _ images: ImageSet, packed: PackedImages? = nil, model: VariationalAutoencoder, losses: Bool = true,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        var measured: ImageLosses?
        if losses { measured = try model.losses(of: images, sampling: false, threads: threads) }
        let packed = if let packed { packed } else { try PackedImages(images) }
        try self.init(
            images: packed, encoding: model.encode(images, threads: threads),
            losses: measured)
    }
}

/// Images compressed for a page. They do not change while a model is trained, so a run packs them once.
public struct PackedImages: Sendable {
    public let shape: ImageShape
    /// Images of the set.
    public let total: Int
    /// Images that the page holds: the first of the set, as many as fit.
    public let count: Int
    public let labels: [UInt8]?
    /// The pixels of the first `count` images as a zlib stream, in base64.
    let base64: [UInt8]

    /// - Parameter limit: bytes of the page that the images may take
    public init(_ images: ImageSet, limit: Int = 2_600_000) throws(VAEError) {
        shape = images.shape
        total = images.count
        labels = images.labels
        let room = limit / 4 * 3
        // No zlib stream shrinks a thousandfold and more, so nothing beyond that can fit.
        var count = min(images.count, max(1, room * 1_000 / images.shape.count))
        var packed = try Packing.deflate(images.pixels[..<(count * images.shape.count)])
        while packed.count > room {
            // A little less than in proportion: the images at the front may be the larger ones.
            count = Int(Double(count) * Double(room) / Double(packed.count) * 0.98)
            packed = try Packing.deflate(images.pixels[..<(count * images.shape.count)])
        }
        self.count = count
        base64 = Packing.base64(packed)
    }
}
