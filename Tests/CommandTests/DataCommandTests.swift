import Foundation
import Testing
import VAECore
import VAEFigures

@testable import VAEData

/// `vae data`: what files hold, a sheet of them, and all of them as arrays.
@Suite struct DataCommandTests {
    let tool = Tool("vae")
    let scratch: Scratch
    /// A cache of the test's own: nobody's pictures are removed.
    let cache: [String: String]

    init() throws {
        scratch = try Scratch()
        cache = ["XDG_CACHE_HOME": scratch.file("cache")]
    }

    private func vae(_ arguments: String...) throws -> Tool.Outcome {
        try tool.run(["data"] + arguments, environment: cache)
    }

    /// Writes digits as pictures to a folder for each of their classes.
    /// - Parameter repeated: the number of times that the first picture of each class is there besides
    private func pictures(_ count: Int, in folder: String = "photos", repeated: Int = 0) throws -> ImageSet {
        let digits = try SyntheticDigits.dataset(trainCount: count, testCount: 1).train
        let labels = try #require(digits.labels)
        var seen: Set<Int> = []
        for image in 0..<count {
            let (width, height) = (digits.shape.width, digits.shape.height)
            let pixels = try digits.slice(image..<image + 1).pixels
            let png = try Raster(width: width, height: height, channels: 1, bytes: pixels).png()
            let place = scratch.file("\(folder)/digit \(labels[image])")
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            for copy in 0...(seen.insert(labels[image]).inserted ? repeated : 0) {
                try Data(png).write(to: URL(fileURLWithPath: "\(place)/\(image)-\(copy).png"))
            }
        }
        return digits
    }

    private func summary(_ outcome: Tool.Outcome) throws -> DatasetSummary {
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(DatasetSummary.self, from: Data(outcome.output.utf8))
    }

