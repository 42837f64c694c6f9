import VAECore

/// The images of a set in another shape, each brought to it when it is read.
final class ConformedStream: PixelStream {
    var count: Int { images.count }
    let holdsBytes: Bool

    private let images: ImageSet
    private let shape: ImageShape
    private let preparation: PicturePreparation
    private let isInverting: Bool
    private let path: String

    /// - Throws: what ``ImageSet/conforming(to:_:inverting:path:)`` throws for the first image, and so for all.
    init(
        _ images: ImageSet, to shape: ImageShape, _ preparation: PicturePreparation, inverting: Bool,
        path: String
    ) throws(VAEError) {
        self.images = images
        self.shape = shape
        self.preparation = preparation
        isInverting = inverting
        self.path = path
        holdsBytes = images.holdsBytes
        _ = try values(of: 0)
    }

    func values(of image: Int) throws(VAEError) -> PixelValues {
        let one = try ImageSet(shape: images.shape, values: images.values(of: image..<image + 1))
        let values = try one.conforming(to: shape, preparation, inverting: isInverting, path: path).values
        return holdsBytes ? values : .floats(values.floats)
    }

    func willRead(_ image: Int) { images.willRead(image) }

    func takeReplacements() -> [VAEError] { images.takeReplacements() }
}
