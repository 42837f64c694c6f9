/// The types of number that arrays are read and written in; raw values are NumPy's names.
public enum NumericType: String, Sendable, Hashable, CaseIterable {
    /// False or true, a byte each.
    case bool
    /// −128 to 127.
    case int8
    /// −32,768 to 32,767.
    case int16
    /// Whole numbers of 32 bits, signed.
    case int32
    /// Whole numbers of 64 bits, signed, as NumPy makes them.
    case int64
    /// 0 to 255.
    case uint8
    /// 0 to 65,535.
    case uint16
    /// Whole numbers of 32 bits without a sign.
    case uint32
    /// Whole numbers of 64 bits without a sign.
    case uint64
    /// Half precision: 11 bits, up to 65,504.
    case float16
    /// Single precision: 24 bits.
    case float32
    /// Double precision: 53 bits.
    case float64

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
