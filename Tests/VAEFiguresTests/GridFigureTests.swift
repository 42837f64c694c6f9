import Testing
import VAECore

@testable import VAEFigures

/// Interpolations, samples, bands of reconstructions, and figures in a row.
@Suite struct GridFigureTests {
    /// Images of one colour each.
    private func flat(_ colours: [Colour], height: Int = 10, width: Int = 10) throws -> FloatImages {
        let pixels = colours.map { colour in
            [[Float]](
                repeating: [colour.red, colour.green, colour.blue].map { Float($0) / 255 },
                count: height * width)
        }
        return try FloatImages(
            shape: ImageShape(height: height, width: width, channels: 3),
            values: Array(pixels.joined().joined()))
    }

    private let red = Colour(0xFF0000)
    private let green = Colour(0x00FF00)
    private let blue = Colour(0x0000FF)
    /// Not to be taken for the smoothed edge of a letter.
    private let teal = Colour(0x14B4A0)

    @Test func interpolationsStandBetweenTheirImages() throws {
        let figure = try InterpolationGrid(
            starts: flat([red, green]), ends: flat([blue, red]),
            steps: flat([red, teal, blue, green, teal, red]),
            rowHeadings: ["0 → 1", "2 → 3"], title: "t", subtitle: "s")
        let raster = try figure.raster()
        // Tiles of 80 pixels: every colour in each row as often as it was given, from the left.
        func centres(_ colour: Colour) -> [Point] {
            raster.colours.enumerated().filter { $0.element == colour }.map {
                Point(Double($0.offset % raster.width), Double($0.offset / raster.width))
            }
        }
        #expect(raster.count(of: red) == 4 * 80 * 80)
        #expect(raster.count(of: teal) == 2 * 80 * 80)
        let (reds, teals, blues) = (centres(red), centres(teal), centres(blue))
        let top = blues.map(\.y).max()!
        #expect(reds.filter { $0.y <= top }.map(\.x).max()! < teals.map(\.x).min()!)
        #expect(teals.map(\.x).max()! < blues.map(\.x).min()!)
        #expect(reds.filter { $0.y > top }.map(\.x).min()! > teals.map(\.x).max()!)
        // The row's name left of it, the share of the way below.
        let left = Int(reds.filter { $0.y <= top }.map(\.x).min()!)
        #expect(raster.inked(in: Rect(x: 10, y: top - 50, width: Double(left) - 14, height: 30)) > 40)
        let bottom = reds.map(\.y).max()!
        #expect(raster.inked(in: Rect(x: 0, y: bottom + 8, width: figure.size.width, height: 18)) > 60)
        #expect(XMLReading(try figure.svg()).isWellFormed)
    }

