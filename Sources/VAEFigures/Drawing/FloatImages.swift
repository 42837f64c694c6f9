import VAECore

/// Images as a network gives them: one after the other, each row by row, channels innermost, 0 black to
/// 1 white.
public struct FloatImages: Sendable {
    /// Of every image.
    public let shape: ImageShape
    /// (images, height, width, channels), 0 black to 1 white; what lies outside is drawn as the nearest of the two.
    public let values: [Float]

    /// Images, not values.
    public var count: Int { values.count / shape.count }

    /// - Throws: `invalidArgument` when the shape is empty or too large to draw, there are no values or
    ///   not a whole number of images; `invalidData` when a value is not finite.
    public init(shape: ImageShape, values: [Float]) throws(VAEError) {
        let sides = 1...Raster.longestSide
        guard sides.contains(shape.height), sides.contains(shape.width), sides.contains(shape.channels) else {
            throw VAEError(
                .invalidArgument, "image shape", "can't be drawn",
                expected: "sizes of 1 to \(Raster.longestSide)", found: "\(shape)")
        }
        guard !values.isEmpty, values.count.isMultiple(of: shape.count) else {
            throw VAEError(
                .invalidArgument, "image values", "are not a whole number of \(shape) images",
                expected: "a multiple of \(shape.count), more than 0", found: "\(values.count)")
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw VAEError(
                .invalidData, "image \(index / shape.count)", "holds a value that is not finite",
                found: "\(values[index]) at value \(index % shape.count)",
                advice: "Training has probably diverged.")
        }
        self.shape = shape
        self.values = values
    }

    /// The images at `indices` of a set, in that order.
    /// - Throws: `invalidArgument` when there are no indices or one is not in the set.
    public init(_ set: ImageSet, at indices: some Collection<Int>) throws(VAEError) {
        var values: [Float] = []
        for index in indices {
            guard (0..<set.count).contains(index) else {
                throw VAEError(
                    .invalidArgument, "image index", "is not in the set", expected: "0 to \(set.count - 1)",
                    found: "\(index)")
            }
            let pixels = set.pixels[index * set.shape.count..<(index + 1) * set.shape.count]
            values.append(contentsOf: pixels.lazy.map { Float($0) / 255 })
        }
        try self.init(shape: set.shape, values: values)
    }

    /// One image as pixels; values below 0 count as 0, above 1 as 1. Three channels are red, green and
    /// blue, and so are the first three of four, laid over white by the fourth; any other number is
    /// shown as the grey of its mean.
    /// - Throws: `invalidArgument` when a side is above 32,767 pixels.
    /// - Precondition: `index` is within `0..<count`.
    public func picture(at index: Int) throws(VAEError) -> Raster {
        precondition((0..<count).contains(index), "image \(index) of \(count)")
        let values = self.values[index * shape.count..<(index + 1) * shape.count]
        let channels = shape.channels
        if channels == 1 || channels == 3 {
            return try Raster(
                width: shape.width, height: shape.height, channels: channels,
                bytes: values.map(FloatImages.byte))
        }
        var bytes: [UInt8] = []
        for pixel in stride(from: values.startIndex, to: values.endIndex, by: channels) {
            if channels == 4 {
                let alpha = min(max(values[pixel + 3], 0), 1)
                for channel in 0..<3 {
                    bytes.append(
                        FloatImages.byte(1 - alpha + alpha * min(max(values[pixel + channel], 0), 1)))
                }
            } else {
                // Divided before adding: a sum of large values could leave Float's range.
                bytes.append(
                    FloatImages.byte(values[pixel..<pixel + channels].reduce(0) { $0 + $1 / Float(channels) })
                )
            }
        }
        return try Raster(
            width: shape.width, height: shape.height, channels: channels == 4 ? 3 : 1, bytes: bytes)
    }

    /// The mean absolute difference of each pixel's channels from `other`'s, as a heat map of 0 to 1.
    /// - Precondition: both have the same shape, and `index` is within both.
    func difference(from other: FloatImages, _ index: Int) throws(VAEError) -> Raster {
        precondition(shape == other.shape && index < count && index < other.count, "images of one shape")
        let channels = shape.channels
        var bytes: [UInt8] = []
        for pixel in stride(from: index * shape.count, to: (index + 1) * shape.count, by: channels) {
            var sum = 0.0
            for at in pixel..<pixel + channels { sum += abs(Double(values[at]) - Double(other.values[at])) }
            let colour = Palette.heat(sum / Double(channels))
            bytes += [colour.red, colour.green, colour.blue]
        }
        return try Raster(width: shape.width, height: shape.height, channels: 3, bytes: bytes)
    }

    /// The images as bytes, their longer side at most `side` pixels and a little less than half more: blocks of pixels
    /// become their mean. Images that are no longer than that stay as they are.
    package func shrunk(to side: Int) throws(VAEError) -> ImageSet {
        let factor = max(1, max(shape.height, shape.width) / max(1, side))
        guard factor > 1 else {
            return try ImageSet(shape: shape, pixels: values.map(FloatImages.byte))
        }
        let small = ImageShape(
            height: max(1, shape.height / factor), width: max(1, shape.width / factor),
            channels: shape.channels)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * small.count)
        for image in 0..<count {
            for y in 0..<small.height {
                for x in 0..<small.width {
                    for channel in 0..<shape.channels {
                        pixels.append(mean(image, y, x, channel, block: factor))
                    }
                }
            }
        }
        return try ImageSet(shape: small, pixels: pixels)
    }

    /// The mean of a block of pixels in one channel, as far as the block lies within the image.
    private func mean(_ image: Int, _ y: Int, _ x: Int, _ channel: Int, block: Int) -> UInt8 {
        let (rows, columns) = (
            y * block..<min((y + 1) * block, shape.height), x * block..<min((x + 1) * block, shape.width)
        )
        var sum: Float = 0
        for row in rows {
            for column in columns {
                sum +=
                    values[
                        image * shape.count + (row * shape.width + column) * shape.channels + channel]
            }
        }
        return FloatImages.byte(sum / Float(max(1, rows.count * columns.count)))
    }

    /// The images side by side, row after row, `gap` white pixels between them.
    func sheet(columns: Int, gap: Int) throws(VAEError) -> Raster {
        let columns = min(max(columns, 1), count)
        let rows = (count + columns - 1) / columns
        var pictures: [Raster] = []
        for index in 0..<count { pictures.append(try picture(at: index)) }
        var sheet = try Raster(
            width: columns * (shape.width + gap) - gap, height: rows * (shape.height + gap) - gap,
            channels: pictures.contains { $0.channels == 3 } ? 3 : 1, filledWith: 255)
        for (index, picture) in pictures.enumerated() {
            sheet.paste(
                picture, x: index % columns * (shape.width + gap), y: index / columns * (shape.height + gap))
        }
        return sheet
    }

    /// 0...1 to 0...255.
    private static func byte(_ value: Float) -> UInt8 { UInt8((min(max(value, 0), 1) * 255).rounded()) }
}