    @Test func aFolderOfClasses() throws {
        let digits = try pictures(60)
        let found = try summary(vae(scratch.file("photos"), "--json"))
        #expect(found.name == "photos" && [found.height, found.width, found.channels] == [28, 28, 1])
        let test = try #require(found.test)
        #expect(found.values == "bytes" && found.train.images == 54 && test.images == 6)
        let classes = Dictionary(
            (found.train.classes + test.classes).map { ($0.name, $0.images) }, uniquingKeysWith: +)
        let expected = Dictionary(grouping: digits.labels ?? []) { "digit \($0)" }.mapValues(\.count)
        #expect(classes == expected)
        #expect(found.duplicatesAcross == 0 && found.train.duplicates == 0)
        #expect(abs((found.train.histogram ?? []).reduce(0, +) - 1) < 1e-9)

        let small = try vae(scratch.file("photos"), "--image-size", "14x7", "--fit", "stretch")
        let lines = small.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("photos: folder ") == true, "\(small.errors)")
        #expect(lines.contains { $0.hasPrefix("size ") && $0.contains("7×14") }, "\(small.output)")
        #expect(lines.contains { $0.hasPrefix("training ") && $0.hasSuffix(" 54 images") })
        #expect(lines.contains { $0.contains("digit 0 ") } && lines.contains { $0.contains("standard dev") })
        #expect(
            lines.last { $0.hasPrefix("trained by ") }?.contains(
                "2 latent dimensions; batches of 54, 15 epochs") == true)
    }

    @Test func imagesThatAreThereTwice() throws {
        // Ten classes with seven copies each of one picture: some are drawn for the test set, and others are not.
        _ = try pictures(40, repeated: 6)
        let found = try summary(vae(scratch.file("photos"), "--json"))
        let data = try Dataset(contentsOf: scratch.file("photos")).holdingOutTest()
        func images(_ set: ImageSet?) throws -> [[UInt8]] {
            let set = try #require(set)
            return try (0..<set.count).map { try set.slice($0..<$0 + 1).pixels }
        }
        let (train, test) = (try images(data.train), try images(data.test))
        #expect(found.train.duplicates == train.count - Set(train).count && found.train.duplicates > 30)
        #expect(found.test?.duplicates == test.count - Set(test).count)
        #expect(found.duplicatesAcross == test.count { train.contains($0) } && found.duplicatesAcross > 2)
        let text = try vae(scratch.file("photos")).output
        #expect(text.contains("\(found.duplicatesAcross) test images are training images, too"), "\(text)")
        #expect(text.contains("\(found.train.duplicates) of them equal to another"), "\(text)")
    }

    @Test func arraysAndTables() throws {
        let floats = (0..<30 * 12).map { Float($0 % 101) / 103 }
        try NPY.write(
            NumericArray(shape: [30, 4, 3], values: .floats(floats)), to: scratch.file("a.npy"))
        let array = try summary(vae(scratch.file("a.npy"), "--json"))
        #expect(array.values == "float32" && [array.height, array.width] == [4, 3])
        #expect(array.train.images == 27 && array.test?.images == 3 && array.train.classes.isEmpty)
        #expect(array.remarks.contains { $0.contains("no labels") })

        let rows = (0..<40).map { "\($0 * 3 % 7),\(Double($0) / 8),\($0 % 4 == 0 ? "odd" : "even")\n" }
        try scratch.write(Array(("flow,load,state\n" + rows.joined()).utf8), to: "t.csv")
        let table = try summary(vae(scratch.file("t.csv"), "--label-column", "state", "--json"))
        #expect(table.width == 2 && table.train.images == 36 && table.train.histogram == nil)
        #expect(table.train.classes.map(\.name) == ["even", "odd"])
        let text = try vae(scratch.file("t.csv"), "--label-column", "state").output
        #expect(text.contains("columns    flow, load\n") && text.contains(" 36 rows\n"), "\(text)")
        #expect(!text.contains("images") && !text.contains("0 to 1"))
        for (flag, path) in [("--sheet", "s.png"), ("--export-data", "s.npz"), ("--export-data", "idx")] {
            let refused = try vae(
                scratch.file("t.csv"), "--label-column", "state", flag, scratch.file(path))
            #expect(refused.status == 64 && refused.errors.contains("table"), "\(refused.errors)")
            #expect(refused.output.isEmpty && !FileManager.default.fileExists(atPath: scratch.file(path)))
        }
    }

    @Test func sheets() throws {
        _ = try pictures(130)
        let sheet = scratch.file("sheet.png")
        let outcome = try vae(scratch.file("photos"), "--sheet", sheet)
        #expect(outcome.status == 0 && outcome.output.hasSuffix("\(sheet)\n"), "\(outcome.errors)")
        let picture = try Dataset(contentsOf: sheet).train
        // Ten rows of ten with two pixels between, three pixels a pixel.
        #expect(picture.shape == ImageShape(height: 3 * 298, width: 3 * 298))
        let (pixels, side) = (try picture.pixels, picture.shape.width)
        let first = try Dataset(contentsOf: scratch.file("photos")).holdingOutTest().train
        // The top left one is the first image, and the next one is further on than the next image.
        func tile(_ column: Int) -> [UInt8] {
            (0..<28).flatMap { row in (0..<28).map { pixels[3 * (row * side + column * 30 + $0)] } }
        }
        #expect(try tile(0) == first.slice(0..<1).pixels)
        #expect(try tile(9) == first.slice(9 * 117 / 100..<9 * 117 / 100 + 1).pixels)
        // It may be made again, in its place, but not in place of what is read.
        #expect(try vae(scratch.file("photos"), "--sheet", sheet, "--json").status == 0)
        let digit = try #require(
            try FileManager.default.contentsOfDirectory(atPath: scratch.file("photos/digit 1")).first)
        let read = "photos/digit 1/\(digit)"
        let before = try scratch.bytes(read)
        for source in [scratch.file(read), scratch.file("photos/digit 1")] {
            let refused = try vae(source, "--sheet", scratch.file(read))
            #expect(refused.status == 64 && refused.errors.contains("--sheet"), "\(refused.errors)")
        }
        #expect(try scratch.bytes(read) == before)
        let nowhere = try vae(scratch.file("photos"), "--sheet", scratch.file("none/s.png"))
        #expect(nowhere.status == 73 && nowhere.output.isEmpty, "\(nowhere.errors)")
    }

    /// Photographs are made smaller for the sheet.
    @Test func sheetsOfLargePictures() throws {
        let values = (0..<3 * 400 * 300 * 3).map { UInt8(truncatingIfNeeded: $0 / 900) }
        try NPY.write(
            NumericArray(shape: [3, 400, 300, 3], values: .bytes(values)), to: scratch.file("a.npy"))
        let outcome = try vae(scratch.file("a.npy"), "--sheet", scratch.file("s.png"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let shape = try Dataset(contentsOf: scratch.file("s.png")).train.shape
        // The two that are trained on, 100×75 pixels each, side by side, six pixels a pixel.
        #expect(shape == ImageShape(height: 600, width: 912, channels: 3))
        // A hundred of them are rows of ten.
        try NPY.write(
            NumericArray(shape: [120, 60, 80], values: .bytes([UInt8](repeating: 9, count: 120 * 4800))),
            to: scratch.file("b.npy"))
        #expect(try vae(scratch.file("b.npy"), "--sheet", scratch.file("s.png")).status == 0)
        #expect(
            try Dataset(contentsOf: scratch.file("s.png")).train.shape
                == ImageShape(height: 618, width: 818))
    }

    @Test func clearingTheCache() throws {
        _ = try pictures(30)
        let read = try vae(scratch.file("photos"), "--stream")
        #expect(read.status == 0, "\(read.errors)")
        let folder = scratch.file("cache/vae/pictures")
        let made = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!made.isEmpty)
        let others = ["cache/vae/mine.txt", "cache/vae/pictures/mine.txt", "cache/other"]
        for name in others { try scratch.write([1], to: name) }
        let cleared = try vae("--clear-cache")
        #expect(cleared.status == 0 && cleared.output.hasPrefix("removed "), "\(cleared.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["mine.txt"])
        for name in others { #expect(try scratch.bytes(name) == Data([1])) }
        #expect(try vae("--clear-cache").output == "removed 0 files, 0 MiB\n")
        // Nothing is kept where nothing is to be.
        #expect(try vae(scratch.file("photos"), "--stream", "--no-cache").status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["mine.txt"])
    }

    @Test(arguments: [
        ([], 64, "path: is not given"), (["none"], 66, "none"), (["none", "--sheet", "s.png"], 66, "none"),
        (["none", "--image-size", "0"], 64, "--image-size"),
        (["none", "--fit", "pad"], 64, "--fit: has no effect without a size"),
        (["none", "--export-data"], 64, "--export-data"),
    ])
    func badInput(arguments: [String], status: Int32, words: String) throws {
        try tool.expectRefusal(["data"] + arguments, of: "", in: scratch, status: status, saying: words)
    }
}
