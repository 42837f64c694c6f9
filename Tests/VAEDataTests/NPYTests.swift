import Foundation
import Testing
import VAECore

@testable import VAEData

/// The files of Golden/make_golden.py.
enum GoldenFile {
    static func path(_ name: String) throws -> String {
        let folder = try #require(Bundle.module.resourceURL)
        return folder.appending(path: "Golden/\(name)").path
    }
}

@Suite struct NPYTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What the files of NumPy hold: see make_golden.py. All are whole eighths, exact in either precision.
    private static let eighths = (0..<24).map { Double($0) / 8 - 1 }

    @Test(arguments: ["float32.npy", "fortran.npy", "float64.npy"])
    func readsNumPysFloats(name: String) throws {
        let array = try NPY.read(GoldenFile.path(name))
        #expect(array.shape == [2, 3, 4])
        switch array.values {
        case .floats(let values): #expect(values == Self.eighths.map { Float($0) } && name != "float64.npy")
        case .doubles(let values): #expect(values == Self.eighths && name == "float64.npy")
        default: Issue.record("\(array.type)")
        }
        #expect(array.floats == Self.eighths.map { Float($0) })
    }

    @Test(arguments: ["uint8.npy", "version2.npy", "version3.npy"])
    func readsNumPysBytesOfEachVersion(name: String) throws {
        #expect(
            try NPY.read(GoldenFile.path(name)) == NPYArray(shape: [2, 3, 4], values: .bytes(Array(0..<24))))
    }

    @Test func readsNumPysScalarsVectorsAndEmptyArrays() throws {
        #expect(try NPY.read(GoldenFile.path("scalar.npy")) == NPYArray(shape: [], values: .doubles([2.5])))
        #expect(
            try NPY.read(GoldenFile.path("vector.npy"))
                == NPYArray(shape: [5], values: .floats([0, 1, 2, 3, 4])))
        #expect(try NPY.read(GoldenFile.path("empty.npy")) == NPYArray(shape: [0, 7], values: .doubles([])))
    }

    /// NumPy's bytes, header and blanks and all.
    @Test(arguments: ["float32.npy", "float64.npy", "uint8.npy", "scalar.npy", "vector.npy", "empty.npy"])
    func writesTheBytesOfNumPy(name: String) throws {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: GoldenFile.path(name))))
        #expect(try NPY.encode(NPY.read(GoldenFile.path(name))) == bytes)
    }

    @Test func roundTripOfRandomArrays() throws {
        for _ in 0..<80 {
            let shape = (0..<Int.random(in: 0...5)).map { _ in Int.random(in: 0...6) }
            let count = shape.reduce(1, *)
            // Any bits, NaNs with their payloads among them: compared as bytes.
            let all: [NPYArray.Values] = [
                .bytes((0..<count).map { _ in .random(in: 0...255) }),
                .floats((0..<count).map { _ in Float(bitPattern: .random(in: 0...(.max))) }),
                .doubles((0..<count).map { _ in Double(bitPattern: .random(in: 0...(.max))) }),
            ]
            for values in all {
                let array = try NPYArray(shape: shape, values: values)
                let path = "\(folder.path)/a.npy"
                try NPY.write(array, to: path)
                let again = try NPY.read(path)
                #expect(again.shape == shape)
                #expect(NPY.encode(again) == NPY.encode(array))
            }
        }
    }

    @Test func imagesAsAnArray() throws {
        let images = try ImageSet(shape: ImageShape(height: 2, width: 1, channels: 3), pixels: Array(0..<12))
        let array = try NPYArray(images)
        #expect(array.shape == [2, 2, 1, 3] && array.values == .bytes(Array(0..<12)))
        let path = "\(folder.path)/images.npy"
        try array.write(to: path)
        #expect(try NPY.read(path) == array)
        #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == array.serialized())
    }

    @Test func largerThanOneChunk() throws {
        let floats = (0..<100_003).map { Float($0) * 0.1 }
        let array = try NPYArray(shape: [floats.count], values: .floats(floats))
        #expect(try NPY.read(folder.write(NPY.encode(array), to: "large")) == array)
    }

    /// Element (i, j, k) of an array of Fortran order lies at i + 2j + 6k.
    @Test func fortranOrderIsTransposed() throws {
        let text = "{'fortran_order': True, 'shape': (2, 3, 4), 'descr': '|u1'}\n"
        let read = try NPY.read(folder.write(file(text, (0..<24).map { UInt8($0) }), to: "fortran"))
        var expected: [UInt8] = []
        for i in 0..<2 {
            for j in 0..<3 {
                for k in 0..<4 {
                    let value = i + 2 * j + 6 * k
                    expected.append(UInt8(value))
                }
            }
        }
        #expect(try read == NPYArray(shape: [2, 3, 4], values: .bytes(expected)))
    }

    @Test(arguments: [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }",
        #"{"shape":(2L,),"descr":"|u1","fortran_order":False}"#,
        "  { 'descr' : 'u1' ,\t'shape': ( 2 , ), 'fortran_order': True }  \n",
        "{'descr': '<u1', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1,)}",
    ])
    func headersInOtherWords(header: String) throws {
        #expect(try NPY.read(folder.write(file(header, [7, 9]), to: "a")).values == .bytes([7, 9]))
    }

    @Test(arguments: [
        "", "{", "{}", "[]", "{'descr': '|u1', 'fortran_order': False}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': [2]}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (02,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2.0,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2 1)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'more': 1}",
        "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} x",
        "{'descr': '|u1' 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '|u1, 'fortran_order': False, 'shape': (2,)}",
        #"{'de\x73cr': '|u1', 'fortran_order': False, 'shape': (2,)}"#,
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (\(String(repeating: "1,", count: 33)))}",
    ])
    func damagedHeaders(header: String) throws {
        let path = try folder.write(file(header, [7, 9]), to: "bad.npy")
        expectError(.invalidData, saying: "bad.npy", "header", "expected") { _ = try NPY.read(path) }
    }

    @Test func recordsAreRefusedWithAdvice() throws {
        expectError(.invalidData, saying: "records.npy", "several fields") {
            _ = try NPY.read(GoldenFile.path("records.npy"))
        }
    }

    @Test func otherOrdersAndTypes() throws {
        let counted = (0..<24).map { $0 }
        #expect(try NPY.read(GoldenFile.path("big-endian.npy")).values == .floats(counted.map { Float($0) }))
        #expect(try NPY.read(GoldenFile.path("int64.npy")).values == .int64(counted.map { Int64($0) }))
    }

    @Test(arguments: [
        ("|O", "an array of Python objects (dtype object), which is not read"), ("<c8", "complex numbers"),
        ("<U5", "text"), ("|S5", "text"), ("<M8[ns]", "dates"), ("<m8[s]", "spans of time"),
        ("|V4", "raw bytes"),
        ("<f16", "another type"), ("<i3", "another type"), ("", "another type"), ("<", "another type"),
        (">>f4", "another type"),
    ])
    func otherTypesAreRefusedByName(code: String, words: String) throws {
        let text = "{'descr': '\(code)', 'fortran_order': False, 'shape': (1,), }"
        let path = try folder.write(file(text, [0]), to: "other.npy")
        expectError(.invalidData, saying: "other.npy", words, "float16") { _ = try NPY.read(path) }
    }

    @Test func damagedFiles() throws {
        let sound = try [UInt8](Data(contentsOf: URL(fileURLWithPath: GoldenFile.path("float32.npy"))))
        func expect(_ bytes: [UInt8], saying words: String) throws {
            let path = try folder.write(bytes, to: "bad.npy")
            expectError(.invalidData, saying: "bad.npy", words) { _ = try NPY.read(path) }
        }
        for length in 0..<sound.count { try expect(Array(sound[..<length]), saying: "bad.npy") }
        try expect(sound + [0], saying: "trailing")
        try expect(Array(sound.dropLast()), saying: "cut off")
        try expect(Array("PK".utf8) + sound, saying: ".npz")
        for (place, value) in [(6, 0), (6, 4), (7, 1)] as [(Int, UInt8)] {
            var bytes = sound
            bytes[place] = value
            try expect(bytes, saying: "version")
        }
        var long = sound
        (long[8], long[9]) = (0xFF, 0xFF)
        try expect(long, saying: "too long")
        let huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"
        try expect(file(huge, []), saying: "any memory")
        let large = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}"
        try expect(file(large, []), saying: "cut off")
    }

    @Test func whatCannotBeWritten() {
        expectError(.invalidArgument, saying: "6", "5") {
            _ = try NPYArray(shape: [2, 3], values: .bytes([1, 2, 3, 4, 5]))
        }
        expectError(.invalidArgument, saying: "-1") { _ = try NPYArray(shape: [-1], values: .bytes([])) }
        expectError(.invalidArgument, saying: "32") {
            _ = try NPYArray(shape: [Int](repeating: 1, count: 33), values: .bytes([1]))
        }
    }

    /// A file of version 1.0.
    private func file(_ header: String, _ values: [UInt8]) -> [UInt8] {
        let length = header.utf8.count
        return NPY.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + header.utf8 + values
    }
}
