/// Height, width and channels of an image, in pixels.
public struct ImageShape: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Rows of pixels.
    public let height: Int
    /// Columns of pixels.
    public let width: Int
    /// 1 for grey, 3 for RGB.
    public let channels: Int

    /// A shape of any sizes; what reads it checks them.
    /// - Parameter channels: 1 for grey, 3 for RGB
    public init(height: Int, width: Int, channels: Int = 1) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    /// Values an image holds: height · width · channels.
    public var count: Int { height * width * channels }

    public var description: String { "\(height)×\(width)×\(channels)" }
}

/// Images of one shape, eight bits a value, with or without labels.
///
/// `pixels` holds the images one after the other, each row by row, channels innermost (NHWC).
/// Eight bits keep MNIST at 55 MB; the engine scales to [0, 1] as it reads a batch.
public struct ImageSet: Sendable, Equatable {
    /// Height, width and channels of every image.
    public let shape: ImageShape
    /// `count · shape.count` values, 0 (black) to 255 (white).
    public let pixels: [UInt8]
    /// One class an image, or none at all.
    public let labels: [UInt8]?

    /// Images, not values.
    public var count: Int { pixels.count / shape.count }

    /// - Throws: `invalidArgument` when the shape is empty, the pixels are not a whole number of images,
    ///   or labels and images differ in number.
    public init(shape: ImageShape, pixels: [UInt8], labels: [UInt8]? = nil) throws(VAEError) {
        guard shape.height > 0, shape.width > 0, shape.channels > 0 else {
            throw VAEError(
                .invalidArgument, "image shape", "is empty", expected: "positive sizes", found: "\(shape)")
        }
        guard pixels.count.isMultiple(of: shape.count) else {
            throw VAEError(
                .invalidArgument, "pixels", "are not a whole number of \(shape) images",
                expected: "a multiple of \(shape.count)", found: "\(pixels.count)")
        }
        if let labels, labels.count != pixels.count / shape.count {
            throw VAEError(
                .invalidArgument, "labels", "differ in number from the images",
                expected: "\(pixels.count / shape.count)", found: "\(labels.count)")
        }
        self.shape = shape
        self.pixels = pixels
        self.labels = labels
    }

    /// Images of numbers from 0 (black) to 1 (white), each rounded to the nearest of 256 steps.
    ///
    /// - Parameters:
    ///   - values: (images, height, width, channels), row-major
    ///   - labels: one class an image, or none at all
    /// - Throws: `invalidData` when a value is not within 0...1, and what ``init(shape:pixels:labels:)`` throws.
    /// - Complexity: O(n).
    public init(shape: ImageShape, values: [Float], labels: [UInt8]? = nil) throws(VAEError) {
        if let index = values.firstIndex(where: { !(0...1).contains($0) }) {
            throw VAEError(
                .invalidData, "pixels", "are out of range", expected: "0 to 1",
                found: "\(values[index]) at value \(index)",
                advice: "Scale the values, or give bytes from 0 to 255.")
        }
        try self.init(shape: shape, pixels: values.map { UInt8(($0 * 255).rounded()) }, labels: labels)
    }

    /// The images at `range`, with their labels. Copies the pixels of the range.
    /// - Precondition: `range` lies within `0..<count`.
    public func slice(_ range: Range<Int>) -> ImageSet {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "images \(range) of \(count)")
        return ImageSet(
            unchecked: shape,
            pixels: Array(pixels[range.lowerBound * shape.count..<range.upperBound * shape.count]),
            labels: labels.map { Array($0[range]) })
    }

    /// The same images with other pixels, and with the labels they have.
    /// - Precondition: there are as many pixels.
    package func replacingPixels(by pixels: [UInt8]) -> ImageSet {
        precondition(pixels.count == self.pixels.count, "\(pixels.count) pixels for \(self.pixels.count)")
        return ImageSet(unchecked: shape, pixels: pixels, labels: labels)
    }

    private init(unchecked shape: ImageShape, pixels: [UInt8], labels: [UInt8]?) {
        self.shape = shape
        self.pixels = pixels
        self.labels = labels
    }

    /// The SHA-256 of shape and pixels; labels take no part in a training.
    package var fingerprint: SHA256.Digest {
        var hash = SHA256()
        for size in [shape.height, shape.width, shape.channels] { hash.update(size) }
        hash.update(pixels)
        return hash.digest()
    }
}
