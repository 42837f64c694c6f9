import Foundation
import Testing
import VAECore

@testable import VAEData

@Suite struct DatasetTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func images(_ count: Int, height: Int = 2, labelled: Bool = true, from first: UInt8 = 0) throws
        -> ImageSet
    {
        try ImageSet(
            shape: ImageShape(height: height, width: 2),
            pixels: (0..<count * height * 2).map { UInt8(truncatingIfNeeded: $0) &+ first },
            labels: labelled ? (0..<count).map { Int($0 % 10) } : nil)
    }

    @Test func exportAndReadAgain() throws {
        for labelled in [true, false] {
            for test in [try images(3, labelled: labelled), nil] {
                let data = try Dataset(
                    name: "a", train: images(7, labelled: labelled, from: 9), test: test, source: "here")
                let place = "\(folder.path)/\(labelled)/\(test != nil)/deep"
                let written = try data.export(to: place)
                #expect(written.count == (labelled ? 2 : 1) * (test == nil ? 1 : 2))
                let again = try Dataset(contentsOf: place)
                #expect(again.train == data.train)
                #expect(again.test == data.test)
                #expect(again.name == "deep")
                #expect(again.source == "folder \(place)")
                try #expect(again.contentHash() == data.contentHash())
                #expect(try Dataset(contentsOf: place + "/", name: "mnist").name == "mnist")
            }
        }
    }

    @Test func exportDoesNotOverwrite() throws {
        let data = try Dataset(name: "a", train: images(2), test: nil, source: "here")
        // Under a name that export does not write, but a reader takes.
        let old = try folder.write([1, 2, 3], to: "t10k-labels.idx1-ubyte.gz")
        expectError(.cannotCreate, saying: old, "not overwritten") { try data.export(to: folder.path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
        expectError(.cannotCreate, saying: "is a file") { try data.export(to: old) }
        expectError(.cannotCreate, saying: "can't be made") { try data.export(to: old + "/below") }
    }

    @Test(arguments: ["", ".gz"], ["-", "."]) func everySpellingIsFound(suffix: String, mark: String) throws {
        let set = try images(4)
        for (stem, kind) in [
            ("train", "images"), ("train", "labels"), ("t10k", "images"), ("t10k", "labels"),
        ] {
            let array =
                try kind == "images"
                ? IDX.images(set) : NumericArray(shape: [4], values: .bytes([0, 1, 2, 3]))
            let bytes = try IDX.encode(array)
            let name = "\(stem)-\(kind)\(mark)idx\(kind == "images" ? 3 : 1)-ubyte\(suffix)"
            // What the bytes are counts, not the name: both ways round.
            try folder.write(Bool.random() ? bytes : gzip(bytes), to: name)
        }
        let data = try Dataset(contentsOf: folder.path)
        #expect(data.train == set)
        #expect(data.test == set)
    }

    @Test func folderErrors() throws {
        expectError(.missingInput, saying: "does not exist", "\(folder.path)/none") {
            _ = try Dataset(contentsOf: "\(folder.path)/none")
        }
        expectError(.missingInput, saying: "NPY, NPZ, IDX", "an empty folder") {
            _ = try Dataset(contentsOf: folder.path)
        }
        let file = try folder.write([], to: "file")
        expectError(.invalidData, saying: "holds no images", "an empty file") {
            _ = try Dataset(contentsOf: file)
        }
        expectError(.missingInput, saying: "holds no images", "1 file without an ending") {
            _ = try Dataset(contentsOf: folder.path)
        }
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/train-images-idx3-ubyte", withIntermediateDirectories: true)
        expectError(.missingInput, saying: "holds no images", "train-images-idx3-ubyte/") {
            _ = try Dataset(contentsOf: folder.path)
        }
    }

    @Test func folderWithHalfATestSet() throws {
        try folder.write(IDX.encode(IDX.images(images(4))), to: "train-images-idx3-ubyte")
        try folder.write(idxHeader([3]) + [1, 2, 3], to: "t10k-labels-idx1-ubyte")
        expectError(.missingInput, saying: "t10k-labels", "no images to go with") {
            _ = try Dataset(contentsOf: folder.path)
        }
        try folder.write(IDX.encode(IDX.images(images(3, height: 5))), to: "t10k-images-idx3-ubyte")
        expectError(.invalidData, saying: "2 sizes", "2×2 to 5×2") {
            _ = try Dataset(contentsOf: folder.path)
        }
        try folder.write(IDX.encode(IDX.images(images(2))), to: "t10k-images-idx3-ubyte")
        expectError(.invalidData, saying: "differs in number") { _ = try Dataset(contentsOf: folder.path) }
    }

    // Mode bits do not bind root.
    @Test(.enabled(if: geteuid() != 0)) func folderWithoutPermission() throws {
        for mode: mode_t in [0, 0o400] {
            #expect(chmod(folder.path, mode) == 0)
            expectError(.missingInput, saying: "permission denied") {
                _ = try Dataset(contentsOf: folder.path)
            }
        }
        #expect(chmod(folder.path, 0o700) == 0)
    }

    @Test func limiting() throws {
        let data = try Dataset(name: "a", train: images(7), test: images(3), source: "here")
        #expect(try data.limited(to: 2).train == images(2))
        #expect(try data.limited(to: 2).test == data.test)
        #expect(try data.limited(to: 7) == data)
        #expect(try data.limited(to: .max) == data)
        for count in [0, -1, .min] {
            expectError(.invalidArgument, saying: "expected 1 or more") { _ = try data.limited(to: count) }
        }
    }

    @Test func refusesUnusableSets() throws {
        let none = try images(0)
        expectError(.invalidArgument, saying: "no training images") {
            _ = try Dataset(name: "a", train: none, test: nil, source: "here")
        }
        expectError(.invalidArgument, saying: "empty test set") {
            _ = try Dataset(name: "a", train: images(1), test: none, source: "here")
        }
        expectError(.invalidArgument, saying: "another shape") {
            _ = try Dataset(name: "a", train: images(1), test: images(1, height: 3), source: "here")
        }
    }

    /// A run of the first version has this on record of such data.
    @Test func contentHashOfTheFirstVersion() throws {
        let shape = ImageShape(height: 1, width: 2)
        let train = try ImageSet(shape: shape, pixels: [1, 2, 3, 4], labels: [7, 255])
        let data = try Dataset(
            name: "a", train: train, test: ImageSet(shape: shape, pixels: [5, 6]), source: "")
        try #expect(data.has(contentHash: data.contentHash()))
        try #expect(data.has(contentHash: "696e85208c9c87a9c158962d05dc6fe0c507e22fd18e861cd5b031e95dabd0c0"))
        try #expect(!data.has(contentHash: String(repeating: "0", count: 64)))
    }

    @Test func contentHashSeesContentOnly() throws {
        let data = try Dataset(name: "a", train: images(4), test: images(2), source: "here")
        let renamed = try Dataset(name: "b", train: images(4), test: images(2), source: "there")
        try #expect(data.contentHash() == renamed.contentHash())
        try #expect(data.contentHash().count == 64)
        let others = [
            try Dataset(name: "a", train: images(4), test: nil, source: "here"),
            try Dataset(name: "a", train: images(4, from: 1), test: images(2), source: "here"),
            try Dataset(name: "a", train: images(4), test: images(2, labelled: false), source: "here"),
            try Dataset(name: "a", train: images(4), test: images(3), source: "here"),
            try Dataset(name: "a", train: images(1, height: 8), test: images(1, height: 8), source: "here"),
        ]
        let hashes = try (others + [data]).map { try $0.contentHash() }
        #expect(Set(hashes).count == 6)
    }
}
