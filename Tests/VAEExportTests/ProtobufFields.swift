/// The fields of a message of protocol buffers, read by the description of the format and not by how we write it.
struct ProtobufFields {
    enum Value {
        case integer(UInt64)
        case word(UInt32)
        case bytes([UInt8])
    }

    struct Failure: Error { let description: String }

    private(set) var fields: [(number: Int, value: Value)] = []

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        func varint() throws -> UInt64 {
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            throw Failure(description: "ends within a number")
        }
        func take(_ count: Int) throws -> [UInt8] {
            guard rest.count >= count else { throw Failure(description: "ends within a field") }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        while !rest.isEmpty {
            let key = try varint()
            let value: Value =
                switch key & 7 {
                case 0: .integer(try varint())
                case 2: .bytes(try take(Int(varint())))
                case 5: .word(try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
                default: throw Failure(description: "a field of wire type \(key & 7)")
                }
            fields.append((Int(key >> 3), value))
        }
    }

    func all(_ number: Int) -> [Value] { fields.filter { $0.number == number }.map(\.value) }

    func bytes(_ number: Int) throws -> [UInt8] {
        guard case .bytes(let bytes)? = all(number).first else {
            throw Failure(description: "no bytes in field \(number)")
        }
        return bytes
    }

    func text(_ number: Int) throws -> String { String(decoding: try bytes(number), as: UTF8.self) }

    func message(_ number: Int) throws -> ProtobufFields { try ProtobufFields(bytes(number)) }

    func messages(_ number: Int) throws -> [ProtobufFields] {
        try all(number).map { value in
            guard case .bytes(let bytes) = value else { throw Failure(description: "no message") }
            return try ProtobufFields(bytes)
        }
    }

    func integers(_ number: Int) -> [Int] {
        all(number).compactMap { value in
            if case .integer(let bits) = value { Int(bitPattern: UInt(bits)) } else { nil }
        }
    }
}
