import VAECore

/// The numbers of arrays from bytes and to bytes, in either order.
enum NumericCoding {
    /// Bytes that are turned into numbers at a time.
    private static let pieceSize = 1 << 16

    /// Reads `count` numbers.
    /// - Parameter isKnown: whether the bytes are known to be there, so that memory for all of them may be asked for at once.
    /// - Returns: the numbers and the bytes that they took; fewer when the source ends before.
    static func read(
        _ type: NumericType, _ count: Int, isBigEndian: Bool, isKnown: Bool, from source: some ByteSource
    ) throws(VAEError) -> (values: NumericArray.Values, bytes: Int) {
        func numbers<E: Element>(_: E.Type) throws(VAEError) -> ([E], Int) {
            try elements(count, isBigEndian, isKnown, source)
        }
        func result<E>(
            _ read: ([E], Int), _ made: ([E]) -> NumericArray.Values
        ) -> (values: NumericArray.Values, bytes: Int) { (made(read.0), read.1) }
        switch type {
        // The only type that memory has as files do.
        case .uint8:
            var bytes: [UInt8] = []
            if isKnown { bytes.reserveCapacity(count) }
            let read = try source.append(count, to: &bytes)
            return (.bytes(bytes), read)
        case .bool: return result(try numbers(Bool.self), NumericArray.Values.bools)
        case .int8: return result(try numbers(Int8.self), NumericArray.Values.int8)
        case .int16: return result(try numbers(Int16.self), NumericArray.Values.int16)
        case .int32: return result(try numbers(Int32.self), NumericArray.Values.int32)
        case .int64: return result(try numbers(Int64.self), NumericArray.Values.int64)
        case .uint16: return result(try numbers(UInt16.self), NumericArray.Values.uint16)
        case .uint32: return result(try numbers(UInt32.self), NumericArray.Values.uint32)
        case .uint64: return result(try numbers(UInt64.self), NumericArray.Values.uint64)
        case .float16: return result(try numbers(Float16.self), NumericArray.Values.halves)
        case .float32: return result(try numbers(Float.self), NumericArray.Values.floats)
        case .float64: return result(try numbers(Double.self), NumericArray.Values.doubles)
        }
    }

    /// Appends the bytes of all values.
    static func append(_ values: NumericArray.Values, isBigEndian: Bool, to bytes: inout [UInt8]) {
        func write<E: Element>(_ values: [E]) {
            for value in values {
                let bits = isBigEndian ? value.bits.bigEndian : value.bits.littleEndian
                withUnsafeBytes(of: bits) { bytes.append(contentsOf: $0) }
            }
        }
        switch values {
        case .bools(let values): write(values)
        case .int8(let values): write(values)
        case .int16(let values): write(values)
        case .int32(let values): write(values)
        case .int64(let values): write(values)
        case .bytes(let values): bytes += values
        case .uint16(let values): write(values)
        case .uint32(let values): write(values)
        case .uint64(let values): write(values)
        case .halves(let values): write(values)
        case .floats(let values): write(values)
        case .doubles(let values): write(values)
        }
    }

    private static func elements<E: Element>(
        _ count: Int, _ isBigEndian: Bool, _ isKnown: Bool, _ source: some ByteSource
    ) throws(VAEError) -> ([E], Int) {
        var values: [E] = []
        if isKnown { values.reserveCapacity(count) }
        let size = MemoryLayout<E.Bits>.size
        var piece: [UInt8] = []
        piece.reserveCapacity(min(pieceSize, count * size))
        var read = 0
        while values.count < count {
            piece.removeAll(keepingCapacity: true)
            let wanted = size * min(count - values.count, pieceSize / size)
            let found = try source.append(wanted, to: &piece)
            read += found
            piece.withUnsafeBytes { bytes in
                for at in stride(from: 0, through: found - size, by: size) {
                    let bits = bytes.loadUnaligned(fromByteOffset: at, as: E.Bits.self)
                    values.append(E(bits: isBigEndian ? bits.bigEndian : bits.littleEndian))
                }
            }
            if found < wanted { break }
        }
        return (values, read)
    }
}

/// A number that has its bits in files as it has them in memory.
private protocol Element {
    associatedtype Bits: FixedWidthInteger & BitwiseCopyable
    init(bits: Bits)
    var bits: Bits { get }
}

extension Element where Self: FixedWidthInteger & BitwiseCopyable, Bits == Self {
    init(bits: Self) { self = bits }
    var bits: Self { self }
}

extension Int8: Element {}
extension Int16: Element {}
extension Int32: Element {}
extension Int64: Element {}
extension UInt16: Element {}
extension UInt32: Element {}
extension UInt64: Element {}

extension Bool: Element {
    // As in NumPy, anything but 0 is true.
    init(bits: UInt8) { self = bits != 0 }
    var bits: UInt8 { self ? 1 : 0 }
}

extension Float16: Element {
    init(bits: UInt16) { self.init(bitPattern: bits) }
    var bits: UInt16 { bitPattern }
}

extension Float: Element {
    init(bits: UInt32) { self.init(bitPattern: bits) }
    var bits: UInt32 { bitPattern }
}

extension Double: Element {
    init(bits: UInt64) { self.init(bitPattern: bits) }
    var bits: UInt64 { bitPattern }
}
