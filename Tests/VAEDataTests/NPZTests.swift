import Foundation
import Testing
import VAECore

@testable import VAEData

/// Archives that NumPy writes (see Golden/make_arrays.py), whole and damaged.
@Suite struct NPZTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: NumericArrayTests.path(name))))
    }

    @Test(arguments: ["stored.npz", "deflated.npz"])
    func arraysByTheirNames(name: String) throws {
        let archive = try NPZArchive(contentsOf: NumericArrayTests.path(name))
        #expect(archive.entries.map(\.name) == ["images", "labels", "scalar", "fortran"])
        #expect(archive.entries.map(\.shape) == [[3, 4, 5], [3], [], [2, 3, 4]])
        #expect(archive.entries.map(\.type) == [.uint8, .int64, .float64, .int32])
        #expect(archive.entries.allSatisfy { $0.refusal == nil })
        #expect(try archive.array(named: "images").values == .bytes(Array(0..<60)))
        #expect(try archive.array(named: "labels").values == .int64([7, 0, 9]))
        #expect(try archive.array(named: "scalar").values == .doubles([2.5]))
        #expect(try archive.array(named: "fortran").values == NumericArrayTests.expected(.int32))
        // A second time, from the beginning.
        #expect(try archive.array(named: "images").values == .bytes(Array(0..<60)))
        expectError(.invalidArgument, saying: "no array called \"x\"", "\"images\", \"labels\"") {
            _ = try archive.array(named: "x")
        }
        let path = archive.path
        expectError(.invalidData, saying: "several arrays") { _ = try NumericArray(contentsOf: path) }
        #expect(try NumericArray(contentsOf: path, entry: "labels").shape == [3])
        let plain = try NumericArrayTests.path("labels.npy")
        expectError(.invalidArgument, saying: "not an archive") {
            _ = try NumericArray(contentsOf: plain, entry: "labels")
        }
    }

    @Test func objectsAreRefusedByName() throws {
        let archive = try NPZArchive(contentsOf: NumericArrayTests.path("objects.npz"))
        #expect(archive.entries.map(\.type) == [nil, .int64])
        let words = "things: is an array of Python objects (dtype object), which is not read"
        #expect(archive.entries[0].refusal?.description.contains(words) == true)
        expectError(.invalidData, saying: words) { _ = try archive.array(named: "things") }
        #expect(try archive.array(named: "numbers").values == .int64([0, 1, 2]))
    }

    @Test func otherEntriesAndMethods() throws {
        let archive = try NPZArchive(contentsOf: NumericArrayTests.path("others.npz"))
        #expect(archive.entries.map(\.name) == ["y"])
        expectError(.invalidData, saying: "others.npz:y", "method 12") { _ = try archive.onlyArray() }
    }

    /// A hundred kilobytes from some hundred bytes are what deflate can do, and are read.
    @Test func whatExpandsAsDeflateCanIsRead() throws {
        let array = try NumericArray(contentsOf: NumericArrayTests.path("bomb.npz"))
        #expect(array.shape == [1000, 100] && array.values == .bytes([UInt8](repeating: 0, count: 100_000)))
    }

    @Test(arguments: ["stored.npz", "deflated.npz"])
    func everyPrefixIsRefused(name: String) throws {
        let sound = try bytes(name)
        for length in 0..<sound.count {
            let cut = try folder.write(Array(sound[..<length]), to: "cut.npz")
            expectError(.invalidData, saying: "cut.npz") {
                let archive = try NPZArchive(contentsOf: cut)
                for entry in archive.entries { _ = try archive.array(named: entry.name) }
            }
        }
        let cut = try folder.write(Array(sound.dropLast(30)), to: "cut.npz")
        expectError(.invalidData, saying: "is cut off") { _ = try NPZArchive(contentsOf: cut) }
    }

    /// Whatever byte is changed, an array is read as it was, or refused.
    @Test(arguments: ["stored.npz", "deflated.npz"])
    func noChangedByteChangesNumbers(name: String) throws {
        let sound = try bytes(name)
        let expected = try NPZArchive(contentsOf: NumericArrayTests.path(name)).array(named: "labels")
        for place in sound.indices {
            var bytes = sound
            bytes[place] ^= 0x10
            let path = try folder.write(bytes, to: "changed.npz")
            do throws(VAEError) {
                let read = try NPZArchive(contentsOf: path).array(named: "labels")
                #expect(read == expected, "byte \(place)")
            } catch {
                #expect(error.kind == .invalidData || error.kind == .invalidArgument, "\(error)")
            }
        }
    }

    /// Where the directory's entry of an array stands, and its fields.
    private func directory(_ bytes: [UInt8], _ name: String) throws -> Int {
        let head = Array("PK\u{1}\u{2}".utf8)
        return try #require(
            bytes.indices.first {
                bytes[$0...].starts(with: head) && bytes.dropFirst($0 + 46).starts(with: name.utf8)
            })
    }

    @Test func sizesThatLie() throws {
        let sound = try bytes("bomb.npz")
        let start = try directory(sound, "zeros.npy")
        func expect(_ size: UInt32, _ words: String) throws {
            var bytes = sound
            // The directory's unpacked size: bytes 24 to 27.
            for place in 0..<4 { bytes[start + 24 + place] = UInt8(truncatingIfNeeded: size >> (8 * place)) }
            let archive = try NPZArchive(contentsOf: folder.write(bytes, to: "lies.npz"))
            #expect(archive.entries[0].refusal?.description.contains(words) == true, "\(archive.entries[0])")
            expectError(.invalidData, saying: "lies.npz", words) { _ = try archive.onlyArray() }
        }
        try expect(0x7FFF_FFFF, "can't hold")
        try expect(100_129, "trailing")
        try expect(100_127, "cut off")
    }

    @Test func sizesThatLieInStoredEntries() throws {
        var bytes = try bytes("stored.npz")
        let start = try directory(bytes, "labels.npy")
        bytes[start + 24] ^= 1
        let archive = try NPZArchive(contentsOf: folder.write(bytes, to: "lies.npz"))
        expectError(.invalidData, saying: "lies.npz:labels", "can't hold") {
            _ = try archive.array(named: "labels")
        }
    }

    @Test func encryptedEntries() throws {
        var bytes = try bytes("bomb.npz")
        // Bit 0 of the flags says so, in the entry's own header and in the directory.
        bytes[6] |= 1
        bytes[try directory(bytes, "zeros.npy") + 8] |= 1
        let path = try folder.write(bytes, to: "secret.npz")
        expectError(.invalidData, saying: "secret.npz", "encrypted") {
            _ = try NPZArchive(contentsOf: path).onlyArray()
        }
    }

    @Test func twoOfOneName() throws {
        var bytes = try bytes("stored.npz")
        // Names of one length, exchanged wherever they stand.
        let (images, labels) = (Array("images.npy".utf8), Array("labels.npy".utf8))
        for place in bytes.indices where bytes[place...].starts(with: labels) {
            bytes.replaceSubrange(place..<place + labels.count, with: images)
        }
        let path = try folder.write(bytes, to: "twice.npz")
        expectError(.invalidData, saying: "twice.npz", "same name", "images.npy") {
            _ = try NPZArchive(contentsOf: path)
        }
    }

    @Test func whatIsNoArchive() throws {
        let text = try folder.write(Array("a,b\n1,2\n".utf8), to: "a.csv")
        expectError(.invalidData, saying: "not a ZIP archive") { _ = try NPZArchive(contentsOf: text) }
        expectError(.missingInput, saying: "does not exist") {
            _ = try NPZArchive(contentsOf: "\(folder.path)/none")
        }
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        expectError(.missingInput, saying: "pipe") { _ = try NPZArchive(contentsOf: "\(folder.path)/pipe") }
        let empty = try folder.write(
            Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18), to: "e.npz")
        expectError(.invalidData, saying: "no arrays", "an empty archive") {
            _ = try NPZArchive(contentsOf: empty)
        }
    }
}
