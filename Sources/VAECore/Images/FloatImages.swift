/// Images as a network gives them: one after the other, each row by row, channels innermost, 0 black to
/// 1 white.
public struct FloatImages: Sendable {
    /// Height, width and channels of every image.
    public let shape: ImageShape
    /// (images, height, width, channels), 0 black to 1 white; what lies outside is drawn as the nearest of the two.
    public let values: [Float]

    /// Images, not values.
    public var count: Int { values.count / shape.count }

    /// - Throws: `invalidArgument` when the shape is empty or too large to draw, there are no values or
    ///   not a whole number of images; `invalidData` when a value is not finite.
    public init(shape: ImageShape, values: [Float]) throws(VAEError) {
        let sides = 1...Self.longestSide
        guard sides.contains(shape.height), sides.contains(shape.width), sides.contains(shape.channels) else {
            throw VAEError(
                .invalidArgument, "image shape", "can't be drawn",
                expected: "sizes of 1 to \(Self.longestSide)", found: "\(shape)")
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
    /// - Throws: `invalidArgument` when there are no indices or one is not in the set; what reading them
    ///   throws, for images that are not in memory.
    public init(_ set: ImageSet, at indices: some Collection<Int>) throws(VAEError) {
        var values: [Float] = []
        for index in indices {
            guard (0..<set.count).contains(index) else {
                throw VAEError(
                    .invalidArgument, "image index", "is not in the set", expected: "0 to \(set.count - 1)",
                    found: "\(index)")
            }
            values += try set.values(of: index..<index + 1).floats
        }
        try self.init(shape: set.shape, values: values)
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

    /// 0...1 to 0...255.
    package static func byte(_ value: Float) -> UInt8 { UInt8((min(max(value, 0), 1) * 255).rounded()) }

    /// The longest side of a picture, in pixels: the limit of the library that draws them.
    package static let longestSide = 32_767
}
