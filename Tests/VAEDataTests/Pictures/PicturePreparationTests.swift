import Foundation
import Testing
import VAECore

@testable import VAEData

@Suite struct PicturePreparationTests {
    typealias Size = PicturePreparation.Size

    /// Every value of a picture of one channel or several by one of `range`, always the same for a seed.
    private func noise(_ height: Int, _ width: Int, _ channels: Int, seed: UInt64) -> Picture {
        var random = SplitMix64(state: seed)
        return Picture(
            width: width, height: height, channels: channels,
            samples: .bytes(
                (0..<height * width * channels).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
    }

    /// The weights of the source's pixels in pixel `index` of `count`, which covers `length` source pixels from `start` on: the
    /// definition, in Double.
    private func weights(_ index: Int, _ source: Int, _ start: Double, _ length: Double) -> [Double] {
        var weights = [Double](repeating: 0, count: source)
        let from = start + Double(index) * length
        if length < 1 {
            let place = min(max(from + length / 2 - 0.5, 0), Double(source - 1))
            let first = min(Int(place), source - 1)
            weights[first] += 1 - (place - Double(first))
            if first + 1 < source { weights[first + 1] += place - Double(first) }
        } else {
            for pixel in 0..<source {
                let overlap = min(from + length, Double(pixel + 1)) - max(from, Double(pixel))
                weights[pixel] = max(0, overlap) / length
            }
        }
        return weights
    }

    /// What `prepared` has to give, without rounding: each pixel as the sum over all pixels of the source.
    private func reference(_ picture: Picture, _ target: Size, _ fit: PicturePreparation.Fit, ground: Double)
        -> [Double]
    {
        let (height, width, channels) = (picture.height, picture.width, picture.channels)
        let scales = (Double(target.height) / Double(height), Double(target.width) / Double(width))
        func axis(_ source: Int, _ target: Int, _ own: Double) -> (first: Int, weights: [[Double]]) {
            switch fit {
            case .stretch:
                let length = Double(source) / Double(target)
                return (0, (0..<target).map { weights($0, source, 0, length) })
            case .crop:
                let length = 1 / max(scales.0, scales.1)
                var start = (Double(source) - Double(target) * length) / 2
                // Nothing is scaled: whole pixels.
                if abs(length - 1) < 1e-12 { start = start.rounded(.down) }
                return (0, (0..<target).map { weights($0, source, start, length) })
            case .pad:
                let covered = min(target, max(1, Int((Double(source) * min(scales.0, scales.1)).rounded())))
                let length = Double(source) / Double(covered)
                return ((target - covered) / 2, (0..<covered).map { weights($0, source, 0, length) })
            }
        }
        let rows = axis(height, target.height, scales.0)
        let columns = axis(width, target.width, scales.1)
        var result = [Double](repeating: ground, count: target.height * target.width * channels)
        for (row, down) in rows.weights.enumerated() {
            for (column, across) in columns.weights.enumerated() {
                for channel in 0..<channels {
                    var sum = 0.0
                    for y in 0..<height where down[y] > 0 {
                        for x in 0..<width where across[x] > 0 {
                            sum +=
                                down[y] * across[x]
                                * Double(picture.bytes[(y * width + x) * channels + channel])
                        }
                    }
                    let at = (rows.first + row) * target.width + columns.first + column
                    result[at * channels + channel] = sum
                }
            }
        }
        return result
    }

    /// Half a step of rounding, and 10⁻³ for sums of Float: 255 times a hundred terms of 2⁻²⁴.
    @Test(arguments: PicturePreparation.Fit.allCases)
    func sizesFollowTheirDefinition(fit: PicturePreparation.Fit) {
        var random = SplitMix64(state: 5)
        func side() -> Int { 1 + Int(random.next() % 24) }
        for round in 0..<150 {
            let channels = round % 2 == 0 ? 1 : 3
            let picture = noise(side(), side(), channels, seed: UInt64(round))
            let target = Size(height: side(), width: side())
            let preparation = PicturePreparation(size: target, fit: fit, padding: .white)
            guard case .bytes(let found) = preparation.prepared(picture, channels: channels) else {
                Issue.record("no bytes")
                return
            }
            let exact = reference(picture, target, fit, ground: 255)
            #expect(found.count == exact.count)
            let worst = zip(found, exact).map { abs(Double($0) - $1) }.max() ?? 0
            #expect(worst <= 0.501, "\(picture.height)×\(picture.width) to \(target), \(fit)")
        }
    }

    /// More rows than sixteen bits hold sums of, and exact ones: white stays white.
    @Test func longColumnsAreSummedExactly() {
        let white = Picture(
            width: 2, height: 4000, channels: 1, samples: .bytes([UInt8](repeating: 255, count: 8000)))
        for height in [1, 2, 3, 7] {
            let values = PicturePreparation(size: Size(height: height, width: 1), fit: .stretch).prepared(
                white, channels: 1)
            #expect(values == .bytes([UInt8](repeating: 255, count: height)))
        }
        let ramp = Picture(
            width: 1, height: 65_535, channels: 1, samples: .bytes((0..<65_535).map { UInt8($0 % 255) }))
        // The mean of 0 to 254.
        #expect(
            PicturePreparation(size: Size(height: 1, width: 1), fit: .stretch).prepared(ramp, channels: 1)
                == .bytes([127]))
    }

    @Test func sixteenBitsStayFine() throws {
        let samples: [UInt16] = [0, 1, 65_535, 32_768]
        let picture = Picture(width: 2, height: 2, channels: 1, samples: .words(samples))
        #expect(
            PicturePreparation().prepared(picture, channels: 1) == .floats(samples.map { Float($0) / 65_535 })
        )
        guard
            case .floats(let mean) = PicturePreparation(size: Size(height: 1, width: 1))
                .prepared(picture, channels: 3)
        else {
            Issue.record("bytes")
            return
        }
        // Of the sum 98,304; the rounding of a Float is 2⁻²⁴.
        #expect(mean.count == 3 && mean.allSatisfy { abs(Double($0) - 98_304.0 / 4 / 65_535) < 1e-7 })
        let white = Picture(
            width: 3, height: 5, channels: 3, samples: .words([UInt16](repeating: 65_535, count: 45)))
        guard
            case .floats(let values) = PicturePreparation(
                size: Size(height: 2, width: 2), fit: .pad, padding: .white
            )
            .prepared(white, channels: 1)
        else {
            Issue.record("bytes")
            return
        }
        #expect(values.allSatisfy { $0 <= 1 && $0 > 1 - 1e-6 })
    }

