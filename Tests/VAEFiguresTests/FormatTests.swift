import Foundation
import Testing
import VAECore

@testable import VAEFigures

@Suite struct FormatTests {
    /// Markup, controls, a direction override, and code points that neither XML nor cairo allows (and that
    /// a literal can't spell).
    let hostile =
        "<script>alert(\"1\")</script> & 'q'\u{0}\u{1B}[31m\n\u{202E}]]> ≤ é 数 🙂"
        + [0xFFFF, 0xFFFE, 0xFDD0, 0x1FFFF].compactMap { Unicode.Scalar($0 as UInt32).map(String.init) }
        .joined()

    /// The smallest figure that says something.
    struct Note: Figure {
        var size = Size(width: 300, height: 60)
        var title: String

        func draw(on canvas: borrowing Canvas) {
            canvas.draw(title, at: Point(10, 40), .title)
            canvas.fill(Rect(x: 200, y: 10, width: 20, height: 20), Colour(0xFF0000))
        }
    }

    /// What was drawn before, in the same program, does not show in a file.
    @Test func theSameFigureIsTheSameFile() throws {
        let (points, labels) = clusters(60, classes: 30)
        let images = try FloatImages(shape: ImageShape(height: 2, width: 2), values: [0, 1, 0.5, 1])
        let figures: [any Figure] = [
            try LatentScatter(points: points, labels: labels, title: "t"),
            try SampleGrid(images: images, title: "t"),
            try ReconstructionGrid(inputs: images, reconstructions: images, title: "t"),
        ]
        let first = try figures.map { (png: try $0.png(), svg: try $0.svg()) }
        _ = try figures.map { try $0.pdf() }
        for (figure, before) in zip(figures.reversed(), first.reversed()) {
            #expect(try figure.png() == before.png && figure.svg() == before.svg)
            #expect(XMLReading(before.svg).isWellFormed)
        }
    }

