import Foundation
import Testing
import VAECore

@testable import VAEData

/// What is particular to JPEG and WebP: hostile headers, warnings of libjpeg, parts of the size.
@Suite struct JPEGTests {
    private static let path = "photo.jpg"

    private func decode(
        _ bytes: [UInt8], atLeast least: (width: Int, height: Int)? = nil, mostPixels: Int = 1 << 26
    ) throws -> Picture {
        try PictureFormat.jpeg.decode(
            bytes, path: Self.path, atLeast: least, limits: PictureLimits(mostPixels: mostPixels))
    }

    private func expect(
        _ bytes: [UInt8], saying words: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        expectError(.invalidData, saying: Self.path, words, sourceLocation: sourceLocation) {
            _ = try decode(bytes)
        }
    }

    /// The place of the first segment of a kind, from its 0xFF.
    private func place(of marker: UInt8, in bytes: [UInt8]) throws -> Int {
        try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker })
    }

    @Test func hugeSizesAreRefusedBeforeTheyAreUnpacked() throws {
        for (name, marker) in [("jpeg-420", 0xC0), ("jpeg-progressive", 0xC2)] {
            var bytes = try GoldenPictures.bytes("\(name).jpg")
            let frame = try place(of: UInt8(marker), in: bytes)
            func claim(_ height: Int, _ width: Int) {
                bytes.replaceSubrange(
                    frame + 5..<frame + 9,
                    with: [height >> 8, height & 255, width >> 8, width & 255].map(UInt8.init))
            }
            claim(65_535, 65_535)
            expect(bytes, saying: "too large")
            claim(0, 26)
            expect(bytes, saying: "empty")
            claim(8192, 8192)
            expect(bytes, saying: "can't hold")
            claim(19, 26)
            #expect(try decode(bytes, mostPixels: 19 * 26).width == 26)
            #expect(throws: VAEError.self) { _ = try decode(bytes, mostPixels: 19 * 26 - 1) }
        }
        var webp = try GoldenPictures.bytes("webp-lossless.webp")
        // 14 bits each, less one, behind the signature 0x2F.
        let header = try #require(webp.firstIndex(of: 0x2F))
        webp.replaceSubrange(header + 1..<header + 5, with: [255, 255, 255, 0x0F])
        expectError(.invalidData, saying: "16384×16384") {
            _ = try PictureFormat.webp.decode(webp, path: "w")
        }
    }

    /// A block of 8×8 takes two bits at least, and in progressive pictures one; 4:2:0 has six of them for 16×16 pixels.
    @Test func theBoundOfBytesIsExact() throws {
        for (marker, bits) in [(0xC0, 2), (0xC2, 1)] {
            func file(_ height: Int, data: Int) -> [UInt8] {
                [
                    0xFF, 0xD8, 0xFF, UInt8(marker), 0, 17, 8, UInt8(height >> 8), UInt8(height & 255), 0, 16,
                    3,
                ]
                    + [1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0] + [0xFF, 0xDA, 0, 2]
                    + [UInt8](repeating: 0, count: data)
            }
            let blocks = 6 * 160 / 16
            let most = blocks * bits / 8
            let limits = PictureLimits()
            #expect(try JPEGHeader(file(160, data: most), limits: limits, path: "").height == 160)
            expectError(.invalidData, saying: "at least \(most) bytes") {
                _ = try JPEGHeader(file(160, data: most - 1), limits: limits, path: "")
            }
        }
    }

    @Test func kindsThatAreNotRead() throws {
        let sound = try GoldenPictures.bytes("jpeg-420.jpg")
        let frame = try place(of: 0xC0, in: sound)
        for (at, value, words) in [
            (frame + 4, 12, "12 bits"), (frame + 1, 0xC3, "frame type 3"), (frame + 9, 2, "another length"),
            (frame + 11, 0x20, "samples"),
        ] {
            var bytes = sound
            bytes[at] = UInt8(value)
            expect(bytes, saying: words)
        }
        var twice = sound
        twice.insert(contentsOf: sound[frame..<frame + 19], at: frame)
        expect(twice, saying: "two frames")
        var none = sound
        none.removeSubrange(frame..<frame + 19)
        expect(none, saying: "before its frame")
        expect([0xFF, 0xD8, 0xFF], saying: "cut off")
        expect([0xFF, 0xD8, 0xFF, 0xD9], saying: "no segment of a JPEG picture at byte 2")
        expect([0xFF, 0xD8, 0xFF, 0xE0, 0, 1], saying: "cut off")
    }

    /// libjpeg fills up what is missing with grey and only warns; a wrong bit in the middle may go unnoticed, a hole may not.
    @Test func warningsAreErrors() throws {
        let sound = try GoldenPictures.bytes("jpeg-444.jpg")
        let scan = try place(of: 0xDA, in: sound)
        // An end in the middle of the data.
        var early = sound
        early.replaceSubrange(scan + 60..<scan + 62, with: [0xFF, 0xD9])
        expect(early, saying: "unpacked")
        // And one in front of a restart marker, where bytes are left over.
        var restarts = try GoldenPictures.bytes("jpeg-restarts.jpg")
        let marker = try place(of: 0xD0, in: restarts)
        restarts.replaceSubrange(marker..<marker + 2, with: [0, 0, 0xFF, 0xD9])
        expect(restarts, saying: "unpacked")
    }

    /// What cameras leave in front of the end, and zeros in a scan's selection, hurt nothing.
    @Test func harmlessFlawsAreRead() throws {
        let sound = try GoldenPictures.bytes("jpeg-420.jpg")
        var extra = sound
        extra.insert(contentsOf: [0, 0, 0], at: sound.count - 2)
        #expect(try decode(extra) == decode(sound))
        var zeros = sound
        let scan = try place(of: 0xDA, in: sound)
        let length = Int(sound[scan + 3])
        #expect(Array(sound[scan + 2 + length - 3..<scan + 2 + length]) == [0, 63, 0])
        zeros.replaceSubrange(scan + 2 + length - 3..<scan + 2 + length, with: [0, 0, 0])
        #expect(try decode(zeros) == decode(sound))
        #expect(throws: VAEError.self) { _ = try decode(Array(zeros.dropLast(40))) }
        #expect(try decode(sound + [1, 2, 3]) == decode(sound))
    }

    /// A scan costs the time of a whole picture and may take ten bytes.
    @Test func veryManyScansAreRefused() throws {
        let sound = try GoldenPictures.bytes("jpeg-progressive.jpg")
        let scans = sound.indices.dropLast().filter { sound[$0] == 0xFF && sound[$0 + 1] == 0xDA }
        let last = try #require(scans.last)
        let again = sound[last..<sound.count - 2]
        let file = Array(sound.dropLast(2)) + (0..<600).flatMap { _ in again } + [0xFF, 0xD9]
        expect(file, saying: "unpacked")
    }

    @Test func partsOfTheSize() throws {
        // 26×19: a half is 13×10.
        let bytes = try GoldenPictures.bytes("jpeg-turned1.jpg")
        #expect(try decode(bytes, atLeast: (6, 4)).width == 13)
        #expect(try decode(bytes, atLeast: (6, 5)).width == 26)
        #expect(try decode(bytes, atLeast: (7, 4)).width == 26)
        #expect(try decode(bytes, atLeast: (3, 2)).width == 7)
        #expect(try decode(bytes, atLeast: (1, 1)).height == 3)
        // The same of one that is stored on its side.
        let turned = try GoldenPictures.bytes("jpeg-turned6.jpg")
        let half = try decode(turned, atLeast: (4, 6))
        #expect(half.width == 10 && half.height == 13)
        #expect(try decode(turned, atLeast: (6, 4)).width == 19)
        // Waves of this length keep within a few values of averages over 2×2.
        let whole = try decode(bytes)
        let part = try decode(bytes, atLeast: (6, 4))
        for row in 0..<9 {
            for column in 0..<13 {
                let at = 52 * row + 2 * column
                let average = [0, 1, 26, 27].reduce(0) { $0 + Int(whole.bytes[at + $1]) } / 4
                #expect(abs(Int(part.bytes[13 * row + column]) - average) <= 3)
            }
        }
    }
}

extension Picture {
    /// The samples of a picture of eight bits.
    var bytes: [UInt8] {
        if case .bytes(let values) = samples { values } else { [] }
    }
}
