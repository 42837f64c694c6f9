import VAECore

/// Reconstructions of images, some at a time.
enum Reconstructions {
    /// Lends the reconstruction of one image after the other, and the image's own values; as many are made at a time as
    /// `ReconstructionErrors` has.
    /// - Throws: `invalidArgument` when there are no images; what `reconstruct` throws.
    static func forEach(
        of images: ImageSet, _ reconstruct: (ImageSet) throws(VAEError) -> [Float],
        _ body: (_ reconstruction: ArraySlice<Float>, _ values: [Double]) -> Void
    ) throws(VAEError) {
        guard images.count > 0 else {
            throw VAEError(.invalidArgument, "images", "are none", expected: "one or more")
        }
        let size = images.shape.count
        let atOnce = max(1, ReconstructionErrors.pixelsAtOnce / size)
        for first in stride(from: 0, to: images.count, by: atOnce) {
            let part = images.slice(first..<min(first + atOnce, images.count))
            let values = try reconstruct(part)
            for image in 0..<part.count {
                body(values[image * size..<(image + 1) * size], try part.doubles(of: image))
            }
        }
    }
}