    @Test func identifiersAreNumberedWhereverTheyAreUsed() {
        let document =
            "<g id=\"surface48\"><use href=\"#glyph0-7\"/><a fill=\"url(#glyph0-9)\" id=\"x\"/><b id=\"surface3\"/></g>"
        let numbered = SVGDocument.numberingIdentifiers(
            of: Array((document + "<u href=\"#surface48\">").utf8))
        #expect(
            String(decoding: numbered, as: UTF8.self)
                == "<g id=\"surface1\"><use href=\"#glyph0-1\"/><a fill=\"url(#glyph0-2)\" id=\"x\"/><b id=\"surface2\"/></g>"
                + "<u href=\"#surface1\">")
    }

    @Test func pngHasItsSizeAndPixels() throws {
        for scale in [0.5, 1, 2.5] {
            let bytes = try Note(title: "a").png(scale: scale)
            let found = header(ofPNG: bytes)
            let header = try #require(found)
            #expect(header.width == Int(300 * scale) && header.height == Int(60 * scale))
        }
        let raster = try Note(title: "a").raster()
        #expect(raster.count(of: Colour(0xFF0000)) == 400)
        #expect(raster.colour(x: 200, y: 10) == Colour(0xFF0000))
        #expect(raster.colour(x: 199, y: 10) == .white)
    }

    @Test func textIsDrawnWhereAsked() throws {
        let raster = try Note(title: "VAE 0123456789 z₁ σ −").raster()
        #expect(raster.inked(in: Rect(x: 10, y: 22, width: 180, height: 22)) > 300)
        #expect(raster.inked(in: Rect(x: 0, y: 0, width: 200, height: 18)) == 0)
    }

    @Test func pngBytesRepeat() throws {
        let (points, labels) = clusters(500, classes: 10)
        let figure = try LatentScatter(points: points, labels: labels, title: "t")
        #expect(try figure.png() == figure.png())
    }

    @Test func svgIsWellFormedWhateverTheTitle() throws {
        let bytes = try Note(title: hostile).svg()
        let reading = XMLReading(bytes)
        #expect(reading.isWellFormed)
        #expect(reading.titles == [hostile.printable()])
        #expect(!reading.elements.contains("script"))
        #expect(Array(reading.elements.prefix(2)) == ["svg", "title"])
        #expect(
            String(decoding: bytes.prefix(400), as: UTF8.self).contains("width=\"300px\" height=\"60px\""))
    }

    @Test func hostileTextDoesNotSpoilTheDrawing() throws {
        // Cairo refuses some code points and then draws nothing at all any more.
        let raster = try Note(title: hostile).raster()
        #expect(raster.count(of: Colour(0xFF0000)) > 0)
        #expect(
            hostile.printable().unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value & 0xFFFE != 0xFFFE })
    }

    @Test func longTextIsShortened() throws {
        let canvas = try Canvas(.png, size: Size(width: 100, height: 100))
        let text = String(repeating: "wide ", count: 100)
        let fitted = canvas.shortened(text, .title, toWidth: 200)
        #expect(fitted.hasSuffix("…"))
        #expect(canvas.width(of: fitted, .title) <= 200)
        #expect(canvas.width(of: fitted, .title) > 160)
        #expect(canvas.shortened("short", .title, toWidth: 200) == "short")
        #expect(canvas.shortened(text, .title, toWidth: -5) == "…")
    }

    @Test func pdfIsAPDF() throws {
        let bytes = try Note(title: hostile).pdf()
        #expect(bytes.starts(with: Array("%PDF-".utf8)))
        #expect(bytes.suffix(8).contains(UInt8(ascii: "%")))
        // The time of day is not in it, so that the same figure is the same file.
        #expect(String(decoding: bytes, as: UTF8.self).contains("/CreationDate (D:20000101000000Z)"))
        #expect(try Note(title: hostile).pdf() == bytes)
    }

    @Test func theExtensionChoosesTheFormat() throws {
        #expect(try FigureFormat(path: "runs/latent.png") == .png)
        #expect(try FigureFormat(path: "LATENT.SVG") == .svg)
        #expect(try FigureFormat(path: "/a.b/c.pdf") == .pdf)
        for path in ["latent", "latent.gif", "", "a.png/", "png", "a.svg/latent", "latent."] {
            #expect(
                failure { () throws(VAEError) in try FigureFormat(path: path) }?.kind == .invalidArgument,
                "\(path)")
        }
    }

    @Test func filesAreWritten() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figures-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let note = Note(title: "note")
        for name in ["note.png", "note.svg", "note.pdf"] {
            let path = folder.appendingPathComponent(name).path
            try note.write(to: path)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count > 500)
        }
        #expect(
            failure { () throws(VAEError) in
                try note.write(to: folder.appendingPathComponent("no/such/note.png").path)
            }
                != nil)
    }

    @Test func impossibleSizesAreErrors() {
        for size in [
            Size(width: 0, height: 10), Size(width: -5, height: 10), Size(width: .nan, height: 10),
            Size(width: .infinity, height: 1), Size(width: 40_000, height: 10),
            Size(width: 30_000, height: 30_000),
        ] {
            let note = Note(size: size, title: "")
            #expect(failure { () throws(VAEError) in try note.png() }?.kind == .invalidArgument, "\(size)")
            #expect(failure { () throws(VAEError) in try note.svg() }?.kind == .invalidArgument, "\(size)")
        }
        for scale in [0, -1, .nan, .infinity, 1000] {
            #expect(failure { () throws(VAEError) in try Note(title: "").png(scale: scale) } != nil)
        }
    }

    @Test func whatIsNotFiniteIsNotDrawn() throws {
        let canvas = try Canvas(.png, size: Size(width: 20, height: 20))
        let bad = [Double.nan, .infinity, -1e300]
        for value in bad {
            canvas.fill(Rect(x: value, y: 0, width: 5, height: 5), .black)
            canvas.fill(Rect(x: 0, y: 0, width: value, height: 5), .black)
            canvas.strokeLine([Point(0, 0), Point(value, 3)], .black)
            canvas.fillDots([Point(value, 3)], radius: 3, .black)
            canvas.strokeCircle(Point(5, 5), radius: value, .black)
            canvas.draw("x", at: Point(value, 3), .tick)
        }
        #expect(try canvas.pixels().count(of: .white) == 400)
    }
}
