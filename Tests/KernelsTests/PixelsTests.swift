import Kernels
import Testing

@Suite("Pixels")
struct PixelsTests {
    /// The nearest float to v / 255, for each of the 256 values. Rounding the quotient to Double first does no harm:
    /// 53 digits are more than twice 24 and two.
    @Test func everyValueIsExact() throws {
        let bytes = (0...255).map(UInt8.init)
        let target = try Guarded(untouched: 256)
        Pixels.scale(bytes.span, range: 0..<256, into: target.region)
        #expect(target.values == bytes.map { Float(Double($0) / 255) })
        #expect(target.values[0] == 0 && target.values[255] == 1 && target.isIntact)
    }

    @Test func rangesAreCopiedFromTheirPlace() throws {
        let bytes = (0...255).map(UInt8.init)
        for range in [0..<0, 0..<1, 255..<256, 3..<20, 100..<163, 256..<256] {
            let target = try Guarded(untouched: range.count)
            Pixels.scale(bytes.span, range: range, into: target.region)
            #expect(target.values == range.map { Float($0) / 255 } && target.isIntact)
        }
    }

    @Test func theUpperHalfOfTheGreysIsWhite() throws {
        let bytes = (0...255).map(UInt8.init)
        let target = try Guarded(untouched: 200)
        Pixels.threshold(bytes.span, range: 30..<230, into: target.region)
        #expect(target.values == (30..<230).map { $0 >= 128 ? 1 : 0 } && target.isIntact)
    }

    /// Every grey value is white as often as it says: within five standard deviations of n draws, √(p(1 − p)/n).
    @Test func drawsHaveTheirProbability() throws {
        let draws = 20_000
        for grey in (0...255).map(UInt8.init) {
            let bytes = [UInt8](repeating: grey, count: draws)
            let target = try Guarded(untouched: draws)
            var stream = RandomStream(seed: 9, purpose: .binarization, item: Int(grey))
            Pixels.draw(bytes.span, range: 0..<draws, from: &stream, into: target.region)
            #expect(target.values.allSatisfy { $0 == 0 || $0 == 1 } && target.isIntact)
            let (share, p) = (Double(target.values.reduce(0, +)) / Double(draws), Double(grey) / 255)
            #expect(abs(share - p) <= 5 * (p * (1 - p) / Double(draws)).squareRoot(), "grey \(grey)")
        }
    }
}
