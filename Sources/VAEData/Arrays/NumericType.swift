/// The types of number that arrays are read and written in; raw values are NumPy's names.
public enum NumericType: String, Sendable, Hashable, CaseIterable {
    case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64

    /// Bytes of one number.
    public var size: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16, .float16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// Whether its numbers have fractions.
    public var isFloat: Bool { self == .float16 || self == .float32 || self == .float64 }

    /// All of them, for errors.
    package static let list = "bool, int8 to int64, uint8 to uint64, float16, float32 or float64"

    /// NumPy's letter and the bytes of a number, such as "f4".
    var code: String {
        switch self {
        case .bool: "b1"
        case .int8, .int16, .int32, .int64: "i\(size)"
        case .uint8, .uint16, .uint32, .uint64: "u\(size)"
        case .float16, .float32, .float64: "f\(size)"
        }
    }
}
