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
}
