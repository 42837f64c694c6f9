import Testing
import VAECore

@testable import VAEFigures

@Suite struct AnimatedPNGTests {
    /// A chunk as the specification lays it out, with its checksum computed bit by bit.
    struct Chunk {
        let type: String
        let data: [UInt8]
        let isIntact: Bool

        static func all(of file: [UInt8]) -> [Chunk] {
            var chunks: [Chunk] = []
            var at = 8
            while at + 12 <= file.count {
                let length = Int(number(file, at))
                let body = Array(file[at + 4..<at + 8 + length])
                chunks.append(
                    Chunk(
                        type: String(decoding: body[..<4], as: UTF8.self), data: Array(body[4...]),
                        isIntact: checksum(body) == number(file, at + 8 + length)))
                at += 12 + length
            }
            #expect(at == file.count)
            return chunks
        }

        static func number(_ bytes: [UInt8], _ at: Int) -> UInt32 {
            bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }

        private static func checksum(_ bytes: [UInt8]) -> UInt32 {
            var sum = UInt32.max
            for byte in bytes {
                sum ^= UInt32(byte)
                for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
            }
            return ~sum
        }
    }

    private func picture(_ colour: Colour, width: Int = 7, height: Int = 5) throws -> Raster {
        try Raster(
            width: width, height: height, channels: 3,
            bytes: (0..<width * height).flatMap { _ in [colour.red, colour.green, colour.blue] })
    }

    private let colours = [Colour(0xFF0000), Colour(0x00FF00), Colour(0x0000FF)]

    @Test(arguments: [false, true])
    func framesComeBackAsTheyWere(hasPoster: Bool) throws {
        let frames = try colours.enumerated().map {
            AnimatedPNG.Frame(png: try picture($1).png(), milliseconds: 100 * ($0 + 1))
        }
        let file = try AnimatedPNG.encode(frames, poster: hasPoster ? try picture(.white).png() : nil)
        let chunks = Chunk.all(of: file)
        #expect(chunks.filter { !$0.isIntact }.isEmpty)
        #expect(Array(chunks.map(\.type).prefix(2)) == ["IHDR", "acTL"] && chunks.last?.type == "IEND")
        let control = try #require(chunks.first { $0.type == "acTL" })
        #expect(Chunk.number(control.data, 0) == 3 && Chunk.number(control.data, 4) == 0)
        // With a poster all frames are apart from the picture that others show, without one it is the first.
        #expect(chunks.filter { $0.type == "fdAT" }.count == (hasPoster ? 3 : 2))
        #expect(chunks.map(\.type).firstIndex(of: "IDAT")! < chunks.map(\.type).lastIndex(of: "fcTL")!)
        #expect(decoded(file) == [Colour](repeating: hasPoster ? .white : colours[0], count: 35))

        let numbered = chunks.filter { ["fcTL", "fdAT"].contains($0.type) }
        #expect(numbered.map { Chunk.number($0.data, 0) } == Array(0..<UInt32(numbered.count)))
        let durations = chunks.filter { $0.type == "fcTL" }.map { chunk -> [UInt32] in
            #expect(Chunk.number(chunk.data, 4) == 7 && Chunk.number(chunk.data, 8) == 5)
            return [20, 22].map { UInt32(chunk.data[$0]) << 8 | UInt32(chunk.data[$0 + 1]) }
        }
        #expect(durations == [[100, 1000], [200, 1000], [300, 1000]])

        // A frame's data is a picture's, so it must make one again.
        let header = chunks[0].data
        let data = chunks.filter { $0.type == "fdAT" }.map { Array($0.data[4...]) }
        for (colour, pixels) in zip(hasPoster ? colours : Array(colours[1...]), data) {
            var png = PNGChunk.signature
            PNGChunk.append("IHDR", header, to: &png)
            PNGChunk.append("IDAT", pixels, to: &png)
            PNGChunk.append("IEND", [], to: &png)
            #expect(decoded(png) == [Colour](repeating: colour, count: 35))
        }
    }

