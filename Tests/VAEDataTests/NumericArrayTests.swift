import Foundation
import Testing
import VAECore

@testable import VAEData

/// Arrays of every type, as NumPy writes them: see Golden/make_arrays.py.
@Suite struct NumericArrayTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static func path(_ name: String) throws -> String { try GoldenFile.path("arrays/\(name)") }

    /// The numbers that make_arrays.py writes.
    static func expected(_ type: NumericType) -> NumericArray.Values {
        func integers<T: FixedWidthInteger>(_: T.Type) -> [T] {
            (0..<24).map { $0 == 23 ? T.max : T.min + T($0) }
        }
        let eighths = (0..<24).map { Double($0) / 8 - 1 }
        return switch type {
        case .bool: .bools((0..<24).map { $0 % 3 == 0 })
        case .int8: .int8(integers(Int8.self))
        case .int16: .int16(integers(Int16.self))
        case .int32: .int32(integers(Int32.self))
        case .int64: .int64(integers(Int64.self))
        case .uint8: .bytes(integers(UInt8.self))
        case .uint16: .uint16(integers(UInt16.self))
        case .uint32: .uint32(integers(UInt32.self))
        case .uint64: .uint64(integers(UInt64.self))
        case .float16: .halves(eighths.map { Float16($0) })
        case .float32: .floats(eighths.map { Float($0) })
        case .float64: .doubles(eighths)
        }
    }

    @Test(arguments: NumericType.allCases, ["little", "little-fortran", "big", "big-fortran"])
    func everyTypeInEveryOrder(type: NumericType, order: String) throws {
        let array = try NumericArray(contentsOf: Self.path("\(type.rawValue)-\(order).npy"))
        #expect(array.shape == [2, 3, 4] && array.type == type)
        #expect(array.values == Self.expected(type))
    }

    /// NumPy's bytes, header and blanks and all.
    @Test(arguments: NumericType.allCases)
    func writesTheBytesOfNumPy(type: NumericType) throws {
        let path = try Self.path("\(type.rawValue)-little.npy")
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(try NumericArray(shape: [2, 3, 4], values: Self.expected(type)).serialized() == bytes)
    }

    @Test func everyNumberOfDimensions() throws {
        let shapes = [[], [3], [2, 3], [2, 3, 2], [2, 1, 3, 2]]
        for shape in shapes {
            let array = try NumericArray(contentsOf: Self.path("\(shape.count)-d.npy"))
            #expect(array.shape == shape)
            #expect(array.values == .int16((0..<shape.reduce(1, *)).map { Int16($0) }))
        }
    }

    @Test func halvesAreExact() throws {
        let floats = try NumericArray(contentsOf: Self.path("halves.npy")).floats
        // Subnormal halves are whole multiples of 2^−24.
        #expect(Array(floats[..<6]) == [0x1p-24, 0x3FFp-24, 0x1p-14, 65_504, 0, 0])
        #expect(floats[5].sign == .minus && floats[6] == .infinity && floats[7].isNaN)
    }

    @Test(arguments: NumericType.allCases)
    func everyPrefixIsRefused(type: NumericType) throws {
        let path = try Self.path("\(type.rawValue)-big.npy")
        let sound = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        for length in 0..<sound.count {
            let cut = try folder.write(Array(sound[..<length]), to: "cut")
            expectError(.invalidData, saying: cut) { _ = try NPY.read(cut) }
        }
    }

    @Test func anythingButZeroIsTrue() throws {
        let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }"
        let bytes = NPY.magic + [1, 0, UInt8(header.utf8.count), 0] + header.utf8 + [0, 1, 7]
        #expect(try NPY.read(folder.write(bytes, to: "b")).values == .bools([false, true, true]))
    }

    @Test(arguments: [NumericType.uint8, .int8, .int16, .int32, .float32, .float64])
    func idxOfEveryType(type: NumericType) throws {
        let path = try Self.path("\(type.rawValue)-3.idx")
        let expected = try NumericArray(shape: [2, 3, 4], values: Self.expected(type))
        #expect(try NumericArray(contentsOf: path) == expected)
        #expect(try NumericArray(contentsOf: Self.path("\(type.rawValue)-1.idx")).shape == [24])
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(try IDX.encode(expected) == bytes)
        let packed = try folder.write(gzip(bytes), to: "packed")
        #expect(try NumericArray(contentsOf: packed) == expected)
        for length in 0..<bytes.count {
            let cut = try folder.write(Array(bytes[..<length]), to: "cut")
            expectError(.invalidData, saying: cut) { _ = try IDX.read(cut) }
            let packed = try folder.write(gzip(Array(bytes[..<length])), to: "cut")
            expectError(.invalidData, saying: packed) { _ = try IDX.read(packed) }
        }
        let long = try folder.write(bytes + [0], to: "long")
        expectError(.invalidData, saying: "trailing") { _ = try IDX.read(long) }
        let longAndPacked = try folder.write(gzip(bytes + [0]), to: "long")
        expectError(.invalidData, saying: "trailing") { _ = try IDX.read(longAndPacked) }
    }

    @Test func idxOfEveryNumberOfDimensions() throws {
        let shapes = [[24], [4, 6], [2, 3, 4], [2, 3, 2, 2]]
        for shape in shapes {
            let array = try NumericArray(contentsOf: Self.path("int16-\(shape.count).idx"))
            #expect(array.shape == shape && array.values == Self.expected(.int16))
        }
    }

    @Test func idxThatClaimsTooMuch() throws {
        func read(_ bytes: [UInt8]) throws { _ = try IDX.read(folder.write(bytes, to: "bad")) }
        // 2^40 bytes of doubles from a few: refused by the file's size before any memory is asked for.
        expectError(.invalidData, saying: "cut off") { try read(idxHeader([1 << 20, 1 << 5], type: 0x0E)) }
        expectError(.invalidData, saying: "1032") {
            try read(gzip(idxHeader([1 << 20, 1 << 5], type: 0x0E)))
        }
        expectError(.invalidData, saying: "memory") {
            try read(idxHeader([1 << 31, 1 << 30, 8], type: 0x0E))
        }
        expectError(.invalidData, saying: "unknown type", "0a") { try read(idxHeader([1], type: 0x0A) + [0]) }
        expectError(.invalidArgument, saying: "can't be written", "uint16") {
            _ = try IDX.encode(NumericArray(shape: [1], values: .uint16([1])))
        }
        expectError(.invalidArgument, saying: "can't be written") {
            _ = try IDX.encode(NumericArray(shape: [], values: .bytes([1])))
        }
    }

    @Test func fromSeveralChunks() throws {
        let numbers = (0..<100_003).map { Int16(truncatingIfNeeded: $0 &* 31) }
        let array = try NumericArray(shape: [numbers.count], values: .int16(numbers))
        #expect(try NumericArray(contentsOf: folder.write(array.serialized(), to: "a")) == array)
        #expect(try NumericArray(contentsOf: folder.write(gzip(IDX.encode(array)), to: "b")) == array)
    }
}
