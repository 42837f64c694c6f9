import Foundation
import ReaderChecks
import Testing
import VAECore

@testable import VAEData

/// Data sets that are written and read back: archives, and IDX files of floats.
@Suite struct DatasetExportTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func set(
        _ count: Int, _ shape: ImageShape, labels: [Int]? = nil, areFloats: Bool = false
    ) throws -> ImageSet {
        let size = count * shape.count
        let values: PixelValues =
            areFloats
            ? .floats((0..<size).map { Float($0 % 977) / 1013 })
            : .bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        return try ImageSet(shape: shape, values: values, labels: labels)
    }

    private func data(
        _ shape: ImageShape, labels: [Int]? = [1, 0, 2, 1, 0], areFloats: Bool = false, isSplit: Bool = true
    ) throws -> Dataset {
        try Dataset(
            name: "a", train: set(5, shape, labels: labels, areFloats: areFloats),
            test: isSplit
                ? set(3, shape, labels: labels.map { Array($0.prefix(3)) }, areFloats: areFloats) : nil,
            source: "here", classNames: ["cat", "chien d'été", "狗 🐕"])
    }

    private static let grey = ImageShape(height: 6, width: 5)
    private static let colour = ImageShape(height: 6, width: 5, channels: 3)

    @Test(arguments: [grey, colour, ImageShape(height: 1, width: 7)], [false, true])
    func archivesAreReadBack(shape: ImageShape, areFloats: Bool) throws {
        for (index, labels) in [[1, 0, 2, 1, 0], nil, [-7, 300, 1 << 40, 0, 1]].enumerated() {
            for isSplit in [true, false] {
                let data = try data(shape, labels: labels, areFloats: areFloats, isSplit: isSplit)
                let file = path("\(index)\(isSplit).npz")
                #expect(try data.export(to: file) == [file])
                let again = try Dataset(contentsOf: file)
                #expect(again.train == data.train && again.test == data.test)
                #expect(again.classNames == data.classNames)
                #expect(try again.contentHash() == data.contentHash())
                let names = try NPZArchive(contentsOf: file).entries.map(\.name)
                let wanted = ["train_images", "train_labels", "test_images", "test_labels", "class_names"]
                #expect(
                    names
                        == wanted.filter {
                            (labels != nil || !$0.hasSuffix("labels"))
                                && (isSplit || !$0.hasPrefix("test"))
                        })
            }
        }
    }

    @Test func floatsAreWrittenAsIDX() throws {
        let data = try data(Self.colour, areFloats: true)
        try data.export(to: path("idx"))
        #expect(try IDX.read(path("idx/train-images-idx3-ubyte")).type == .float32)
        let again = try Dataset(contentsOf: path("idx"))
        #expect(again.train == data.train && again.test == data.test)
    }

    /// Images that stay on the disk, and some of them in another order: many pieces, and the same bytes as in memory.
    @Test(arguments: ["npz", "idx"]) func manyPieces(kind: String) throws {
        let shape = ImageShape(height: 400, width: 500)
        let large = try set(11, shape, labels: Array(0..<11))
        try folder.write(NPY.encode(NumericArray(large)), to: "x.npy")
        let streamed = try DataSource(path("x.npy")).dataset(storage: ImageStorage(.disk, cacheFolder: nil))
        #expect(!streamed.train.isInMemory)
        let order = [3, 9, 0, 10, 1, 7]
        let (one, other) = (path("one.\(kind)"), path("other.\(kind)"))
        try Dataset(name: "a", train: streamed.train.selecting(order), test: nil, source: "").export(to: one)
        try Dataset(
            name: "a", train: large.selecting(order).labelled(nil), test: nil, source: ""
        ).export(to: other)
        let names = kind == "npz" ? [""] : ["/train-images-idx3-ubyte"]
        for name in names {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: one + name))
            #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: other + name)))
            #expect(bytes.count > 6 * shape.count)
        }
        #expect(try Dataset(contentsOf: one).train == large.selecting(order).labelled(nil))
    }

    /// Sizes and places beyond 32 bits, with fewer bits.
    @Test func largeArchives() throws {
        let data = try data(Self.colour)
        // The images are larger than this, the labels are not, and lie behind it, as the directory does.
        _ = try data.exportNPZ(to: path("large.npz"), large: 300)
        try data.export(to: path("small.npz"))
        let large = try Data(contentsOf: URL(fileURLWithPath: path("large.npz")))
        #expect(large.range(of: Data("PK\u{6}\u{6}".utf8)) != nil)
        #expect(large.range(of: Data([UInt8](repeating: 0xFF, count: 8))) != nil)
        let again = try Dataset(contentsOf: path("large.npz"))
        #expect(again.train == data.train && again.test == data.test && again.classNames == data.classNames)
        let small = try Data(contentsOf: URL(fileURLWithPath: path("small.npz")))
        #expect(small.range(of: Data("PK\u{6}\u{6}".utf8)) == nil && small.count < large.count)
    }

    @Test func nothingIsOverwritten() throws {
        let data = try data(Self.grey)
        let file = try folder.write([1], to: "a.npz")
        expectError(.cannotCreate, saying: "a.npz", "not overwritten") { try data.export(to: file) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data([1]))
        expectError(.cannotCreate, saying: "none/a.npz") { try data.export(to: path("none/a.npz")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.npz"])
    }

    @Test func whatCantBeReadBackIsRefused() throws {
        // Three rows with three channels: first or last?
        let data = try data(ImageShape(height: 3, width: 5, channels: 3))
        expectError(.invalidArgument, saying: "channels first", "IDX") { try data.export(to: path("a.npz")) }
        try data.export(to: path("a"))
        #expect(try Dataset(contentsOf: path("a")).train == data.train)
        try folder.write(Array("a,b\n1,2\n3,4\n".utf8), to: "t.csv")
        let table = try Dataset(contentsOf: path("t.csv"))
        for name in ["t.npz", "t"] {
            expectError(.invalidArgument, saying: "is a table") { try table.export(to: path(name)) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a", "t.csv"])
    }

    /// Texts that NumPy wrote, and the same bytes from here.
    @Test func textsOfNumPy() throws {
        let archive = try NPZArchive(contentsOf: NumericArrayTests.path("texts.npz"))
        let names = ["cat", "chien d'été", "狗 🐕", "", "a\0b"]
        for name in ["class_names", "big", "utf8"] {
            #expect(try archive.texts(named: name, most: 5, longest: 13) == names, "\(name)")
            #expect(try archive.texts(named: name, most: 4, longest: 13) == nil)
            #expect(try archive.texts(named: name, most: 5, longest: 10) == nil)
        }
        #expect(try archive.texts(named: "none", most: 5, longest: 13) == [])
        for name in ["square", "train_labels", "missing"] {
            #expect(try archive.texts(named: name, most: 5, longest: 13) == nil)
        }
        let data = try Dataset(contentsOf: NumericArrayTests.path("texts.npz"))
        #expect(data.classNames == names && data.train.labels == [4, 1])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: NumericArrayTests.path("texts.npz")))
        #expect(bytes.range(of: Data(NPY.encode(names))) != nil)
    }

    @Test func damagedTexts() throws {
        let text = NPY.encode(["cat", "dog"])
        func read(_ content: [UInt8]) throws -> [String]? {
            let file = try folder.write(
                Zips.file([("n.npy", content)], isDeflated: false), to: "\(UUID().uuidString).npz")
            return try NPZArchive(contentsOf: file).texts(named: "n", most: 9, longest: 9)
        }
        #expect(try read(text) == ["cat", "dog"])
        for content in [Array(text.dropLast()), text + [0]] {
            expectError(.invalidData, saying: "another length") { _ = try read(content) }
        }
        // No character, and half of one.
        var other = text
        other.replaceSubrange(text.count - 4..<text.count, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try read(other) == ["cat", "do\u{FFFD}"])
        other.replaceSubrange(text.count - 4..<text.count, with: [0x00, 0xD8, 0, 0])
        #expect(try read(other) == ["cat", "do\u{FFFD}"])
    }
}
