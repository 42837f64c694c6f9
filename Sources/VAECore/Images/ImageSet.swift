/// Images of one shape, with or without labels.
///
/// The values of an image lie row by row, channels innermost (NHWC). What came as bytes stays bytes, which keep MNIST at 55 MB; the
/// engine scales to [0, 1] as it reads a batch. Sets that are cut out of another share its values. Those of a data set that is larger
/// than memory stay in its file: reading them can fail.
public struct ImageSet: Sendable {
    /// Height, width and channels of every image.
    public let shape: ImageShape
    /// One class an image, or none at all: any whole numbers.
    public let labels: [Int]?

    let source: Source
    let selection: ImageSelection
    let cache = DigestCache()

    /// What holds the values of a set's images, and perhaps of others.
    enum Source: Sendable {
        /// (images, height, width, channels)
        case memory(PixelValues)
        case stream(any PixelStream)
    }

    /// Images, not values.
    public var count: Int { selection.count }

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
        if case .floats(let floats) = values, let index = floats.firstIndex(where: { !(0...1).contains($0) })
        {
            throw VAEError(
                .invalidData, "pixels", "are out of range", expected: "0 to 1",
                found: "\(floats[index]) at value \(index)",
                advice: "Scale the values, or give bytes from 0 to 255.")
        }
        try self.init(shape: shape, unbounded: values, labels: labels)
    }

    /// Values of any range, such as the standardised columns of a table.
    /// - Throws: `invalidArgument`, as the other initialisers.
    package init(
        shape: ImageShape, unbounded values: PixelValues, labels: [Int]? = nil
    ) throws(VAEError) {
        try Self.check(shape)
        guard values.count.isMultiple(of: shape.count) else {
            throw VAEError(
                .invalidArgument, "pixels", "are not a whole number of \(shape) images",
                expected: "a multiple of \(shape.count)", found: "\(values.count)")
        }
        let count = values.count / shape.count
        try Self.check(labels, count)
        self.init(shape, .memory(values), .range(0..<count), labels)
    }

    /// Images that stay where they are and are read when they are wanted.
    /// - Throws: `invalidArgument` when the shape is empty, or labels and images differ in number.
    package init(
        shape: ImageShape, streaming stream: any PixelStream, labels: [Int]? = nil
    ) throws(VAEError) {
        try Self.check(shape)
        try Self.check(labels, stream.count)
        self.init(shape, .stream(stream), .range(0..<stream.count), labels)
    }

    private init(
        _ shape: ImageShape, _ source: Source, _ selection: ImageSelection, _ labels: [Int]?
    ) {
        (self.shape, self.source, self.selection, self.labels) = (shape, source, selection, labels)
    }

    private static func check(_ shape: ImageShape) throws(VAEError) {
        guard shape.height > 0, shape.width > 0, shape.channels > 0 else {
            throw VAEError(
                .invalidArgument, "image shape", "is empty", expected: "positive sizes", found: "\(shape)")
        }
    }

    private static func check(_ labels: [Int]?, _ count: Int) throws(VAEError) {
        if let labels, labels.count != count {
            throw VAEError(
                .invalidArgument, "labels", "differ in number from the images", expected: "\(count)",
                found: "\(labels.count)")
        }
    }

    /// The images at `range`, with their labels. Shares their values.
    /// - Precondition: `range` lies within `0..<count`.
    public func slice(_ range: Range<Int>) -> ImageSet {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "images \(range) of \(count)")
        return ImageSet(shape, source, selection.slice(range), labels.map { Array($0[range]) })
    }

    /// The images at `indices`, in their order, with their labels. Shares their values.
    /// - Precondition: each index is in `0..<count`.
    package func selecting(_ indices: [Int]) -> ImageSet {
        precondition(indices.allSatisfy { (0..<count).contains($0) }, "images beyond \(count)")
        return ImageSet(
            shape, source, selection.selecting(indices), labels.map { labels in indices.map { labels[$0] } })
    }

    /// The same images with other labels.
    /// - Throws: `invalidArgument` when labels and images differ in number.
    package func labelled(_ labels: [Int]?) throws(VAEError) -> ImageSet {
        try Self.check(labels, count)
        return ImageSet(shape, source, selection, labels)
    }

    /// The same images with other values from 0 to 1, and with the labels they have.
    /// - Precondition: there are as many values.
    package func replacingValues(by values: PixelValues) -> ImageSet {
        precondition(values.count == count * shape.count, "\(values.count) values for \(count) images")
        return ImageSet(shape, .memory(values), .range(0..<count), labels)
    }
}