    /// Grey of a picture of its own size is Pillow's to the bit, whichever way it takes.
    @Test func luma() {
        let picture = noise(31, 47, 3, seed: 1)
        let expected = (0..<31 * 47).map { pixel -> UInt8 in
            let values = picture.bytes[3 * pixel..<3 * pixel + 3].map(Int.init)
            return UInt8((values[0] * 19_595 + values[1] * 38_470 + values[2] * 7_471 + 0x8000) >> 16)
        }
        #expect(PicturePreparation().prepared(picture, channels: 1) == .bytes(expected))
        // The same of grey that becomes colour, and back.
        let grey = noise(5, 4, 1, seed: 2)
        #expect(
            PicturePreparation().prepared(grey, channels: 3) == .bytes(grey.bytes.flatMap { [$0, $0, $0] }))
        let repeated = Picture(
            width: 4, height: 5, channels: 3, samples: .bytes(grey.bytes.flatMap { [$0, $0, $0] }))
        #expect(PicturePreparation().prepared(repeated, channels: 1) == .bytes(grey.bytes))
    }

    @Test func transparencyAndBackground() {
        let red = PicturePreparation.Colour(red: 200, green: 10, blue: 0)
        let picture = Picture(width: 3, height: 1, channels: 2, samples: .bytes([100, 255, 100, 0, 100, 51]))
        // 51 is a fifth.
        #expect(
            PicturePreparation(background: red).prepared(picture, channels: 3)
                == .bytes([100, 100, 100, 200, 10, 0, 180, 28, 20]))
        #expect(PicturePreparation().prepared(picture, channels: 1) == .bytes([100, 255, 224]))
        let wide = Picture(width: 1, height: 1, channels: 4, samples: .words([65_535, 0, 0, 13_107]))
        #expect(
            PicturePreparation(background: .black).prepared(wide, channels: 3) == .floats([0.2, 0, 0]))
        // Padding has a colour of its own, and its luma where the image is grey.
        let size = Size(height: 1, width: 5)
        let grey = Picture(width: 1, height: 1, channels: 1, samples: .bytes([7]))
        #expect(
            PicturePreparation(size: size, fit: .pad, padding: red).prepared(grey, channels: 1)
                == .bytes([66, 66, 7, 66, 66]))
        #expect(
            PicturePreparation(size: Size(height: 2, width: 1), fit: .pad, padding: red)
                .prepared(grey, channels: 3) == .bytes([7, 7, 7, 200, 10, 0]))
    }

    @Test func hiddenContent() {
        func picture(_ samples: [UInt8]) -> Picture {
            Picture(width: samples.count / 2, height: 1, channels: 2, samples: .bytes(samples))
        }
        let white = PicturePreparation()
        #expect(white.hidesContent(of: picture([255, 0, 255, 255, 255, 9])))
        #expect(white.hidesContent(of: picture([0, 0, 255, 255])))
        #expect(!white.hidesContent(of: picture([0, 0, 0, 255])))
        // Nothing was shown by alpha, or there is none.
        #expect(!white.hidesContent(of: picture([255, 255, 255, 255])))
        #expect(!white.hidesContent(of: picture([0, 0, 9, 0])))
        #expect(
            !white.hidesContent(of: Picture(width: 2, height: 1, channels: 1, samples: .bytes([255, 255]))))
        #expect(!PicturePreparation(background: .black).hidesContent(of: picture([255, 0, 255, 255])))
        let words = Picture(width: 2, height: 1, channels: 2, samples: .words([65_535, 0, 65_535, 65_535]))
        #expect(white.hidesContent(of: words))
    }

    @Test func rangesAndJSON() throws {
        for side in [0, -1, 16_385] {
            let size = Size(height: 3, width: side)
            expectError(.invalidArgument, saying: "3×\(side)") {
                try PicturePreparation(size: size).validate()
            }
        }
        let preparation = PicturePreparation(
            size: Size(height: 3, width: 16_384), fit: .pad, isGrey: true, padding: .black)
        try preparation.validate()
        #expect(
            try JSONDecoder().decode(PicturePreparation.self, from: JSONEncoder().encode(preparation))
                == preparation)
        let picture = noise(2, 5, 3, seed: 3)
        #expect(PicturePreparation().channels(of: picture) == 3 && preparation.channels(of: picture) == 1)
        #expect(
            PicturePreparation().shape(of: picture, channels: 3)
                == ImageShape(height: 2, width: 5, channels: 3))
        #expect(preparation.shape(of: picture, channels: 1) == ImageShape(height: 3, width: 16_384))
    }
}
