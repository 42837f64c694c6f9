import Foundation
import Testing
import VAECore

@testable import VAEFigures

/// Letters that the font lacks.
@Suite struct FontTests {
    /// What cairo draws with where the system has no font.
    static let fallback = "@cairo:"

    @Test(arguments: [
        ("−1.5", "-1.5"), ("z₁₂", "z12"), ("10⁻³", "10^-3"), ("prior 1σ, 2σ", "prior 1 sigma, 2 sigma"),
        ("3 → 4", "3 -> 4"), ("20×20", "20x20"), ("4·KL", "4*KL"), ("long…", "long..."), ("–", "-"),
        ("Bär", "Bar"), ("e\u{301}", "e"), ("数字", "??"), ("plain", "plain"), ("ﬁ", "fi"),
    ])
    func asciiStandsIn(text: String, expected: String) {
        #expect(StandIns.text(text) { !$0.isASCII } == expected)
        #expect(StandIns.text(text) { _ in false } == text)
    }

    /// Many fonts have ¹, ² and ³ alone: a number is written in one kind of digits.
    @Test func numbersAreOfOneKind() {
        #expect(StandIns.text("10⁻³ z₁ −") { $0 == "⁻" } == "10^-3 z₁ −")
        #expect(StandIns.text("10³ z₁₂") { $0 == "₂" } == "10³ z12")
    }

    /// Names of the user's own are asked for as well as the figures' words.
    @Test func lettersOfNamesAreMissed() throws {
        // No font has letters of the private use area, or none that anyone would expect.
        let font = try FigureFont.current(for: ["caf\u{E000}"])
        #expect(font.missing.contains("\u{E000}") && font.warning?.contains("\u{E000}") == true)
        #expect(try !FigureFont.current(for: ["cafe"]).missing.contains("c"))
    }

    @Test func theFallbackIsKnownAndNeverAsked() throws {
        let canvas = try Canvas(.png, size: Size(width: 1, height: 1), family: Self.fallback)
        let font = FigureFont(on: canvas)
        #expect(font.family == nil && font.missing.count == StandIns.table.count)
        #expect(try #require(font.warning).contains("no font"))
        #expect(canvas.has("z", .tick) && !canvas.has("−", .tick))
        // What is drawn are the very letters that stand in.
        func pixels(_ text: String) throws -> Raster {
            let canvas = try Canvas(.png, size: Size(width: 200, height: 40), family: Self.fallback)
            canvas.draw(text, at: Point(100, 30), .title, .middle)
            return try canvas.pixels()
        }
        #expect(try pixels("−z₁ 10⁻³…") == pixels("-z1 10^-3..."))
    }

    @Test func aFontThatIsThereIsNamed() throws {
        let font = try FigureFont.current()
        // Where there is a font it has a name; a warning is there exactly where something is missing.
        #expect((font.warning == nil) == (font.family != nil && font.missing.isEmpty))
        let some = FigureFont(family: "Some Sans", missing: ["−", "₁"])
        #expect(try #require(some.warning).contains("Some Sans lacks − ₁"))
    }

    @Test func everyFigureIsWrittenInASCIIWithoutAFont() throws {
        let images = try FloatImages(
            shape: ImageShape(height: 2, width: 2), values: [Float](repeating: 0.5, count: 16))
        let points: [SIMD2<Float>] = [SIMD2(-3, -3), SIMD2(3, 3), SIMD2(.nan, 0)]
        let losses = Losses(reconstruction: -3, kl: 1)
        let epoch = EpochReport(epoch: 1, train: losses, test: losses, seconds: 1, imagesPerSecond: 1)
        let figures: [any Figure] = [
            try LatentScatter(points: points, labels: [0, 1, 2], title: "α", subtitle: "−"),
            try ManifoldGrid(tiles: images, columns: [-1, 1], rows: [1, -1]),
            try ReconstructionGrid(
                inputs: images, reconstructions: images, losses: [-1, .nan, 1, 2], title: "|a − b|"),
            try InterpolationGrid(
                starts: FloatImages(shape: images.shape, values: Array(images.values[..<4])),
                ends: FloatImages(shape: images.shape, values: Array(images.values[..<4])), steps: images,
                rowHeadings: ["1 → 2"]),
            try SampleGrid(images: images, title: "3×3"),
            try LossCurves(epochs: [epoch], subtitle: "4·KL"),
            try DimensionBars(kl: [1, 2], variance: [1, 1e-6]),
        ]
        for figure in figures {
            for entry in try textEntries(of: figure, family: Self.fallback) {
                #expect(entry.text.utf8.allSatisfy { $0 < 0x80 }, "\(entry.text)")
            }
            // And there are characters to stand in for, so that the test tests something.
            #expect(
                try textEntries(of: figure).contains { !$0.text.utf8.allSatisfy { $0 < 0x80 } }
                    || FigureFont.current().family == nil)
        }
    }

    /// Every character outside ASCII in a text of the code that draws has a stand-in of its own.
    @Test func everyCharacterOfTheSourcesHasAStandIn() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        var found: Set<Unicode.Scalar> = []
        for folder in ["VAEFigures", "VAERun/Figures", "VAERun/Film", "vae"] {
            let files = try #require(
                FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path))
            // Of the tools' files those that make pictures.
            for case let name as String in files
            where name.hasSuffix(".swift") && !name.contains("StandIns")
                && (folder != "vae"
                    || ["AnomaliesCommand+Output.swift", "ReconstructCommand.swift"].contains(name))
            {
                let text = try String(
                    contentsOf: root.appendingPathComponent(folder).appendingPathComponent(name),
                    encoding: .utf8)
                for line in text.split(separator: "\n") {
                    let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line
                    found.formUnion(code.unicodeScalars.filter { !$0.isASCII })
                }
            }
        }
        #expect(found.count > 20)
        let lacking = found.subtracting(StandIns.table.keys)
        #expect(lacking.isEmpty, "\(lacking.map(String.init))")
    }
}