    /// Two long names take two lines or three, and the second is not lost.
    @Test func longRowHeadingsTakeLines() throws {
        let figure = try InterpolationGrid(
            starts: flat([red]), ends: flat([blue]), steps: flat([red, teal, blue]),
            rowHeadings: ["golden retriever 01 → labrador retriever 02"])
        let texts = try textEntries(of: figure).map(\.text)
        #expect(
            texts.contains { $0.hasPrefix("golden") } && texts.contains { $0.hasSuffix("02") }, "\(texts)")
        #expect(!texts.contains { $0.hasSuffix("…") })
    }

    @Test(arguments: [(1, 2), (1, 50), (50, 2), (3, 11)])
    func interpolationsOfAnyCountFit(pairs: Int, steps: Int) throws {
        let figure = try InterpolationGrid(
            starts: flat([Colour](repeating: red, count: pairs), height: 28, width: 28),
            ends: flat([Colour](repeating: blue, count: pairs), height: 28, width: 28),
            steps: flat([Colour](repeating: teal, count: pairs * steps), height: 28, width: 28),
            title: String(repeating: "long title ", count: 30))
        let raster = try figure.raster()
        #expect(
            raster.inked(in: Rect(x: figure.size.width - 6, y: 0, width: 6, height: figure.size.height)) == 0)
        #expect(raster.count(of: red) > 0 && raster.count(of: blue) > 0)
    }

    /// Tiles of one colour read as one picture without gaps; their axes point at their middles.
    @Test func tilesInColourHaveGaps() throws {
        func sizes(_ tiles: FloatImages, gap: Int? = nil) throws -> (Size, Raster) {
            let figure = try ManifoldGrid(
                tiles: tiles, columns: [-1, 1], rows: [1, -1], gap: gap, side: 420)
            return (figure.size, try figure.raster())
        }
        let tiles = try flat([red, green, blue, teal])
        let (_, raster) = try sizes(tiles)
        // A sheet of 21 × 21 pixels, twenty times as large: a pixel of ground between tiles.
        for colour in [red, green, blue, teal] { #expect(raster.count(of: colour) == 200 * 200) }
        let first = raster.colours.firstIndex(of: red)!
        let (x, y) = (first % raster.width, first / raster.width)
        #expect(raster.colour(x: x + 199, y: y) == red && raster.colour(x: x + 220, y: y) == green)
        #expect(raster.colour(x: x + 210, y: y + 5) == .white)
        // The tick below the first column, at its middle, with that of the second a pitch away.
        let ticks = (x..<x + 420).filter { raster.colour(x: $0, y: y + 422) != .white }
        #expect(
            ticks.count >= 2 && ticks.allSatisfy { abs($0 - x - 100) <= 1 || abs($0 - x - 320) <= 1 },
            "\(ticks)")
        #expect(try sizes(tiles, gap: 0).1.count(of: red) == 210 * 210)
        #expect(throws: VAEError.self) { try sizes(tiles, gap: -1) }
        #expect(throws: VAEError.self) { try sizes(tiles, gap: 1001) }
    }

    /// None between drawings on a dark ground, and some between all that has light edges, of any number of channels.
    @Test func gapsFollowFromTheImages() throws {
        func gap(_ value: (Int, Int) -> Float, channels: Int, side: Int = 28) throws -> Int {
            let pixels = (0..<side * side).flatMap { at in
                [Float](repeating: value(at / side, at % side), count: channels)
            }
            return try FloatImages(
                shape: ImageShape(height: side, width: side, channels: channels), values: pixels
            ).gapToTellApart
        }
        let drawing = { (y: Int, x: Int) -> Float in (8..<20).contains(y) && (8..<20).contains(x) ? 1 : 0 }
        #expect(try gap(drawing, channels: 1) == 0 && gap(drawing, channels: 2) == 0)
        #expect(try gap(drawing, channels: 3) == 2 && gap(drawing, channels: 4, side: 64) == 5)
        #expect(try gap({ 1 - drawing($0, $1) }, channels: 1) == 2)
        #expect(try gap({ _, _ in 0.2 }, channels: 1, side: 3) == 1)
        // What an edge of a pixel is: all of an image that is one wide.
        #expect(
            try FloatImages(shape: ImageShape(height: 4, width: 1), values: [0, 0, 0, 1]).gapToTellApart == 0)
    }

    @Test func samplesLieBelowTheirTitle() throws {
        let figure = try SampleGrid(
            images: flat([red, green, blue]), columns: 2, title: "t", subtitle: "s", side: 220)
        let raster = try figure.raster()
        // A sheet of 22 × 22 pixels, ten times as large.
        for colour in [red, green, blue] { #expect(raster.count(of: colour) == 100 * 100) }
        #expect(
            raster.colour(x: 24 + 50, y: 80 + 50) == red && raster.colour(x: 24 + 170, y: 80 + 50) == green)
        #expect(raster.colour(x: 24 + 50, y: 80 + 170) == blue)
    }

    @Test func bandsAndGroupsKeepTheirOrder() throws {
        let colours = [red, green, blue, teal, red]
        let figure = try ReconstructionGrid(
            inputs: flat(colours), reconstructions: flat(colours), losses: [1, 2, 3, 4, 5],
            bands: [[.init("first", count: 2)], [.init("best", count: 1), .init("worst", count: 2)]],
            title: "t")
        let raster = try figure.raster()
        // Each picture twice, as it is its own reconstruction; black where nothing differs.
        for (colour, count) in [(red, 4), (green, 2), (blue, 2), (teal, 2)] {
            #expect(raster.count(of: colour) == count * 110 * 110, "\(colour)")
        }
        #expect(raster.count(of: Palette.heat(0)) >= 5 * 110 * 110)
        let greens = raster.colours.firstIndex(of: green)! / raster.width
        let blues = raster.colours.firstIndex(of: blue)! / raster.width
        #expect(blues > greens + 3 * 110)
        let plain = try ReconstructionGrid(
            inputs: flat(colours), reconstructions: flat(colours), losses: [1, 2, 3, 4, 5], title: "t")
        #expect(figure.size.height > 1.6 * plain.size.height - 80)
    }

    @Test func figuresInARow() throws {
        let samples = try SampleGrid(images: flat([red]), side: 100)
        let others = try SampleGrid(images: flat([blue, blue, blue, blue]), columns: 1, gap: 0, side: 400)
        let row = FigureRow([samples, others])
        #expect(row.size == Size(width: samples.size.width + others.size.width, height: others.size.height))
        let raster = try row.raster()
        #expect(raster.count(of: red) == 100 * 100)
        let right = Rect(x: samples.size.width, y: 0, width: others.size.width, height: row.size.height)
        #expect(
            raster.count(of: blue, in: right) == raster.count(of: blue) && raster.count(of: blue) == 100 * 400
        )
    }

    @Test func imagesShrinkToTheirMeans() throws {
        let shape = ImageShape(height: 4, width: 6)
        let images = try FloatImages(shape: shape, values: (0..<24).map { Float($0) / 255 })
        let small = try images.shrunk(to: 3)
        #expect(small.shape == ImageShape(height: 2, width: 3))
        // Means of 2 × 2 blocks: (0 + 1 + 6 + 7) / 4 and so on, halves rounded up.
        try #expect(small.pixels == [4, 6, 8, 16, 18, 20])
        #expect(try images.shrunk(to: 6).pixels == Array(0..<24))
        #expect(try images.shrunk(to: 0).shape == ImageShape(height: 1, width: 1))
    }

    @Test func impossibleInputIsAnError() throws {
        func kind<T>(_ body: () throws(VAEError) -> T) -> VAEError.Kind? { failure(body)?.kind }
        let (one, two, three) = (try flat([red]), try flat([red, red]), try flat([red, red, red]))
        let other = try flat([red, red], height: 3)
        for (starts, ends, steps, headings) in [
            (one, two, two, [String]()), (two, two, three, []), (one, one, one, []), (one, one, other, []),
            (one, one, two, ["a", "b"]),
        ] {
            #expect(
                kind { () throws(VAEError) in
                    try InterpolationGrid(starts: starts, ends: ends, steps: steps, rowHeadings: headings)
                } == .invalidArgument)
        }
        #expect(kind { () throws(VAEError) in try SampleGrid(images: one, columns: 0) } == .invalidArgument)
        #expect(kind { () throws(VAEError) in try SampleGrid(images: one, side: .nan) } == .invalidArgument)
        for bands in [[], [[]], [[.init("", count: 1)]], [[.init("", count: 0), .init("", count: 2)]]]
            as [[[ReconstructionGrid.Group]]]
        {
            #expect(
                kind { () throws(VAEError) in
                    try ReconstructionGrid(inputs: two, reconstructions: two, bands: bands)
                } == .invalidArgument)
        }
    }
}
