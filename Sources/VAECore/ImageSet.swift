import Synchronization

/// Images of one shape, with or without labels.
///
/// The values lie one image after the other, each row by row, channels innermost (NHWC). What came as bytes stays bytes, which keep
/// MNIST at 55 MB; the engine scales to [0, 1] as it reads a batch.
public struct ImageSet: Sendable {
    /// Height, width and channels of every image.
    public let shape: ImageShape
    /// (count, height, width, channels).
    public let values: PixelValues
    /// One class an image, or none at all: any whole numbers.
    public let labels: [Int]?

    private let cache: DigestCache

    /// Images, not values.
    public var count: Int { values.count / shape.count }

    /// (count, height, width, channels) in 8 bits, for pictures and files that have no more: floats are rounded. O(n) for floats.
    public var pixels: [UInt8] {
        switch values {
        case .bytes(let bytes): bytes
        case .floats(let floats): floats.map(FloatImages.byte)
        }
    }

    /// Images of bytes, 0 (black) to 255 (white).
    ///
    /// - Parameters:
    ///   - pixels: (images, height, width, channels), row-major
    ///   - labels: one class an image, or none at all
    /// - Throws: `invalidArgument` when the shape is empty, the pixels are not a whole number of images,
    ///   or labels and images differ in number.
    public init(shape: ImageShape, pixels: [UInt8], labels: [Int]? = nil) throws(VAEError) {
        try self.init(shape: shape, values: .bytes(pixels), labels: labels)
    }

    /// Images of numbers from 0 (black) to 1 (white), in single precision; as bytes, and no different, where each is one of their 256 steps.
    ///
    /// - Parameters:
    ///   - values: (images, height, width, channels), row-major
    ///   - labels: one class an image, or none at all
    /// - Throws: `invalidData` when a value is not within 0...1, and what ``init(shape:pixels:labels:)`` throws.
    /// - Complexity: O(n).
    public init(shape: ImageShape, values: [Float], labels: [Int]? = nil) throws(VAEError) {
        try self.init(shape: shape, values: PixelValues(compacting: values), labels: labels)
    }

    /// Images in the precision in which they are given.
    /// - Throws: as the other initialisers.
    public init(shape: ImageShape, values: PixelValues, labels: [Int]? = nil) throws(VAEError) {
        guard shape.height > 0, shape.width > 0, shape.channels > 0 else {
            throw VAEError(
                .invalidArgument, "image shape", "is empty", expected: "positive sizes", found: "\(shape)")
        }
        guard values.count.isMultiple(of: shape.count) else {
            throw VAEError(
                .invalidArgument, "pixels", "are not a whole number of \(shape) images",
                expected: "a multiple of \(shape.count)", found: "\(values.count)")
        }
        if let labels, labels.count != values.count / shape.count {
            throw VAEError(
                .invalidArgument, "labels", "differ in number from the images",
                expected: "\(values.count / shape.count)", found: "\(labels.count)")
        }
        if case .floats(let floats) = values, let index = floats.firstIndex(where: { !(0...1).contains($0) })
        {
            throw VAEError(
                .invalidData, "pixels", "are out of range", expected: "0 to 1",
                found: "\(floats[index]) at value \(index)",
                advice: "Scale the values, or give bytes from 0 to 255.")
        }
        self.init(unchecked: shape, values, labels)
    }

    /// The images at `range`, with their labels. Copies the values of the range.
    /// - Precondition: `range` lies within `0..<count`.
    public func slice(_ range: Range<Int>) -> ImageSet {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "images \(range) of \(count)")
        return ImageSet(
            unchecked: shape, values[range.lowerBound * shape.count..<range.upperBound * shape.count],
            labels.map { Array($0[range]) })
    }

    /// The images at `indices`, in their order, with their labels.
    /// - Precondition: each index is in `0..<count`.
    package func selecting(_ indices: [Int]) -> ImageSet {
        let ranges = indices.map { $0 * shape.count..<($0 + 1) * shape.count }
        let chosen: PixelValues =
            switch values {
            case .bytes(let bytes): .bytes(ranges.flatMap { bytes[$0] })
            case .floats(let floats): .floats(ranges.flatMap { floats[$0] })
            }
        return ImageSet(unchecked: shape, chosen, labels.map { labels in indices.map { labels[$0] } })
    }

    /// The same images with other values from 0 to 1, and with the labels they have.
    /// - Precondition: there are as many values.
    package func replacingValues(by values: PixelValues) -> ImageSet {
        precondition(values.count == self.values.count, "\(values.count) values for \(self.values.count)")
        return ImageSet(unchecked: shape, values, labels)
    }

    /// The values of one image in Double, 0 to 1: exact for floats, and bytes divided by 255.
    /// - Precondition: the index is in `0..<count`.
    package func doubles(of image: Int) -> [Double] {
        let range = image * shape.count..<(image + 1) * shape.count
        return switch values {
        case .bytes(let bytes): bytes[range].map { Double($0) / 255 }
        case .floats(let floats): floats[range].map(Double.init)
        }
    }

    private init(unchecked shape: ImageShape, _ values: PixelValues, _ labels: [Int]?) {
        self.shape = shape
        self.values = values
        self.labels = labels
        cache = DigestCache()
    }
}

extension ImageSet: Equatable {
    /// Whether shapes, values and labels are the same; values of another precision are others. O(n).
    public static func == (left: ImageSet, right: ImageSet) -> Bool {
        left.shape == right.shape && left.values == right.values && left.labels == right.labels
    }
}

extension ImageSet {
    /// The SHA-256 of shape and values, which tells images from others; labels take no part in a training. O(n) when it is first asked for.
    package var digest: SHA256.Digest {
        cache.digest.withLock { known in
            if let known { return known }
            var hash = SHA256()
            for size in [shape.height, shape.width, shape.channels] { hash.update(size) }
            switch values {
            case .bytes(let bytes): hash.update(bytes)
            case .floats(let floats):
                hash.update(Array("float32".utf8))
                hash.update(floats: floats)
            }
            let digest = hash.digest()
            known = digest
            return digest
        }
    }

    /// Keeps a digest, which takes a tenth of a second for the pixels of MNIST where the processor does not help.
    private final class DigestCache: Sendable {
        let digest = Mutex<SHA256.Digest?>(nil)
    }
}