    @Test func whatDoesNotFitIsAnError() throws {
        let good = try picture(.black).png()
        func kind(_ frames: [[UInt8]], poster: [UInt8]? = nil, milliseconds: Int = 1) -> VAEError.Kind? {
            failure { () throws(VAEError) in
                try AnimatedPNG.encode(
                    frames.map { AnimatedPNG.Frame(png: $0, milliseconds: milliseconds) }, poster: poster)
            }?.kind
        }
        #expect(kind([]) == .invalidArgument)
        #expect(kind([good], milliseconds: -1) == .invalidArgument)
        #expect(kind([good], milliseconds: 65_536) == .invalidArgument)
        let (wide, high) = (try picture(.black, width: 8).png(), try picture(.black, height: 8).png())
        #expect(kind([good, wide]) == .invalidData)
        #expect(kind([good], poster: high) == .invalidData)
        #expect(kind([good, []]) == .invalidData)
        for length in [4, 8, 20, good.count - 1] { #expect(kind([Array(good[..<length])]) == .invalidData) }
        for at in stride(from: 0, to: good.count, by: 3) {
            var damaged = good
            damaged[at] ^= 0x10
            #expect(kind([damaged]) == .invalidData, "byte \(at)")
        }
        #expect(kind([good, good]) == nil)
    }

    @Test func fewColoursStayAsTheyAre() throws {
        var numbers = Numbers(seed: 5)
        // 200 colours that differ in their upper six bits.
        let chosen =
            (0..<200).map { _ in
                Colour(
                    UInt32(numbers.next() * 64) << 18 | UInt32(numbers.next() * 64) << 10 | UInt32(
                        numbers.next() * 64) << 2)
            } + [.white, .black]
        let bytes = (0..<4000).flatMap { index -> [UInt8] in
            let colour = chosen[index % chosen.count]
            return [colour.red, colour.green, colour.blue]
        }
        let picture = try Raster(width: 80, height: 50, channels: 3, bytes: bytes)
        let table = ColourTable(of: [picture])
        #expect(table.colours.count == Set(chosen).count)
        let png = try picture.png(table)
        #expect(header(ofPNG: png)! == (80, 50, 3))
        #expect(decoded(png) == (0..<4000).map { chosen[$0 % chosen.count] })
    }

    @Test func manyColoursStayClose() throws {
        let side = 128
        // All reds with all greens: 16,384 colours.
        let bytes = (0..<side * side).flatMap { index -> [UInt8] in
            [UInt8(index % side * 2), UInt8(index / side * 2), 64]
        }
        let picture = try Raster(width: side, height: side, channels: 3, bytes: bytes)
        let table = ColourTable(of: [picture])
        #expect(table.colours.count == 256)
        // The best 256 squares of a plane of 256 × 256 are 16 wide, with corners 8 away in each direction.
        let found = decoded(try picture.png(table))
        var worst = 0
        for (index, colour) in found.enumerated() {
            worst = max(
                worst, abs(Int(colour.red) - index % side * 2), abs(Int(colour.green) - index / side * 2))
        }
        #expect(worst <= 16)
        // Colours that the table was not made of go to whatever is near.
        let stranger = try Raster(width: 1, height: 1, channels: 3, bytes: [100, 100, 255])
        let near = decoded(try stranger.png(table))[0]
        #expect(abs(Int(near.red) - 100) <= 16 && abs(Int(near.green) - 100) <= 16)
    }

    /// A square that says which frame it is.
    struct Square: Figure {
        let colour: Colour
        let size = Size(width: 40, height: 30)
        let title = "square"

        func draw(on canvas: borrowing Canvas) {
            canvas.fill(Rect(x: 5, y: 5, width: 20, height: 20), colour)
        }
    }

    @Test func filmsShowTheirLastFrameAndHoldIt() throws {
        let film = try Film(colours.map { Square(colour: $0) }, seconds: 0.25, lastSeconds: 2)
        let file = try film.png()
        let chunks = Chunk.all(of: file)
        #expect(
            chunks.filter { $0.type == "fcTL" }.map { Int($0.data[20]) << 8 | Int($0.data[21]) } == [
                250, 250, 2000,
            ])
        let last = try Square(colour: colours[2]).raster()
        #expect(decoded(file) == last.colours)
        func kind(_ frames: Int, _ seconds: Double) -> VAEError.Kind? {
            failure { () throws(VAEError) in
                try Film((0..<frames).map { _ in Square(colour: .ink) }, seconds: seconds, lastSeconds: 1)
            }?.kind
        }
        #expect(
            kind(0, 1) == .invalidArgument && kind(1, .nan) == .invalidArgument
                && kind(1, 61) == .invalidArgument)
    }
}

extension Raster {
    var colours: [Colour] { (0..<height).flatMap { y in (0..<width).map { colour(x: $0, y: y) } } }
}
