import VAECore

/// An array of numbers of one type with any number of dimensions: the content of an NPY file, an IDX file or an entry of an NPZ
/// archive.
public struct NumericArray: Sendable, Equatable {
    /// The numbers in the type that they are stored in, the last dimension innermost.
    public enum Values: Sendable, Equatable {
        /// bool
        case bools([Bool])
        /// int8
        case int8([Int8])
        /// int16
        case int16([Int16])
        /// int32
        case int32([Int32])
        /// int64
        case int64([Int64])
        /// uint8
        case bytes([UInt8])
        /// uint16
        case uint16([UInt16])
        /// uint32
        case uint32([UInt32])
        /// uint64
        case uint64([UInt64])
        /// float16
        case halves([Float16])
        /// float32
        case floats([Float])
        /// float64
        case doubles([Double])

        /// The number of values.
        public var count: Int {
            switch self {
            case .bools(let values): values.count
            case .int8(let values): values.count
            case .int16(let values): values.count
            case .int32(let values): values.count
            case .int64(let values): values.count
            case .bytes(let values): values.count
            case .uint16(let values): values.count
            case .uint32(let values): values.count
            case .uint64(let values): values.count
            case .halves(let values): values.count
            case .floats(let values): values.count
            case .doubles(let values): values.count
            }
        }

        /// The type of every value.
        public var type: NumericType {
            switch self {
            case .bools: .bool
            case .int8: .int8
            case .int16: .int16
            case .int32: .int32
            case .int64: .int64
            case .bytes: .uint8
            case .uint16: .uint16
            case .uint32: .uint32
            case .uint64: .uint64
            case .halves: .float16
            case .floats: .float32
            case .doubles: .float64
            }
        }
    }

    /// Sizes, outermost first; none for a single number. A size may be 0.
    public let shape: [Int]
    /// The numbers, the last dimension innermost.
    public let values: Values

    /// The type of every number.
    public var type: NumericType { values.type }

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

    /// The values of images, (images, height, width, channels): bytes, or single precision where bytes would round them.
    /// - Throws: what reading them throws, for images that are not in memory.
    public init(_ images: ImageSet) throws(VAEError) {
        let shape = images.shape
        let values: Values =
            switch try images.values {
            case .bytes(let bytes): .bytes(bytes)
            case .floats(let floats): .floats(floats)
            }
        self.init(checked: [images.count, shape.height, shape.width, shape.channels], values)
    }

    init(checked shape: [Int], _ values: Values) {
        self.shape = shape
        self.values = values
    }

    /// The numbers in single precision: rounded where it does not have them, and infinite out of its range; true is 1.
    public var floats: [Float] {
        switch values {
        case .bools(let values): values.map { $0 ? 1 : 0 }
        case .int8(let values): values.map { Float($0) }
        case .int16(let values): values.map { Float($0) }
        case .int32(let values): values.map { Float($0) }
        case .int64(let values): values.map { Float($0) }
        case .bytes(let values): values.map { Float($0) }
        case .uint16(let values): values.map { Float($0) }
        case .uint32(let values): values.map { Float($0) }
        case .uint64(let values): values.map { Float($0) }
        case .halves(let values): values.map { Float($0) }
        case .floats(let values): values
        case .doubles(let values): values.map { Float($0) }
        }
    }

    /// The place of a value in the array, such as "(3, 0, 2)".
    func place(of index: Int) -> String {
        var rest = index
        var places: [Int] = []
        for size in shape.reversed() where size > 0 {
            places.append(rest % size)
            rest /= size
        }
        return "(\(places.reversed().map(String.init).joined(separator: ", ")))"
    }
}

/// An array of numbers by the name of the file format that it is written in.
public typealias NPYArray = NumericArray
