import Foundation
import ReaderChecks
import Testing
import VAECore

@testable import VAEData

/// Data sets whose images stay on the disk are those that are in memory.
@Suite struct StorageTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private var onDisk: ImageStorage { ImageStorage(.disk, cacheFolder: path("cache")) }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let parts = name.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: path(parts), withIntermediateDirectories: true)
        try folder.write(bytes, to: name)
    }

    /// A picture of 3×2 pixels, of bytes or of words, grey or in colour.
    private func picture(_ seed: Int, isColour: Bool = false, bits: Int = 8) -> [UInt8] {
        let count = 3 * (isColour ? 3 : 1) * bits / 8
        var rows: [UInt8] = []
        for row in 0..<2 {
            rows.append(0)
            rows += (0..<count).map { UInt8(truncatingIfNeeded: seed &* 37 &+ row &* 11 &+ $0 &* 101) }
        }
        return PNGs.file(width: 3, height: 2, depth: UInt8(bits), colour: isColour ? 2 : 0, rows: rows)
    }

    private func expectSame(
        _ name: String, _ options: ImportOptions = ImportOptions(), _ storage: ImageStorage? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let source = try DataSource(path(name))
        let memory = try source.dataset(options: options, storage: ImageStorage(cacheFolder: nil))
        let disk = try source.dataset(options: options, storage: storage ?? onDisk)
        #expect(memory.train.isInMemory && !disk.train.isInMemory, sourceLocation: sourceLocation)
        #expect(disk.train == memory.train, sourceLocation: sourceLocation)
        #expect(disk.test == memory.test, sourceLocation: sourceLocation)
        #expect(try disk.contentHash() == memory.contentHash(), sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("u", "uint8"), ("b", "bool"), ("w", "uint16"), ("e", "float16"), ("f", "float32"), ("d", "float64"),
        ("g", "255ths"),
    ])
    func arraysOfEveryTypeThatStreams(_ name: String, _ type: String) throws {
        let fractions = (0..<24).map { Double($0) / 31 }
        let values: NumericArray.Values =
            switch type {
            case "uint8": .bytes((0..<24).map { UInt8($0 * 10) })
            case "bool": .bools((0..<24).map { $0 % 3 == 0 })
            case "uint16": .uint16((0..<24).map { UInt16($0 * 2700) })
            case "float16": .halves(fractions.map { Float16($0) })
            case "float32": .floats(fractions.map { Float($0) })
            case "float64": .doubles(fractions)
            default: .floats((0..<24).map { Float($0 * 10) / 255 })
            }
        let file = "\(name)/images.npy"
        for shape in [[4, 3, 2], [4, 2, 3, 1], [4, 1, 3, 2], [4, 6], [2, 3, 2, 2], [1, 3, 2, 4]] {
            try write(NPY.encode(NumericArray(shape: shape, values: values)), to: file)
            var options = ImportOptions()
            if shape.count == 4, [1, 3].contains(shape[1]) { options.layout = .nchw }
            try expectSame(file, options)
        }
    }

    @Test func arraysOfTheOtherByteOrder() throws {
        var bytes = try NPY.encode(
            NumericArray(shape: [3, 2, 2], values: .floats((0..<12).map { Float($0) / 12 })))
        let code = try #require(Data(bytes).range(of: Data("<f4".utf8)))
        bytes[code.lowerBound] = UInt8(ascii: ">")
        let start = bytes.count - 48
        for at in stride(from: start, to: bytes.count, by: 4) { bytes[at..<at + 4].reverse() }
        try write(bytes, to: "big.npy")
        try expectSame("big.npy")
    }

    @Test func idxFilesWithLabels() throws {
        try write(
            IDX.encode(NumericArray(shape: [5, 2, 2, 3], values: .bytes((0..<60).map { UInt8($0) }))),
            to: "idx/train-images")
        try write(
            IDX.encode(NumericArray(shape: [5], values: .bytes([3, 1, 4, 1, 5]))), to: "idx/train-labels")
        try expectSame("idx")
    }

    @Test func arraysThatDoNotStreamComeIntoMemory() throws {
        let array = try NumericArray(shape: [3, 2, 2], values: .int32((0..<12).map { Int32($0) }))
        try write(NPY.encode(array), to: "int.npy")
        #expect(try DataSource(path("int.npy")).dataset(storage: onDisk).train.isInMemory)
    }

    @Test func valuesThatAreNoBrightnessAreRefusedWithTheirImage() throws {
        var values = [Float](repeating: 0.5, count: 12)
        values[9] = .nan
        try write(NPY.encode(NumericArray(shape: [3, 2, 2], values: .floats(values))), to: "nan.npy")
        expectError(.invalidData, saying: "nan.npy, image 2", "finite") {
            _ = try DataSource(path("nan.npy")).dataset(storage: onDisk)
        }
    }

    @Test func arraysThatAreCutOffAfterwardsAreAnError() throws {
        let array = try NumericArray(shape: [3, 2, 2], values: .bytes((0..<12).map { UInt8($0) }))
        try write(NPY.encode(array), to: "cut.npy")
        let data = try DataSource(path("cut.npy")).dataset(storage: onDisk)
        #expect(truncate(path("cut.npy"), 80 + 54) == 0)
        expectError(.invalidData, saying: "cut.npy", "shorter") { _ = try data.train.values }
    }

    @Test(arguments: [(false, 8), (true, 8), (true, 16)])
    func pictures(_ isColour: Bool, _ bits: Int) throws {
        for index in 0..<7 {
            // One picture of the wider format, which is not the first.
            let isWide = index == 4
            try write(
                picture(index, isColour: isColour && isWide, bits: isWide ? bits : 8),
                to: "pictures/\(index % 2 == 0 ? "cat" : "dog")/\(index).png")
        }
        try expectSame("pictures")
        try expectSame("pictures", ImportOptions(), ImageStorage(.disk, cacheFolder: nil))
        // The second time from the file that the first one made.
        let files = try FileManager.default.contentsOfDirectory(atPath: path("cache/pictures"))
        #expect(files.count == 1)
        try expectSame("pictures")
        let cached = try DataSource(path("pictures")).dataset(
            storage: ImageStorage(cacheFolder: path("cache")))
        #expect(cached.train.isInMemory)
        #expect(try cached.train == DataSource(path("pictures")).dataset().train)
    }

    @Test func moreFormatsThanTheSampleShows() throws {
        // 200 pictures of which 64 are looked at before.
        for index in 0..<200 { try write(picture(index, isColour: index == 1), to: "many/\(index).png") }
        try expectSame("many")
    }

    @Test func splitsOfOtherChannels() throws {
        for index in 0..<3 {
            try write(picture(index), to: "splits/train/\(index).png")
            try write(picture(index, isColour: true), to: "splits/test/\(index).png")
        }
        try expectSame("splits")
    }

    @Test func picturesThatCannotBeReadAreSkipped() throws {
        for index in 0..<5 { try write(picture(index), to: "bad/a/\(index).png") }
        try write([1, 2, 3], to: "bad/a/2.png")
        let options = ImportOptions(onBadPicture: .skip)
        for _ in 0..<2 {
            try expectSame("bad", options)
            let data = try DataSource(path("bad")).dataset(options: options, storage: onDisk)
            #expect(data.train.count == 4 && data.train.labels == [0, 0, 0, 0])
            #expect(data.remarks.contains { $0.contains("1 pictures") && $0.contains("2.png") })
        }
        expectError(.invalidData, saying: "2.png") {
            _ = try DataSource(path("bad")).dataset(storage: onDisk)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: path("cache/pictures"))
        #expect(left.count == 1, "\(left)")
    }

    /// The 64 pictures that are looked at before are every second one.
    @Test func picturesOfWhichTheSampleCannotBeRead() throws {
        for index in 0..<128 {
            try write(index % 2 == 0 ? [1, 2, 3] : picture(index), to: "odd/\(index).png")
        }
        try expectSame("odd", ImportOptions(onBadPicture: .skip))
        expectError(.invalidData, saying: "odd/0.png") {
            _ = try DataSource(path("odd")).dataset(storage: onDisk)
        }
    }

    @Test func aDamagedCacheIsMadeAgainOrNamed() throws {
        for index in 0..<4 { try write(picture(index), to: "p/\(index).png") }
        let data = try DataSource(path("p")).dataset(storage: onDisk)
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: path("cache/pictures")).first)
        let file = path("cache/pictures/\(name)")
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        // Any byte: of an image it shows when that is read, elsewhere before.
        for at in whole.indices {
            var bytes = whole
            bytes[at] ^= 4
            try Data(bytes).write(to: URL(fileURLWithPath: file))
            guard let cached = CachedPictures(file, key: String(name.dropLast(7))) else { continue }
            expectError(.invalidData, saying: "damaged", "--clear-cache") {
                for image in 0..<cached.count { _ = try cached.values(of: image) }
            }
        }
        for length in [0, 10, 24, whole.count - 1] {
            try Data(whole[..<length]).write(to: URL(fileURLWithPath: file))
            try expectSame("p")
        }
        #expect(data.train.count == 4)
        #expect(try PictureCache.clear(path("cache")).files == 1)
        #expect(try PictureCache.clear(path("cache")).files == 0)
    }

    @Test func aChangedPictureIsAnotherKey() throws {
        for index in 0..<2 { try write(picture(index), to: "c/\(index).png") }
        try expectSame("c")
        try write(picture(9, isColour: true), to: "c/1.png")
        try expectSame("c")
    }

    @Test func picturesThatVanishAreNamedOrReplaced() throws {
        for index in 0..<4 { try write(picture(index), to: "v/\(index).png") }
        let storage = ImageStorage(.disk, cacheFolder: nil)
        let strict = try DataSource(path("v")).dataset(storage: storage)
        let lenient = try DataSource(path("v")).dataset(
            options: ImportOptions(onBadPicture: .skip), storage: storage)
        let next = try lenient.train.values(of: 3..<4)
        try FileManager.default.removeItem(atPath: path("v/2.png"))
        expectError(.missingInput, saying: "2.png") { _ = try strict.train.values }
        #expect(try lenient.train.values(of: 2..<3) == next)
        #expect(lenient.train.takeReplacements().map(\.subject) == [path("v/2.png")])
        #expect(lenient.train.takeReplacements().isEmpty)
    }

    @Test func aFullDiskIsNoReasonToGiveUp() throws {
        for index in 0..<3 { try write(picture(index), to: "f/\(index).png") }
        let file = path("cache/pictures")
        let events = Events()
        let data = try FileOperation.$observer.withValue({ operation in
            if case .write(let path, _) = operation, path.hasPrefix(file) { .fails(ENOSPC) } else { .happens }
        }) { try DataSource(path("f")).dataset(storage: onDisk) { events.add($0) } }
        #expect(!data.train.isInMemory && data.train.count == 3)
        #expect(events.all.contains { if case .cacheNotWritten = $0 { true } else { false } })
        #expect(try FileManager.default.contentsOfDirectory(atPath: file).isEmpty)
    }

    private final class Events {
        var all: [DatasetEvent] = []
        func add(_ event: DatasetEvent) { all.append(event) }
    }
}
