import VAECore

extension ImageSet {
    /// The images in another shape: see `ImageFiles`.
    /// - Parameter path: what errors name.
    func conforming(
        to shape: ImageShape, fit: Bool, invert: Bool, path: String
    ) throws(VAEError) -> ImageSet {
        let isSized = self.shape.height == shape.height && self.shape.width == shape.width
        guard isSized || fit else {
            throw VAEError(
                .invalidData, path, "has another size than the model's images",
                expected: "\(shape.height)×\(shape.width) pixels",
                found: "\(self.shape.height)×\(self.shape.width)",
                advice: "Resize it, or let --fit scale it.")
        }
        guard
            self.shape.channels == shape.channels
                || Set([self.shape.channels, shape.channels]) == [1, 3]
        else {
            throw VAEError(
                .invalidData, path, "has other channels than the model's images",
                expected: "\(shape.channels)",
                found: "\(self.shape.channels)",
                advice: "Give an array of \(shape.channels) channels, as NPY or IDX.")
        }
        var pixels = self.pixels
        if invert { pixels = pixels.map { 255 - $0 } }
        if self.shape.channels != shape.channels {
            pixels = shape.channels == 1 ? ImageSet.luma(pixels) : pixels.flatMap { [$0, $0, $0] }
        }
        let sized = ImageShape(
            height: self.shape.height, width: self.shape.width, channels: shape.channels)
        guard !isSized else { return try ImageSet(shape: shape, pixels: pixels, labels: labels) }
        return try ImageSet(
            shape: shape, pixels: ImageSet.fitted(pixels, of: sized, into: shape), labels: labels)
    }

    /// Images of one shape in another one with the same channels, any number of them, in their proportions and on black.
    static func fitted(_ pixels: [UInt8], of source: ImageShape, into target: ImageShape) -> [UInt8] {
        let framing = Framing(
            PicturePreparation.Size(height: source.height, width: source.width),
            into: PicturePreparation.Size(height: target.height, width: target.width), fit: .pad)
        let resampler = Resampler(framing, channels: source.channels)
        let finish = RowFinish(
            sourceChannels: source.channels, channels: target.channels, width: target.width,
            columns: framing.columns.range)
        let count = pixels.count / source.count
        var fitted = [UInt8](repeating: 0, count: count * target.count)
        for image in 0..<count {
            let image = (from: image * source.count, firstRow: image * target.height)
            resampler.forEachRow(of: .bytes(Array(pixels[image.from..<image.from + source.count]))) {
                row, values in
                finish.round(values, row: image.firstRow + row, into: &fitted)
            }
        }
        return fitted
    }

    /// Grey of RGB.
    private static func luma(_ pixels: [UInt8]) -> [UInt8] {
        stride(from: 0, to: pixels.count, by: 3).map { Luma.of(pixels[$0], pixels[$0 + 1], pixels[$0 + 2]) }
    }
}
