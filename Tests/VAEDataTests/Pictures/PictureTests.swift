import Foundation
import ReaderChecks
import Testing
import VAECore

@testable import VAEData

/// Pictures of every kind, beside what Pillow reads in them.
@Suite struct PictureTests {
    @Test func thereAreGoldenPictures() {
        #expect(GoldenPictures.names("png").count == 16)
        #expect(GoldenPictures.names("jpg").count == 18)
        #expect(GoldenPictures.names("webp").count == 6)
    }

    @Test(arguments: GoldenPictures.names("png"))
    func png(name: String) throws {
        #expect(try GoldenPictures.difference(name, "png") == 0)
    }

    /// The inverse transform in integers and the interpolation of chroma are the same in all versions of libjpeg-turbo, and the
    /// conversion of inks is Pillow's: nothing may differ.
    @Test(arguments: GoldenPictures.names("jpg"))
    func jpeg(name: String) throws {
        #expect(try GoldenPictures.difference(name, "jpg") == 0)
    }

    /// The format defines the reconstruction of YUV to the bit; RGB of it is libwebp's own fixed-point way in all versions.
    @Test(arguments: GoldenPictures.names("webp").filter { $0 != "webp-animated" })
    func webp(name: String) throws {
        #expect(try GoldenPictures.difference(name, "webp") == 0)
    }

    /// Every way to turn is another one, so that the comparison above can tell them apart; and the sizes.
    @Test func orientations() throws {
        let stored = Picture(width: 3, height: 2, channels: 1, samples: .bytes([1, 2, 3, 4, 5, 6]))
        let upright: [Orientation: (Int, [UInt8])] = [
            .upright: (3, [1, 2, 3, 4, 5, 6]), .mirrored: (3, [3, 2, 1, 6, 5, 4]),
            .turnedHalf: (3, [6, 5, 4, 3, 2, 1]), .flipped: (3, [4, 5, 6, 1, 2, 3]),
            .transposed: (2, [1, 4, 2, 5, 3, 6]), .turnedRight: (2, [4, 1, 5, 2, 6, 3]),
            .transversed: (2, [6, 3, 5, 2, 4, 1]), .turnedLeft: (2, [3, 6, 2, 5, 1, 4]),
        ]
        for orientation in Orientation.allCases {
            let (width, values) = try #require(upright[orientation])
            let expected = Picture(
                width: width, height: 6 / width, channels: 1, samples: .bytes(values))
            #expect(stored.turned(from: orientation) == expected, "\(orientation)")
            // Pixels of several values stay together.
            let colours = Picture(
                width: 3, height: 2, channels: 2, samples: .words((1...6).flatMap { [$0, 100 + $0] }))
            #expect(
                colours.turned(from: orientation).samples
                    == .words(values.flatMap { [UInt16($0), 100 + UInt16($0)] }))
        }
    }

    @Test func damagedOrientationsAreUpright() {
        let sound: [UInt8] = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
        #expect(Orientation(tiff: sound[...]) == .turnedRight)
        // The last two bytes are not looked at.
        for length in 0..<20 { #expect(Orientation(tiff: sound[..<length]) == .upright, "\(length)") }
        for (place, value) in [
            (0, 0x4D), (2, 0), (4, 255), (7, 255), (10, 0), (12, 4), (14, 2), (18, 0), (18, 9),
        ] {
            var bytes = sound
            bytes[place] = UInt8(value)
            #expect(Orientation(tiff: bytes[...]) == .upright, "\(place)")
        }
        // As many entries as can be said, and none of them there.
        #expect(Orientation(tiff: [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 255, 255]) == .upright)
        // A slice begins where it begins.
        #expect(Orientation(tiff: ([1, 2, 3] + sound)[3...]) == .turnedRight)
    }

    /// PNG keeps EXIF in a chunk of its own.
    @Test func pngIsTurned() throws {
        let exif: [UInt8] = [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0]
        let file = PNGs.file(width: 2, height: 1, rows: [0, 10, 20], others: PNGs.chunk("eXIf", exif))
        let picture = try PictureFormat.png.decode(file, path: "")
        #expect(picture == Picture(width: 1, height: 2, channels: 1, samples: .bytes([20, 10])))
    }

    /// A file that ends early is an error, wherever it ends.
    @Test(arguments: [
        "png-grey1.png", "png-palette-alpha.png", "jpeg-grey.jpg", "jpeg-420.jpg", "jpeg-progressive.jpg",
        "jpeg-restarts.jpg", "jpeg-cmyk.jpg", "jpeg-turned5.jpg", "webp-lossy.webp", "webp-lossy-alpha.webp",
        "webp-lossless.webp", "webp-turned6.webp",
    ])
    func everyPrefixIsRefused(name: String) throws {
        let whole = try GoldenPictures.bytes(name)
        for length in 0..<whole.count {
            let part = Array(whole[..<length])
            #expect(throws: VAEError.self, "\(length) of \(whole.count) bytes") {
                _ = try PictureFormat(telling: part, path: name).decode(part, path: name)
            }
        }
    }

    @Test func kindsThatAreNotRead() throws {
        for (ending, kind) in [("gif", "GIF"), ("tif", "TIFF"), ("bmp", "BMP"), ("jp2", "JPEG 2000")] {
            expectError(.invalidData, saying: "is a \(kind) picture, which is not read", "PNG or JPEG") {
                _ = try Picture(contentsOf: GoldenPictures.path("other.\(ending)"))
            }
        }
        let starts: [(String, String)] = [
            ("\0\0\0\u{18}ftypheic", "is a HEIC picture"), ("\0\0\0\u{18}ftypavif", "is an AVIF picture"),
            ("<?xml?><svg>", "is an SVG picture"), ("8BPS", "is a PSD picture"),
            ("%PDF-1.7", "a PDF document"),
            ("hello", "is no picture; expected PNG, JPEG or WebP, found text"), ("", "an empty file"),
            ("\u{1}\u{2}", "another kind of file"),
        ]
        for (start, words) in starts {
            expectError(.invalidData, saying: "name: ", words) {
                _ = try PictureFormat(telling: Array(start.utf8), path: "name")
            }
        }
        expectError(.invalidData, saying: "damaged PNG picture", "not as text") {
            _ = try PictureFormat(telling: [0x89] + Array("PNG\n\u{1A}\n".utf8), path: "name")
        }
        expectError(.invalidData, saying: "animated WebP") {
            _ = try Picture(contentsOf: GoldenPictures.path("webp-animated.webp"))
        }
    }

    @Test func namesOfPictures() {
        for name in ["a.png", "A.PNG", "b.c.jpg", "x.JPEG", "y.WebP"] {
            #expect(PictureFormat.isPictureName(name))
        }
        for name in ["png", ".a.png", "a.png.txt", "a.gif", ""] {
            #expect(!PictureFormat.isPictureName(name))
        }
    }
}
