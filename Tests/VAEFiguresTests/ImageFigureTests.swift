import Testing
import VAECore

@testable import VAEFigures

@Suite struct ImageFigureTests {
    /// `count` images of one grey each, from black to white.
    private func greys(_ count: Int, side: Int = 4) throws -> FloatImages {
        let step = 1 / Float(max(1, count - 1))
        return try FloatImages(
            shape: ImageShape(height: side, width: side),
            values: (0..<count).flatMap { [Float](repeating: Float($0) * step, count: side * side) })
    }

    private func flat(_ colour: [Float], count: Int = 1, height: Int = 3, width: Int = 5) throws
        -> FloatImages
    {
        let pixel = [[Float]](repeating: colour, count: count * height * width)
        return try FloatImages(
            shape: ImageShape(height: height, width: width, channels: colour.count),
            values: Array(pixel.joined()))
    }

    @Test func valuesBecomePixels() throws {
        let shape = ImageShape(height: 1, width: 5)
        let images = try FloatImages(shape: shape, values: [0, 0.5, 1, -3, 1e30])
        #expect(try images.picture(at: 0).bytes == [0, 128, 255, 0, 255])
        #expect(
            try flat([1, 0, 0.2]).picture(at: 0).colour(x: 4, y: 2) == Colour(red: 255, green: 0, blue: 51))
        #expect(
            try flat([1, 0, 0, 0.5]).picture(at: 0).colour(x: 0, y: 0)
                == Colour(red: 255, green: 128, blue: 128))
        #expect(try flat([0, 1]).picture(at: 0).colour(x: 0, y: 0) == Colour(0x808080))
        #expect(try flat([0, 0, 0, 0, 1]).picture(at: 0).colour(x: 0, y: 0) == Colour(0x333333))
    }

    @Test func pngsOfPicturesAreExact() throws {
        var numbers = Numbers(seed: 3)
        for channels in [1, 3] {
            for (width, height) in [(1, 1), (7, 3), (64, 2)] {
                let bytes = (0..<width * height * channels).map { _ in UInt8(numbers.next() * 255) }
                let picture = try Raster(width: width, height: height, channels: channels, bytes: bytes)
                let png = try picture.png()
                #expect(try picture.png() == png)
                let found = try #require(header(ofPNG: png))
                #expect(found == (width, height, channels == 1 ? 0 : 2))
                #expect(
                    decoded(png)
                        == (0..<height).flatMap { y in (0..<width).map { picture.colour(x: $0, y: y) } })
            }
        }
    }

    @Test func sheetsAreExact() throws {
        let sheet = try ImageSheet(images: greys(5), columns: 3, gap: 1)
        #expect(sheet.picture.width == 14 && sheet.picture.height == 9 && sheet.picture.channels == 1)
        let raster = try sheet.raster()
        for (x, y, grey) in [
            (0, 0, 0), (5, 0, 64), (13, 3, 255 / 2 + 1), (3, 8, 191), (8, 5, 255), (4, 0, 255),
        ] {
            #expect(raster.colour(x: x, y: y).red == UInt8(grey), "(\(x), \(y))")
        }
        #expect(raster.colour(x: 13, y: 8) == .white)
        #expect(try ImageSheet(images: greys(9), gap: 0).size == Size(width: 12, height: 12))
        #expect(try ImageSheet(images: greys(2), columns: .max, gap: 0).size == Size(width: 8, height: 4))
    }

    @Test func reconstructionsShowInputOutputAndDifference() throws {
        let figure = try ReconstructionGrid(
            inputs: flat([1, 0, 0], count: 2), reconstructions: flat([0.2, 0, 0], count: 2),
            losses: [1.5, .nan],
            title: "t")
        let raster = try figure.raster()
        // Two tiles of 110×66 a row.
        #expect(raster.count(of: Colour(0xFF0000)) == 2 * 110 * 66)
        #expect(raster.count(of: Colour(0x330000)) == 2 * 110 * 66)
        #expect(raster.count(of: Palette.heat(0.8 / 3)) >= 2 * 110 * 66)
        #expect(raster.inked(in: Rect(x: 24, y: 100, width: 140, height: 200)) > 200, "row headings")
        #expect(
            raster.inked(in: Rect(x: 170, y: figure.size.height - 30, width: 120, height: 20)) > 20, "losses")
    }

    @Test(arguments: [1, 2, 10, 64])
    func reconstructionsFitAnyNumberOfColumns(count: Int) throws {
        let images = try greys(count, side: 28)
        let figure = try ReconstructionGrid(
            inputs: images, reconstructions: images, losses: (0..<count).map { 100 + Double($0) },
            title: String(repeating: "long title ", count: 30))
        let raster = try figure.raster()
        let right = Rect(x: figure.size.width - 6, y: 0, width: 6, height: figure.size.height)
        #expect(raster.inked(in: right) == 0)
        #expect(figure.size.width <= 2400)
        #expect(XMLReading(try figure.svg()).isWellFormed)
    }

    @Test func manifoldTilesLieRowByRowFromTheTop() throws {
        let figure = try ManifoldGrid(
            tiles: greys(6, side: 10), columns: [-1, 0, 1], rows: [0.5, -0.5], title: "t", subtitle: "s",
            gap: 0)
        let raster = try figure.raster()
        var greys: [UInt8] = []
        for row in 0..<2 {
            for column in 0..<3 {
                greys.append(raster.colour(x: 92 + 300 * column + 150, y: 80 + 300 * row + 150).red)
            }
        }
        #expect(greys == [0, 51, 102, 153, 204, 255])
        #expect(raster.inked(in: Rect(x: 50, y: 200, width: 36, height: 60)) > 30, "z₂ of the first row")
        #expect(raster.inked(in: Rect(x: 200, y: 686, width: 60, height: 20)) > 20, "z₁ of the first column")
    }

    @Test func picturesInAnSVGAreEmbedded() throws {
        let svg = try ManifoldGrid(tiles: greys(4), columns: [0, 1], rows: [1, 0]).svg()
        let reading = XMLReading(svg)
        #expect(reading.isWellFormed)
        #expect(reading.elements.contains("image"))
        #expect(String(decoding: svg, as: UTF8.self).contains("data:image/png;base64,"))
    }

    @Test func impossibleInputIsAnError() throws {
        let shape = ImageShape(height: 2, width: 2)
        func kind<T>(_ body: () throws(VAEError) -> T) -> VAEError.Kind? { failure(body)?.kind }
        for (shape, values) in [
            (shape, []), (shape, [1, 2, 3]), (ImageShape(height: 0, width: 2), []),
            (ImageShape(height: .max, width: .max), [1]), (ImageShape(height: -2, width: -2), [1, 2, 3, 4]),
        ] as [(ImageShape, [Float])] {
            #expect(
                kind { () throws(VAEError) in try FloatImages(shape: shape, values: values) }
                    == .invalidArgument)
        }
        #expect(
            kind { () throws(VAEError) in try FloatImages(shape: shape, values: [1, .nan, 0, 0]) }
                == .invalidData)
        let (two, three) = (try greys(2), try greys(3))
        #expect(
            kind { () throws(VAEError) in try ReconstructionGrid(inputs: two, reconstructions: three) }
                == .invalidArgument)
        #expect(
            kind { () throws(VAEError) in
                try ReconstructionGrid(inputs: two, reconstructions: two, losses: [1])
            }
                == .invalidArgument)
        #expect(
            kind { () throws(VAEError) in try ManifoldGrid(tiles: three, columns: [1, 2], rows: [1]) }
                == .invalidArgument)
        #expect(
            kind { () throws(VAEError) in try ManifoldGrid(tiles: two, columns: [], rows: []) }
                == .invalidArgument)
        #expect(
            kind { () throws(VAEError) in try ManifoldGrid(tiles: two, columns: [0, .nan], rows: [1]) }
                == .invalidData)
        #expect(kind { () throws(VAEError) in try ImageSheet(images: two, columns: 0) } == .invalidArgument)
        #expect(kind { () throws(VAEError) in try ImageSheet(images: two, gap: -1) } == .invalidArgument)
        #expect(
            kind { () throws(VAEError) in try Raster(width: 2, height: 2, channels: 2, bytes: [0]) }
                == .invalidArgument)
        #expect(
            kind { () throws(VAEError) in try Raster(width: 2, height: 2, channels: 1, bytes: [0]) }
                == .invalidArgument)
        let set = try ImageSet(shape: shape, pixels: [0, 255, 51, 0])
        #expect(try FloatImages(set, at: [0, 0]).values == [0, 1, 0.2, 0, 0, 1, 0.2, 0])
        #expect(kind { () throws(VAEError) in try FloatImages(set, at: [1]) } == .invalidArgument)
        #expect(kind { () throws(VAEError) in try FloatImages(set, at: []) } == .invalidArgument)
    }
}
