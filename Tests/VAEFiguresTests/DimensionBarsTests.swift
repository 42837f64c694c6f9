import Testing
import VAECore

@testable import VAEFigures

@Suite struct DimensionBarsTests {
    /// Columns in which a colour stands, of the upper and of the lower panel.
    private func columns(_ figure: DimensionBars, _ colour: Colour, upper: Bool) throws -> [Int: Int] {
        let raster = try figure.raster()
        let rows = upper ? 90..<300 : 330..<Int(figure.size.height)
        var heights: [Int: Int] = [:]
        for y in rows {
            for x in 95..<raster.width - 152 where raster.colour(x: x, y: y) == colour {
                heights[x, default: 0] += 1
            }
        }
        return heights
    }

    @Test func barsGoByDivergenceAndShowWhatIsActive() throws {
        let figure = try DimensionBars(
            kl: [0.001, 2, 1], variance: [1e-5, 0.9, 0.3], title: "t", subtitle: "s")
        let blue = try columns(figure, Palette.primary, upper: true)
        // Slots of 340 / 3 pixels from x = 92 on, with bars of 44: the largest first, the inactive one grey.
        let tall = try #require(blue[92 + 57])
        let half = try #require(blue[92 + 170])
        #expect(abs(Double(tall) / Double(half) - 2) < 0.05)
        #expect(blue[92 + 283] == nil)
        let lower = try columns(figure, Palette.primary, upper: false)
        #expect(lower[92 + 57] != nil && lower[92 + 170] != nil && lower[92 + 283] == nil)
        // 1e-5 is a bar of no height on an axis that begins there, in the colour of what is inactive.
        let wide = try DimensionBars(kl: [1, 0.5], variance: [1, 0.005])
        let grey = try columns(wide, .frame, upper: true)
        #expect((grey[92 + 255] ?? 0) > 50)
    }

    @Test(arguments: [1, 2, 10, 64, 300])
    func anyNumberFits(count: Int) throws {
        let kl = (0..<count).map { 3 / Double($0 + 1) }
        let figure = try DimensionBars(
            kl: kl, variance: kl.map { $0 * $0 / 9 }, title: String(repeating: "long title ", count: 30))
        let raster = try figure.raster()
        for edge in [
            Rect(x: 0, y: 0, width: figure.size.width, height: 8),
            Rect(x: figure.size.width - 6, y: 0, width: 6, height: figure.size.height),
            Rect(x: 0, y: figure.size.height - 6, width: figure.size.width, height: 6),
        ] { #expect(raster.inked(in: edge) == 0) }
        #expect(figure.size.width <= 1102)
        #expect(XMLReading(try figure.svg()).isWellFormed)
    }

    @Test func extremeAndImpossibleValues() throws {
        for value in [0, -1, 1e300, .leastNonzeroMagnitude] {
            #expect(try DimensionBars(kl: [value, 1], variance: [value, 1]).png().count > 1000)
        }
        func kind(_ kl: [Double], _ variance: [Double]) -> VAEError.Kind? {
            failure { () throws(VAEError) in try DimensionBars(kl: kl, variance: variance) }?.kind
        }
        #expect(kind([], []) == .invalidArgument && kind([1], [1, 2]) == .invalidArgument)
        #expect(kind([.nan], [1]) == .invalidData && kind([1], [.infinity]) == .invalidData)
    }

    @Test func smallDigits() {
        #expect(1203.subscripted == "₁₂₀₃" && (-45).raised == "⁻⁴⁵")
    }
}
