import VAECore

/// An array of numbers with any number of dimensions: the content of an NPY file.
public struct NPYArray: Sendable, Equatable {
    /// The numbers, the last dimension innermost.
    public enum Values: Sendable, Equatable {
        /// 0 to 255.
        case bytes([UInt8])
        /// In single precision.
        case floats([Float])
        /// In double precision.
        case doubles([Double])

        /// The number of values.
        public var count: Int {
            switch self {
            case .bytes(let values): values.count
            case .floats(let values): values.count
            case .doubles(let values): values.count
            }
        }
    }

    /// Sizes, outermost first; none for a single number. A size may be 0.
    public let shape: [Int]
    /// The numbers, the last dimension innermost.
    public let values: Values

    /// - Throws: `invalidArgument` when a size is negative, there are more than 32, or the values do not fill the shape.
    public init(shape: [Int], values: Values) throws(VAEError) {
        guard shape.count <= NPY.mostDimensions, shape.allSatisfy({ $0 >= 0 }) else {
            throw VAEError(
                .invalidArgument, "NPY shape", "can't be written",
                expected: "at most \(NPY.mostDimensions) sizes of 0 or more", found: "\(shape)")
        }
        guard IDX.product(shape) == values.count else {
            throw VAEError(
                .invalidArgument, "NPY values", "do not fill the shape \(shape)",
                expected: IDX.product(shape).map(String.init) ?? "more than memory holds",
                found: "\(values.count)")
        }
        self.init(checked: shape, values)
    }

    /// The bytes of images, (images, height, width, channels).
    public init(_ images: ImageSet) {
        let shape = images.shape
        self.init(
            checked: [images.count, shape.height, shape.width, shape.channels], .bytes(images.pixels))
    }

    init(checked shape: [Int], _ values: Values) {
        self.shape = shape
        self.values = values
    }

    /// The numbers in single precision; doubles are rounded, and infinite where they are out of its range.
    public var floats: [Float] {
        switch values {
        case .bytes(let values): values.map(Float.init)
        case .floats(let values): values
        case .doubles(let values): values.map { Float($0) }
        }
    }
}

/// NumPy's file format for one array: a magic, a version, a header that describes the array as a Python dictionary, and the
/// numbers.
///
/// Versions 1.0, 2.0 and 3.0 are read, and 1.0 is written, to the same bytes as `numpy.save`. Numbers may be
/// float32, float64 and uint8, little-endian, in C or in Fortran order.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (NEP 1).
package enum NPY {
    /// The bytes that a file begins with.
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The most dimensions of an array, as many as NumPy 1 has.
    static let mostDimensions = 32
    /// Bytes of the longest header, the same as NumPy reads by default.
    static let longestHeader = 10_000

    /// The kinds of number.
    enum Kind: String, CaseIterable {
        case byte = "|u1"
        case float = "<f4"
        case double = "<f8"

        var size: Int {
            switch self {
            case .byte: 1
            case .float: 4
            case .double: 8
            }
        }
    }
}
