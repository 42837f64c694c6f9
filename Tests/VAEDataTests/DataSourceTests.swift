import Foundation
import ReaderChecks
import Testing
import VAECore

@testable import VAEData

/// Folders of pictures and arrays as people have them.
@Suite struct DataSourceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// A grey picture of one value.
    private func grey(_ value: UInt8, width: Int = 2, height: Int = 1) -> [UInt8] {
        let row = [0] + [UInt8](repeating: value, count: width)
        return PNGs.file(
            width: width, height: height, rows: Array(repeatElement(row, count: height).joined()))
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let parts = name.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: path(parts), withIntermediateDirectories: true)
        try folder.write(bytes, to: name)
    }

    private func array(_ shape: [Int], _ values: NumericArray.Values, to name: String) throws {
        try write(NPY.encode(NumericArray(shape: shape, values: values)), to: name)
    }

    @Test func namesInTheOrderThatPeopleCount() {
        let names = [
            "img10", "img2", "img1b", "img01", "img1", "b", "B", "img", "img2a3", "img2a20", "9", "10",
        ]
        #expect(
            names.sorted { $0.naturallyPrecedes($1) }
                == [
                    "9", "10", "B", "b", "img", "img01", "img1", "img1b", "img2", "img2a3", "img2a20",
                    "img10",
                ])
        // Numbers of any length, which no integer holds.
        let long = String(repeating: "9", count: 40)
        #expect(long.naturallyPrecedes("1" + long) && !("1" + long).naturallyPrecedes(long))
        #expect(!"a".naturallyPrecedes("a"))
    }

    @Test func rolesByTheWordsOfNames() {
        let roles: [(String, Split?, Bool, String)] = [
            ("train-images-idx3-ubyte.gz", .train, false, ""), ("t10k-labels.idx1-ubyte", .test, true, ""),
            ("x_test.npy", .test, false, ""), ("y_train", .train, true, ""),
            ("qmnist-test-labels-idx2-int.gz", .test, true, "qmnist"), ("val_images", .validation, false, ""),
            ("emnist-letters-train-images-idx3-ubyte", .train, false, "emnist-letters"),
            ("faces.npy", nil, false, "faces"),
            ("labels.npy", nil, true, ""),
        ]
        for (name, split, isLabels, stem) in roles {
            let role = ArrayRole(name)
            #expect(role.split == split && role.isLabels == isLabels && role.stem == stem, "\(name): \(role)")
        }
    }

    @Test func foldersAreClassesAndSplits() throws {
        for (name, value) in [
            ("train/cat/10.png", 10), ("train/cat/9.png", 9), ("train/dog/deep/a.png", 20),
            ("train/dog/notes.txt", 0),
            ("test/dog/a.png", 30), ("test/eel/b.PNG", 40), ("val/cat/a.png", 50), ("readme.md", 0),
            ("train/.hidden/x.png", 1),
        ] as [(String, UInt8)] {
            try write(grey(value), to: name)
        }
        let data = try Dataset(contentsOf: folder.path)
        #expect(data.classNames == ["cat", "dog", "eel"])
        try #expect(data.train.pixels == [9, 9, 10, 10, 20, 20] && data.train.labels == [0, 0, 1])
        try #expect(data.test?.pixels == [30, 30, 40, 40] && data.test?.labels == [1, 2])
        let remarks = data.remarks.joined(separator: "; ")
        #expect(
            remarks.contains("1 .txt file") && remarks.contains("val/") && remarks.contains("1 .md file"),
            "\(remarks)")
    }

    @Test func whicheverHoldsMoreIsMeant() throws {
        for name in ["a.png", "b/1.png", "b/2.png"] { try write(grey(1), to: name) }
        let classes = try Dataset(contentsOf: folder.path)
        #expect(
            classes.train.count == 2 && classes.classNames == ["b"]
                && "\(classes.remarks)".contains("1 .png file"))
        for name in ["c.png", "d.png"] { try write(grey(1), to: name) }
        let flat = try Dataset(contentsOf: folder.path)
        #expect(
            flat.train.count == 3 && flat.train.labels == nil
                && "\(flat.remarks)".contains("2 pictures in subfolders"))
    }

    @Test func linksInACircleEnd() throws {
        try write(grey(1), to: "a/1.png")
        try FileManager.default.createSymbolicLink(atPath: path("a/again"), withDestinationPath: path("a"))
        try FileManager.default.createSymbolicLink(atPath: path("a/up"), withDestinationPath: folder.path)
        #expect(try Dataset(contentsOf: folder.path).train.count == 1)
    }

    @Test func sizesMustAgreeOrBeSaid() throws {
        try write(grey(1), to: "a.png")
        try write(grey(2, width: 4, height: 2), to: "b.png")
        expectError(.invalidData, saying: "2 sizes", "1×2 to 2×4", "--image-size") {
            _ = try Dataset(contentsOf: folder.path)
        }
        let options = ImportOptions(pictures: PicturePreparation(size: .init(height: 3, width: 3)))
        let data = try Dataset(contentsOf: folder.path, options: options)
        #expect(data.train.shape == ImageShape(height: 3, width: 3))
        try #expect(data.train.pixels == [UInt8](repeating: 1, count: 9) + [UInt8](repeating: 2, count: 9))
        let large = ImportOptions(pictures: PicturePreparation(size: .init(height: 1 << 20, width: 3)))
        expectError(.invalidArgument, saying: "out of range") {
            _ = try Dataset(contentsOf: folder.path, options: large)
        }
    }

    @Test func oneColouredPictureMakesAllColoured() throws {
        try write(grey(7, width: 1), to: "a.png")
        try write(PNGs.file(width: 1, height: 1, colour: 2, rows: [0, 1, 2, 3]), to: "b.png")
        let data = try Dataset(contentsOf: folder.path)
        try #expect(data.train.shape.channels == 3 && data.train.pixels == [7, 7, 7, 1, 2, 3])
        let grey = try Dataset(
            contentsOf: folder.path, options: ImportOptions(pictures: PicturePreparation(isGrey: true)))
        try #expect(grey.train.shape.channels == 1 && grey.train.pixels == [7, 2])
    }

    @Test func picturesThatCannotBeRead() throws {
        for index in 0..<100 { try write(grey(UInt8(index)), to: "\(index).png") }
        try write([1, 2], to: "70.png")
        try write(Array(grey(3).dropLast(20)), to: "80.png")
        // Whichever thread finds what first, the error is that of the first picture.
        expectError(.invalidData, saying: "70.png") { _ = try Dataset(contentsOf: folder.path) }
        let data = try Dataset(contentsOf: folder.path, options: ImportOptions(onBadPicture: .skip))
        try #expect(data.train.count == 98 && data.train.pixels[140..<144] == [71, 71, 72, 72])
        #expect(
            data.remarks.joined().contains(
                "skipped: 2 pictures that can't be read, such as \(path("70.png"))"))
        try FileManager.default.createDirectory(atPath: path("none"), withIntermediateDirectories: true)
        try write([1], to: "none/a.png")
        expectError(.invalidData, saying: "none", "no picture") {
            _ = try Dataset(contentsOf: path("none"), options: ImportOptions(onBadPicture: .skip))
        }
    }

    @Test func sixteenBitsAreNotRounded() throws {
        try write(PNGs.file(width: 2, height: 1, depth: 16, rows: [0, 0x12, 0x34, 0xFF, 0xFE]), to: "a.png")
        let data = try Dataset(contentsOf: folder.path)
        try #expect(data.train.values == .floats([Float(0x1234) / 65_535, Float(0xFFFE) / 65_535]))
        try #expect(data.train.pixels == [18, 255])
    }

    @Test func arraysUnderTheNamesOfKeras() throws {
        try array([3, 1, 2], .bytes([1, 2, 3, 4, 5, 6]), to: "x_train.npy")
        try array([3], .int64([-7, 300, 300]), to: "y_train.npy")
        try array([1, 1, 2], .bytes([9, 9]), to: "x_test.npy")
        try array([1, 1], .int64([300]), to: "y_test.npy")
        let data = try Dataset(contentsOf: folder.path)
        #expect(data.train.labels == [-7, 300, 300] && data.test?.labels == [300])
        try #expect(data.train.pixels == [1, 2, 3, 4, 5, 6] && data.remarks.isEmpty, "\(data.remarks)")
        // A file brings those along that belong to it.
        #expect(try Dataset(contentsOf: path("x_train.npy")).test == data.test)
        #expect(try Dataset(contentsOf: path("x_test.npy")).test == nil)
        expectError(.invalidData, saying: "y_train.npy", "labels, not images") {
            _ = try Dataset(contentsOf: path("y_train.npy"))
        }
        try array([2], .int64([1, 2]), to: "y_train.npy")
        expectError(.invalidData, saying: "y_train.npy", "expected 3 labels, found 2") {
            _ = try Dataset(contentsOf: folder.path)
        }
    }

    @Test func severalArraysAreListed() throws {
        try array([3, 1, 2], .bytes([1, 2, 3, 4, 5, 6]), to: "faces.npy")
        try array([3, 1, 2], .bytes([1, 2, 3, 4, 5, 6]), to: "cars.npy")
        try array([3], .bytes([0, 1, 2]), to: "cars-labels.npy")
        expectError(.invalidData, saying: "faces.npy (uint8, 3×1×2)", "cars.npy", "Name one of these files") {
            _ = try Dataset(contentsOf: folder.path)
        }
        #expect(try Dataset(contentsOf: path("cars.npy")).train.labels == [0, 1, 2])
        #expect(try Dataset(contentsOf: path("faces.npy")).train.labels == nil)
    }

    /// What is said of pictures holds of arrays of images, too.
    @Test func arraysComeToTheSizeAndColoursThatAreSaid() throws {
        try array([1, 2, 4, 3], .bytes([UInt8](repeating: 80, count: 24)), to: "x_train.npy")
        let pictures = PicturePreparation(size: .init(height: 1, width: 2), isGrey: true)
        let data = try Dataset(contentsOf: folder.path, options: ImportOptions(pictures: pictures))
        try #expect(data.train.shape == ImageShape(height: 1, width: 2) && data.train.pixels == [80, 80])
    }

    /// QMNIST's labels are a table of 32-bit integers, its files are called otherwise, and a colour file has four dimensions.
    @Test func idxFilesByTheirHeaders() throws {
        try write(idxHeader([2, 1, 2, 3]) + Array(0..<12), to: "qmnist-train-images-idx4-ubyte")
        let row: [UInt8] = (0..<8).flatMap { [0, 0, 0, $0 + 4] as [UInt8] }
        try write([0, 0, 0x0C, 2, 0, 0, 0, 2, 0, 0, 0, 8] + row + row, to: "qmnist-train-labels-idx2-int")
        let data = try Dataset(contentsOf: folder.path)
        #expect(
            data.train.shape == ImageShape(height: 1, width: 2, channels: 3) && data.train.labels == [4, 4])
        #expect("\(data.remarks)".contains("column 0"))
    }

    @Test func progressCountsPictures() throws {
        for index in 0..<130 { try write(grey(1), to: "\(index).png") }
        var told: [DatasetEvent] = []
        _ = try DataSource(folder.path).dataset { told.append($0) }
        #expect(told == [64, 128, 130].map { .reading(done: $0, total: 130) })
    }

    @Test func whatIsThereIsSaid() throws {
        for name in ["a.heic", "b.heic", "c.pdf", "d", "sub/e.txt"] { try write([1, 2, 3], to: name) }
        expectError(.missingInput, saying: "holds no images", "2 .heic files", "1 .pdf file", "sub/") {
            _ = try DataSource(folder.path)
        }
        expectError(.missingInput, saying: "does not exist") { _ = try DataSource(path("nowhere")) }
    }
}
