import Foundation
import ReaderChecks
import Testing
import VAECore

@testable import VAEData

@Suite struct PNGTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ bytes: [UInt8]) throws -> [UInt8] {
        try rgb(folder.write(bytes, to: "a.png")).pixels
    }

    /// The picture over white, as RGB of eight bits.
    private func rgb(_ path: String) throws -> ImageSet {
        let picture = try Picture(contentsOf: path)
        let preparation = PicturePreparation()
        let shape = preparation.shape(of: picture, channels: 3)
        switch preparation.prepared(picture, channels: 3) {
        case .bytes(let pixels): return try ImageSet(shape: shape, pixels: pixels)
        case .floats(let values): return try ImageSet(shape: shape, values: values)
        }
    }

    /// The numbers of make_golden.py, as (red, green, blue, alpha).
    private static let golden: [(UInt8, UInt8, UInt8, UInt8)] = (0..<13).flatMap { row in
        (0..<11).map { column in
            let alpha = min(255, (row + column) % 3 * 127 + 1)
            return (
                UInt8(row * 19 % 256), UInt8(column * 23 % 256), UInt8(row * column * 7 % 256), UInt8(alpha)
            )
        }
    }

    @Test func readsPillowsPictures() throws {
        func pixels(_ name: String) throws -> [UInt8] {
            let set = try rgb(GoldenFile.path(name))
            #expect(set.shape == ImageShape(height: 13, width: 11, channels: 3) && set.count == 1)
            return try set.pixels
        }
        let golden = Self.golden
        let colour: [UInt8] = golden.flatMap { [$0.0, $0.1, $0.2] }
        let grey: [UInt8] = golden.flatMap { [$0.0, $0.0, $0.0] }
        #expect(try pixels("colour.png") == colour)
        #expect(try pixels("grey.png") == grey)
        #expect(try pixels("grey16.png") == grey)
        #expect(
            try pixels("bits.png") == golden.flatMap { [UInt8](repeating: $0.0 > 100 ? 255 : 0, count: 3) })
        #expect(
            try NPYArray(shape: [13, 11, 3], values: .bytes(pixels("palette.png")))
                == NPY.read(GoldenFile.path("palette.npy")))
    }

    /// Alpha is laid over white: a·c + (1 − a)·255, rounded once.
    @Test func transparencyIsLaidOverWhite() throws {
        for (name, isGrey) in [("grey-alpha.png", true), ("colour-alpha.png", false)] {
            let found = try rgb(GoldenFile.path(name)).pixels
            for (index, pixel) in Self.golden.enumerated() {
                let (red, green, blue, alpha) = pixel
                let values: [UInt8] = isGrey ? [red, red, red] : [red, green, blue]
                for (channel, value) in values.enumerated() {
                    let exact = 255 - Double(alpha) * (255 - Double(value)) / 255
                    #expect(abs(Double(found[3 * index + channel]) - exact) <= 0.5)
                }
            }
        }
    }

    /// Every depth of every colour type, on widths that do not fill their bytes, by a writer of our own.
    @Test(arguments: [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16)], [false, true])
    func everyKindOfOpaquePixels(kind: (colour: UInt8, depth: UInt8), interlaced: Bool) throws {
        for (width, height) in [(1, 1), (3, 5), (9, 8), (17, 2)] {
            let samples = kind.colour == 0 ? 1 : 3
            let most = kind.depth == 16 ? 255 : (1 << Int(kind.depth)) - 1
            // Of 16 bits the upper and the lower byte are the same, so that none is rounded.
            func sample(_ x: Int, _ y: Int, _ channel: Int) -> Int {
                (31 * x + 17 * y + 5 * channel) % (most + 1)
            }
            var rows: [UInt8] = []
            func add(_ columns: StrideTo<Int>, _ lines: StrideTo<Int>) {
                for y in lines where columns.underestimatedCount > 0 {
                    var bits: [Int] = []
                    for x in columns {
                        for channel in 0..<samples {
                            let value = sample(x, y, channel)
                            for bit in (0..<min(8, Int(kind.depth))).reversed() {
                                bits.append(value >> bit & 1)
                            }
                            if kind.depth == 16 { bits += bits.suffix(8) }
                        }
                    }
                    rows.append(0)
                    for start in stride(from: 0, to: bits.count, by: 8) {
                        let byte = bits[start..<min(start + 8, bits.count)]
                        rows.append(UInt8(byte.reduce(0) { $0 << 1 | $1 } << (8 - byte.count)))
                    }
                }
            }
            if interlaced {
                // Adam7: where each pass begins, and how far it steps.
                for (x, y, dx, dy) in [
                    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                    (0, 1, 1, 2),
                ] {
                    add(stride(from: x, to: width, by: dx), stride(from: y, to: height, by: dy))
                }
            } else {
                add(stride(from: 0, to: width, by: 1), stride(from: 0, to: height, by: 1))
            }
            let found = try read(
                PNGs.file(
                    width: width, height: height, depth: kind.depth, colour: kind.colour,
                    interlaced: interlaced,
                    rows: rows))
            var expected: [UInt8] = []
            for y in 0..<height {
                for x in 0..<width {
                    for channel in 0..<3 {
                        expected.append(UInt8(sample(x, y, samples == 1 ? 0 : channel) * 255 / most))
                    }
                }
            }
            #expect(found == expected, "\(width)×\(height)")
        }
    }

    private static let rows: [UInt8] = [0, 10, 20, 0, 30, 40]
    private static let sound = PNGs.file(width: 2, height: 2, rows: rows)

    @Test func chunksThatMakeNoPictureAreLeftOut() throws {
        #expect(try read(Self.sound) == [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40])
        // A gamma that would change the numbers, a profile that is none, and text.
        let others =
            PNGs.chunk("gAMA", [0, 1, 134, 160]) + PNGs.chunk("iCCP", [1, 2, 3])
            + PNGs.chunk("tEXt", Array("Comment\0hello".utf8))
            + PNGs.chunk("acTL", [UInt8](repeating: 0, count: 8))
        let file = PNGs.file(width: 2, height: 2, rows: Self.rows, others: others)
        #expect(try read(file) == read(Self.sound))
        #expect(try CheckedPNG(file, limits: PictureLimits(mostPixels: 4), path: "").essence == Self.sound)
        // What follows the picture's end is not looked at.
        #expect(try read(Self.sound + [1, 2, 3]) == read(Self.sound))
    }

    @Test func damagedFiles() throws {
        func expect(_ bytes: [UInt8], saying words: String) throws {
            let path = try folder.write(bytes, to: "bad.png")
            expectError(.invalidData, saying: "bad.png", words) { _ = try Picture(contentsOf: path) }
        }
        for length in 0..<Self.sound.count { try expect(Array(Self.sound[..<length]), saying: "bad.png") }
        for place in Self.sound.indices {
            var bytes = Self.sound
            bytes[place] ^= 0x10
            try expect(bytes, saying: "bad.png")
        }
        var checksum = Self.sound
        checksum[30] ^= 1
        try expect(checksum, saying: "checksum of the chunk at byte 8")
        try expect(PNGs.file(width: 0, height: 2, rows: Self.rows), saying: "0×2")
        try expect(PNGs.file(width: 2, height: 2, depth: 3, rows: Self.rows), saying: "3 bits")
        try expect(PNGs.file(width: 2, height: 2, colour: 5, rows: Self.rows), saying: "colour type 5")
        try expect(PNGs.file(width: 2, height: 2, depth: 4, colour: 2, rows: Self.rows), saying: "4 bits")
        try expect(PNGs.file(width: 2, height: 2, colour: 3, rows: Self.rows), saying: "unpacked")
        try expect(PNGs.file(width: 2, height: 9, rows: Self.rows), saying: "unpacked")
        try expect(PNGs.file(width: 2, height: 2, rows: [9, 1, 2, 9, 3, 4]), saying: "unpacked")
        try expect(
            PNGs.signature + PNGs.chunk("IHDR", [1, 2, 3]) + PNGs.chunk("IEND", []), saying: "another length")
        try expect(PNGs.signature + PNGs.chunk("IEND", []), saying: "IHDR")
        try expect(
            PNGs.file(
                width: 2, height: 2, rows: Self.rows,
                others: PNGs.chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])), saying: "twice")
    }

    @Test func largePicturesAreRefusedBeforeTheyAreUnpacked() throws {
        func expect(_ width: Int, _ height: Int, _ data: Int, saying words: String) throws {
            let path = try folder.write(
                PNGs.file(width: width, height: height, rows: [UInt8](repeating: 0, count: data)),
                to: "big.png")
            expectError(.invalidData, saying: "big.png", words) { _ = try Picture(contentsOf: path) }
        }
        try expect(65_536, 1, 10, saying: "too large")
        try expect(1, 65_536, 10, saying: "too large")
        try expect(0, 1, 10, saying: "empty")
        try expect(1, 0, 10, saying: "empty")
        try expect(1, 0x7FFF_FFFF, 10, saying: "too large")
        try expect(0xFFFF_FFFF, 0xFFFF_FFFF, 10, saying: "too large")
        try expect(65_535, 65_535, 10, saying: "too large")
        try expect(8192, 8193, 10, saying: "too large")
        try expect(8192, 8192, 10, saying: "can't hold")
        let path = try folder.write(Self.sound, to: "small.png")
        let least = PictureLimits(mostPixels: 3)
        expectError(.invalidData, saying: "2×2") { _ = try Picture(contentsOf: path, limits: least) }
        #expect(try Picture(contentsOf: path, limits: PictureLimits(mostPixels: 4)).samples.count == 4)
    }

    /// A checksum that does not fit in a chunk that makes no picture.
    @Test func everyChunkIsChecked() throws {
        var text = PNGs.chunk("tEXt", Array("Comment\0hello".utf8))
        text[10] ^= 1
        let path = try folder.write(
            PNGs.file(width: 2, height: 2, rows: Self.rows, others: text), to: "t.png")
        expectError(.invalidData, saying: "checksum") { _ = try Picture(contentsOf: path) }
    }

    @Test func whatIsNoFile() throws {
        expectError(.missingInput, saying: "does not exist") {
            _ = try Picture(contentsOf: "\(folder.path)/none")
        }
        expectError(.missingInput, saying: "a folder") { _ = try Picture(contentsOf: folder.path) }
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        expectError(.missingInput, saying: "pipe") { _ = try Picture(contentsOf: "\(folder.path)/pipe") }
    }
}
