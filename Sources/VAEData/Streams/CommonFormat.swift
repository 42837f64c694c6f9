import VAECore

/// The format that holds all pictures of a list: one size, the most channels of any, floats where one is not of bytes.
struct CommonFormat: Equatable {
    private(set) var shape: ImageShape
    private(set) var holdsBytes: Bool

    /// The format of one picture.
    init(_ picture: PictureReader.Prepared) {
        shape = picture.shape
        holdsBytes = picture.holdsBytes
    }

    /// The format of sets; nil where there are none, or several sizes.
    init?(_ sets: [ImageSet]) {
        guard let first = sets.first else { return nil }
        (shape, holdsBytes) = (first.shape, first.holdsBytes)
        for set in sets {
            guard set.shape.height == shape.height, set.shape.width == shape.width else { return nil }
            widen(to: set.shape, holdsBytes: set.holdsBytes)
        }
    }

    /// The bytes of one image.
    var imageSize: Int { shape.count * (holdsBytes ? 1 : 4) }

    /// The format that holds another picture as well.
    /// - Throws: `invalidData` when it has another size.
    func holding(_ picture: PictureReader.Prepared, from path: String) throws(VAEError) -> CommonFormat {
        let found = picture.shape
        guard found.height == shape.height, found.width == shape.width else {
            throw VAEError(
                .invalidData, path, "has another size than the pictures before it",
                expected: "\(shape.height)×\(shape.width) pixels", found: "\(found.height)×\(found.width)",
                advice: "Say which size to make them, such as --image-size 64.")
        }
        var format = self
        format.widen(to: found, holdsBytes: picture.holdsBytes)
        return format
    }

    /// The values of images, of one channel or as many as the format, in this format.
    /// - Throws: what reading them throws.
    func values(of images: ImageSet, path: String) throws(VAEError) -> PixelValues {
        let values = try images.withChannels(shape.channels, path: path).values
        return holdsBytes ? values : .floats(values.floats)
    }

    private mutating func widen(to other: ImageShape, holdsBytes: Bool) {
        if other.channels > shape.channels { shape = other }
        self.holdsBytes = self.holdsBytes && holdsBytes
    }
}
