/// A message in the wire format of protocol buffers, field by field.
///
/// A model takes eight kinds of message of a format that does not change any more. This file writes them; generated code would bring a
/// library that takes longer to build than the engine.
///
/// Source: Protocol Buffers Documentation, "Encoding" (protobuf.dev/programming-guides/encoding).
struct ProtobufMessage {
    private enum Value {
        case integer(UInt64)
        case float(Float)
        case bytes([UInt8])
        case message(ProtobufMessage)
    }

    private var fields: [(key: UInt64, value: Value)] = []
    /// Bytes of the message as it is written, without its own length.
    private(set) var byteCount = 0

    init() {}

    /// A whole number or a number of an enumeration: a varint, of ten bytes where it is negative.
    mutating func add(_ field: Int, _ value: Int) {
        let bits = UInt64(bitPattern: Int64(value))
        append(field, .integer(bits), wireType: 0, bytes: Self.byteCount(ofVarint: bits))
    }

    /// A number in single precision: four bytes.
    mutating func add(_ field: Int, _ value: Float) { append(field, .float(value), wireType: 5, bytes: 4) }

    /// Text, as UTF-8.
    mutating func add(_ field: Int, _ value: String) { add(field, Array(value.utf8)) }

    /// Bytes, behind their number.
    mutating func add(_ field: Int, _ value: [UInt8]) {
        append(
            field, .bytes(value), wireType: 2,
            bytes: Self.byteCount(ofVarint: UInt64(value.count)) + value.count)
    }

    /// A message, behind the number of its bytes.
    mutating func add(_ field: Int, _ value: ProtobufMessage) {
        append(
            field, .message(value), wireType: 2,
            bytes: Self.byteCount(ofVarint: UInt64(value.byteCount)) + value.byteCount)
    }

    /// The message's bytes. Data of tensors is copied once, into its place.
    func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        write(to: &bytes)
        return bytes
    }

    private mutating func append(_ field: Int, _ value: Value, wireType: UInt64, bytes: Int) {
        let key = UInt64(field) << 3 | wireType
        fields.append((key, value))
        byteCount += Self.byteCount(ofVarint: key) + bytes
    }

    private func write(to bytes: inout [UInt8]) {
        for (key, value) in fields {
            Self.write(varint: key, to: &bytes)
            switch value {
            case .integer(let number): Self.write(varint: number, to: &bytes)
            case .float(let number):
                for shift in [0, 8, 16, 24] {
                    bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> shift))
                }
            case .bytes(let content):
                Self.write(varint: UInt64(content.count), to: &bytes)
                bytes += content
            case .message(let message):
                Self.write(varint: UInt64(message.byteCount), to: &bytes)
                message.write(to: &bytes)
            }
        }
    }

    /// Seven bits a byte, the lowest first; all bytes but the last have their highest bit set.
    private static func write(varint number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func byteCount(ofVarint number: UInt64) -> Int {
        max(1, (64 - number.leadingZeroBitCount + 6) / 7)
    }
}
