import Foundation
import ReaderChecks
import Testing
import VAECore

@testable import VAEData

@Suite struct ImageFilesTests {
    let folder: TemporaryFolder
    /// The model's shape.
    private let shape = ImageShape(height: 2, width: 3)

    init() throws { folder = try TemporaryFolder() }

    private let padded = ImportOptions(
        pictures: PicturePreparation(size: .init(height: 1, width: 1), fit: .pad))

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// A grey picture of 2×3 whose pixels count up from `start`.
    private func grey(_ start: UInt8) -> [UInt8] {
        let pixels = Array(start..<start + 6)
        return PNGs.file(width: 3, height: 2, rows: [0] + pixels[..<3] + [0] + pixels[3...])
    }

    private func array(_ sizes: [Int], _ values: NPYArray.Values, _ name: String) throws -> String {
        try folder.write(NPY.encode(NPYArray(shape: sizes, values: values)), to: name)
    }

    @Test func allKindsInTheOrderOfTheirNames() throws {
        // A folder of pictures, in the order in which people count, capitals first.
        try FileManager.default.createDirectory(atPath: path("pictures"), withIntermediateDirectories: true)
        let pictures: [(String, UInt8)] = [("b.png", 20), ("B.PNG", 10), ("a10.png", 40), ("a9.png", 30)]
        for (name, start) in pictures {
            try folder.write(grey(start), to: "pictures/\(name)")
        }
        try folder.write([1], to: "pictures/notes.txt")
        try folder.write([1], to: "pictures/.hidden.png")
        let single = try folder.write(grey(0), to: "picture-without-a-name")
        let values = try array([2, 2, 3], .bytes(Array(50..<62)), "values.npy")
        let idx = try folder.write(gzip(idxHeader([1, 2, 3]) + (70..<76)), to: "images.gz")
        let read = try ImageFiles(contentsOf: [single, path("pictures"), values, idx], shape: shape)
        let starts: [UInt8] = [0, 10, 30, 40, 20, 50, 56, 70]
        let expected: [UInt8] = starts.flatMap { Array($0..<$0 + 6) }
        try #expect(read.images.pixels == expected)
        #expect(
            read.names == [
                single, path("pictures/B.PNG"), path("pictures/a9.png"), path("pictures/a10.png"),
                path("pictures/b.png"), "\(values):0", "\(values):1", "\(idx):0",
            ])
        #expect(read.images.shape == shape && read.images.labels == nil)
    }

    @Test func aFolderOfADataSetGivesItsTestImages() throws {
        let train = try ImageSet(shape: shape, pixels: [UInt8](repeating: 1, count: 12), labels: [0, 1])
        let test = try ImageSet(shape: shape, pixels: Array(0..<6), labels: [7])
        try Dataset(name: "d", train: train, test: test, source: "").export(to: path("both"))
        #expect(try ImageFiles(contentsOf: [path("both")], shape: shape).images == test)
        try Dataset(name: "d", train: train, test: nil, source: "").export(to: path("train"))
        #expect(try ImageFiles(contentsOf: [path("train")], shape: shape).images == train)
        // Labels only where every image has one.
        try folder.write(grey(0), to: "a.png")
        #expect(
            try ImageFiles(contentsOf: [path("train"), path("a.png")], shape: shape).images.labels == nil)
    }

    @Test func aNamedArrayGivesItself() throws {
        // The test set beside it belongs to a training, not to who names the training images.
        let train = try ImageSet(shape: shape, pixels: [UInt8](repeating: 1, count: 12), labels: [0, 1])
        let test = try ImageSet(shape: shape, pixels: Array(0..<6), labels: [7])
        let files = try Dataset(name: "d", train: train, test: test, source: "").export(to: path("both"))
        let named = files.filter { $0.contains("images") }
        try #require(named.count == 2)
        #expect(try ImageFiles(contentsOf: named, shape: shape).images.labels == [0, 1, 7])
    }

    @Test func shapesOfArrays() throws {
        let six: NPYArray.Values = .bytes(Array(0..<6))
        for (index, sizes) in [[2, 3], [1, 6], [1, 2, 3], [1, 2, 3, 1]].enumerated() {
            let read = try ImageFiles(contentsOf: [array(sizes, six, "\(index).npy")], shape: shape)
            try #expect(read.images.count == 1 && read.images.pixels == Array(0..<6), "\(sizes)")
        }
        let colour = ImageShape(height: 1, width: 2, channels: 3)
        for (index, sizes) in [[1, 2, 3], [1, 1, 2, 3], [1, 6]].enumerated() {
            let read = try ImageFiles(contentsOf: [array(sizes, six, "c\(index).npy")], shape: colour)
            try #expect(read.images.count == 1 && read.images.pixels == Array(0..<6), "\(sizes)")
        }
        for (sizes, words) in [
            ([6], "labels, not images"), ([1, 1, 1, 2, 3], "2 to 4 dimensions"), ([0, 2, 3], "no images"),
        ] {
            let count = sizes.reduce(1, *)
            let file = try array(sizes, .bytes([UInt8](repeating: 0, count: count)), "bad.npy")
            expectError(.invalidData, saying: "bad.npy", words) {
                _ = try ImageFiles(contentsOf: [file], shape: shape)
            }
        }
    }

    @Test func floatsAreBrightness() throws {
        // As they are: no level of grey is lost.
        let floats: [Float] = [0, 1, 0.5, 0.001, 0.003, 0.999]
        #expect(
            try ImageFiles(contentsOf: [array([2, 3], .floats(floats), "f.npy")], shape: shape).images.values
                == .floats(floats))
        let doubles = floats.map(Double.init)
        #expect(
            try ImageFiles(contentsOf: [array([2, 3], .doubles(doubles), "d.npy")], shape: shape).images
                .values == .floats(floats))
        // Bytes where they are no others.
        let steps = (0..<6).map { Float(51 * $0) / 255 }
        #expect(
            try ImageFiles(contentsOf: [array([2, 3], .floats(steps), "s.npy")], shape: shape).images.values
                == .bytes([0, 51, 102, 153, 204, 255]))
        for bad in [-0.001, 1.001, 255, .nan, .infinity] as [Float] {
            let file = try array([2, 3], .floats([0, 0, bad, 0, 0, 0]), "bad.npy")
            expectError(.invalidData, saying: "bad.npy", "0 to 1") {
                _ = try ImageFiles(contentsOf: [file], shape: shape)
            }
        }
    }

    /// Pillow's conversion of the same colours, to the byte.
    @Test func colourBecomesGreyAsInPillow() throws {
        let shape = ImageShape(height: 13, width: 11)
        let read = try ImageFiles(contentsOf: [GoldenFile.path("colour.png")], shape: shape)
        #expect(
            try NPYArray(shape: [13, 11], values: .bytes(read.images.pixels))
                == NPY.read(GoldenFile.path("luma.npy")))
        // Grey keeps its value, whatever it is.
        for value in 0...255 as ClosedRange<UInt8> {
            try folder.write(
                PNGs.file(width: 1, height: 1, colour: 2, rows: [0, value, value, value]), to: "g.png")
            let grey = try ImageFiles(contentsOf: [path("g.png")], shape: ImageShape(height: 1, width: 1))
            try #expect(grey.images.pixels == [value])
        }
    }

    @Test func greyBecomesColourAndBlackBecomesWhite() throws {
        let file = try folder.write(grey(0), to: "a.png")
        let colour = try ImageFiles(contentsOf: [file], shape: ImageShape(height: 2, width: 3, channels: 3))
        let tripled: [UInt8] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]
        try #expect(colour.images.pixels == tripled)
        #expect(
            try ImageFiles(contentsOf: [file], shape: shape, inverting: true).images.pixels == [
                255, 254, 253, 252, 251, 250,
            ])
        expectError(.invalidData, saying: "a.png", "channels") {
            _ = try ImageFiles(contentsOf: [file], shape: ImageShape(height: 2, width: 3, channels: 2))
        }
    }

    @Test func otherSizesAreRefusedOrFitted() throws {
        // 4×4 of four quarters, whose means are exact.
        let quarters: [UInt8] = [10, 30, 50, 70, 10, 30, 50, 70, 100, 120, 200, 220, 100, 120, 200, 220]
        let file = try array([4, 4], .bytes(quarters), "quarters.npy")
        expectError(.invalidData, saying: "quarters.npy", "expected 2×3 pixels, found 4×4.", "--fit") {
            _ = try ImageFiles(contentsOf: [file], shape: shape)
        }
        // 2×2 in the middle of 2×5, with the odd column on the right.
        let fitted = try ImageFiles(
            contentsOf: [file], shape: ImageShape(height: 2, width: 5), options: padded)
        try #expect(fitted.images.pixels == [0, 20, 60, 0, 0, 0, 110, 210, 0, 0])
        // Enlarged, it is linear between the centres of pixels, and flat outside.
        let pair = try array([1, 2], .bytes([40, 80]), "pair.npy")
        let large = try ImageFiles(
            contentsOf: [pair], shape: ImageShape(height: 2, width: 4), options: padded)
        try #expect(large.images.pixels == [40, 50, 70, 80, 40, 50, 70, 80])
        // By 3 to 2: a new pixel covers one and a half of the old.
        let three = try array([1, 3], .bytes([30, 60, 90]), "three.npy")
        let two = try ImageFiles(
            contentsOf: [three], shape: ImageShape(height: 1, width: 2), options: padded)
        try #expect(two.images.pixels == [40, 80])
        // White paper turns black first, and so does not stand out from what is added around it.
        let paper = try array([2, 2], .bytes([255, 255, 255, 255]), "paper.npy")
        let inverted = try ImageFiles(contentsOf: [paper], shape: shape, options: padded, inverting: true)
        try #expect(inverted.images.pixels == [UInt8](repeating: 0, count: 6))
    }

    /// A constant stays what it is, and what is fitted lies within the range of what was given, for any two sizes.
    @Test func fittingKeepsConstantsAndRanges() throws {
        for _ in 0..<200 {
            let from = ImageShape(
                height: .random(in: 1...20), width: .random(in: 1...20), channels: Bool.random() ? 1 : 3)
            let to = ImageShape(
                height: .random(in: 1...20), width: .random(in: 1...20), channels: from.channels)
            let constant = try fitted([UInt8](repeating: 200, count: from.count), from, to)
            #expect(
                constant.count == to.count && Set(constant).isSubset(of: [0, 200]) && constant.contains(200))
            let scale = min(Double(to.height) / Double(from.height), Double(to.width) / Double(from.width))
            let covered = constant.count { $0 == 200 } / from.channels
            let exact =
                max(1, (scale * Double(from.height)).rounded())
                * max(1, (scale * Double(from.width)).rounded())
            #expect(Double(covered) == exact, "\(from) into \(to)")
            let noise = try fitted((0..<from.count).map { _ in .random(in: 90...110) }, from, to)
            #expect(noise.allSatisfy { $0 == 0 || (90...110).contains($0) })
        }
    }

    private func fitted(_ pixels: [UInt8], _ from: ImageShape, _ to: ImageShape) throws -> [UInt8] {
        let set = try ImageSet(shape: from, pixels: pixels)
        let preparation = PicturePreparation(size: .init(height: to.height, width: to.width), fit: .pad)
        return try set.conforming(to: to, preparation, inverting: false, path: "noise").pixels
    }

    @Test func whatHoldsNoImages() throws {
        expectError(.missingInput, saying: "does not exist") {
            _ = try ImageFiles(contentsOf: [path("no")], shape: shape)
        }
        try FileManager.default.createDirectory(atPath: path("empty"), withIntermediateDirectories: true)
        expectError(.missingInput, saying: "empty folder") {
            _ = try ImageFiles(contentsOf: [path("empty")], shape: shape)
        }
        try folder.write([1], to: "empty/x.gif")
        expectError(.missingInput, saying: "1 .gif file") {
            _ = try ImageFiles(contentsOf: [path("empty")], shape: shape)
        }
        for (bytes, words) in [
            ([], "an empty file"), ([0xFF, 0xD8, 0xFF], "cut off"), ([1], "another kind"),
            (Array("GIF89a".utf8), "is a GIF picture, which is not read"),
            ([0, 0, 0, 24] + Array("ftypheic".utf8), "is a HEIC picture, which is not read"),
        ]
            as [([UInt8], String)]
        {
            let file = try folder.write(bytes, to: "x")
            expectError(.invalidData, saying: "/x", words) {
                _ = try ImageFiles(contentsOf: [file], shape: shape)
            }
        }
        expectError(.invalidArgument) { _ = try ImageFiles(contentsOf: [], shape: shape) }
    }
}
