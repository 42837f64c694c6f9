import Foundation
import Testing
import VAECore

@testable import VAEData

@Suite struct IDXTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Bytes that compress a little, not a lot.
    private func values(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...15, using: &generator) }
    }

    @Test func roundTripOfRandomShapes() throws {
        for _ in 0..<60 {
            let sizes = (0..<Int.random(in: 1...4)).map { _ in Int.random(in: 1...9) }
            let array = try NumericArray(shape: sizes, values: .bytes(values(sizes.reduce(1, *))))
            let plain = "\(folder.path)/plain"
            try IDX.write(array, to: plain)
            #expect(try IDX.read(plain) == array)
            let packed = try folder.write(gzip(IDX.encode(array)), to: "packed")
            #expect(try IDX.read(packed) == array)
        }
    }

    @Test func largerThanOneChunk() throws {
        let array = try NumericArray(shape: [300, 28, 28], values: .bytes(values(300 * 784)))
        #expect(try IDX.read(folder.write(IDX.encode(array), to: "plain")) == array)
        #expect(try IDX.read(folder.write(gzip(IDX.encode(array)), to: "packed")) == array)
    }

    @Test func readsWhatTheFormatSays() throws {
        let path = try folder.write(
            [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6], to: "a")
        #expect(try IDX.read(path).shape == [1, 2, 3])
        #expect(try IDX.read(path).values == .bytes([1, 2, 3, 4, 5, 6]))
    }

    @Test func refusesWhatIsNotThere() throws {
        expectError(.missingInput, saying: "does not exist", "\(folder.path)/none") {
            _ = try IDX.read("\(folder.path)/none")
        }
        expectError(.missingInput, saying: "a folder") { _ = try IDX.read(folder.path) }
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        expectError(.missingInput, saying: "pipe") { _ = try IDX.read("\(folder.path)/pipe") }
    }

    // Mode bits do not bind root.
    @Test(.enabled(if: geteuid() != 0)) func refusesWhatMayNotBeRead() throws {
        let path = try folder.write(idxHeader([1]) + [0], to: "locked")
        #expect(chmod(path, 0) == 0)
        expectError(.missingInput, saying: "permission denied") { _ = try IDX.read(path) }
    }

    @Test func refusesBadHeaders() throws {
        func read(_ bytes: [UInt8]) throws { _ = try IDX.read(folder.write(bytes, to: "bad")) }
        expectError(.invalidData, saying: "is empty") { try read([]) }
        expectError(.invalidData, saying: "first four bytes", "found 3") { try read([0, 0, 8]) }
        expectError(.invalidData, saying: "not an IDX file", "web page") {
            try read(Array("<!DOCTYPE html>".utf8))
        }
        for magic in [[1, 0, 8, 3], [0, 1, 8, 3]] as [[UInt8]] {
            expectError(.invalidData, saying: "not an IDX file") {
                try read(magic + [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7])
            }
        }
        expectError(.invalidData, saying: "not an IDX file", "89 50 4e 47") {
            try read([0x89, 0x50, 0x4E, 0x47, 0, 0])
        }
        expectError(.invalidData, saying: "unknown type", "found 0a") {
            try read(idxHeader([1, 1, 1], type: 0x0A) + [0, 0, 0, 0])
        }
        expectError(.invalidData, saying: "number of dimensions", "found 0") { try read(idxHeader([])) }
        expectError(.invalidData, saying: "number of dimensions", "found 5") {
            try read(idxHeader([1, 1, 1, 1, 1]) + [0])
        }
        expectError(.invalidData, saying: "cut off in its header", "expected 16 bytes, found 12") {
            try read(idxHeader([1, 1], dimensions: 3))
        }
    }

    @Test func refusesBadSizes() throws {
        func read(_ sizes: [UInt32], _ body: [UInt8] = [], packed: Bool = false) throws {
            let bytes = idxHeader(sizes) + body
            _ = try IDX.read(folder.write(packed ? gzip(bytes) : bytes, to: "bad"))
        }
        expectError(.invalidData, saying: "holds no items", "[0, 28, 28]") { try read([0, 28, 28]) }
        expectError(.invalidData, saying: "size of 0 (dimension 2)") { try read([1, 0, 28]) }
        for packed in [false, true] {
            // 2^128 overflows every integer; 2^62 does not, and no machine has as much memory.
            expectError(.invalidData, saying: "memory") {
                try read([.max, .max, .max, .max], [1, 2, 3], packed: packed)
            }
            expectError(.invalidData, saying: "memory") { try read([1 << 31, 1 << 31], [1], packed: packed) }
            // 2^64 wraps to 0 in arithmetic that does not look.
            expectError(.invalidData, saying: "memory") {
                try read([1 << 16, 1 << 16, 1 << 16, 1 << 16], packed: packed)
            }
        }
        expectError(.invalidData, saying: "cut off", "expected 18 bytes, found 17") {
            try read([10], Array(0..<9))
        }
        expectError(.invalidData, saying: "trailing", "expected 18 bytes, found 19") {
            try read([10], Array(0..<11))
        }
    }

    @Test func refusesArraysThatDoNotFit() {
        for shape in [[], [0], [1 << 32, 0], [1, 1, 1, 1, 1]] {
            expectError(.invalidArgument, saying: "one to four") {
                let values = [UInt8](repeating: 0, count: shape.reduce(1, *))
                _ = try IDX.encode(NumericArray(shape: shape, values: .bytes(values)))
            }
        }
        expectError(.invalidArgument, saying: "uint16") {
            _ = try IDX.encode(NumericArray(shape: [1], values: .uint16([7])))
        }
        expectError(.invalidArgument, saying: "32 bits") { _ = try IDX.labels([1 << 40]) }
    }

    /// Numbers that no byte holds are not rounded on their way through a file.
    @Test func floatsAndLargeLabelsSurvive() throws {
        let set = try ImageSet(
            shape: ImageShape(height: 1, width: 2, channels: 3), values: [0, 0.1, 0.2, 0.3, 0.4, 1],
            labels: [-300])
        let data = try Dataset(name: "d", train: set, test: nil, source: "")
        try data.export(to: "\(folder.path)/d")
        #expect(try Dataset(contentsOf: "\(folder.path)/d").train == set)
    }

    @Test func imagesAndLabels() throws {
        let grey = try folder.write(idxHeader([2, 1, 3]) + [1, 2, 3, 4, 5, 6], to: "grey")
        let colour = try folder.write(idxHeader([1, 1, 2, 3]) + [1, 2, 3, 4, 5, 6], to: "colour")
        let labels = try folder.write(gzip(idxHeader([2]) + [7, 9]), to: "labels")
        let set = try IDX.readImages(at: grey, labels: labels)
        #expect(set.shape == ImageShape(height: 1, width: 3))
        #expect(set.labels == [7, 9])
        #expect(try IDX.readImages(at: grey).labels == nil)
        #expect(try IDX.readImages(at: colour).shape == ImageShape(height: 1, width: 2, channels: 3))
        let written = try IDX.encode(IDX.images(IDX.readImages(at: colour)))
        #expect(written == idxHeader([1, 1, 2, 3]) + [1, 2, 3, 4, 5, 6])

        let planes = try folder.write(idxHeader([1, 3, 1, 5]) + Array(0..<15), to: "planes")
        expectError(.invalidData, saying: "too many channels") { _ = try IDX.readImages(at: planes) }
        expectError(.invalidData, saying: "does not hold images", "[2]") {
            _ = try IDX.readImages(at: labels)
        }
        expectError(.invalidData, saying: "does not hold labels", "[2, 1, 3]") {
            _ = try IDX.readImages(at: grey, labels: grey)
        }
        expectError(.invalidData, saying: "differs in number", "expected 1 labels, found 2") {
            _ = try IDX.readImages(at: colour, labels: labels)
        }
        expectError(.missingInput, saying: "does not exist") {
            _ = try IDX.readImages(at: grey, labels: "\(folder.path)/none")
        }
    }
}
