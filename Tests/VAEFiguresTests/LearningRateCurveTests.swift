import Foundation
import Testing
import VAECore

@testable import VAEFigures

@Suite struct LearningRateCurveTests {
    private let rates = (0...60).map { pow(10, Double($0) / 10 - 6) }

    /// Flat, down and up again.
    private var smoothed: [Double] {
        rates.map { rate in 500 - 300 / (1 + 1e-3 / rate) + (rate > 0.1 ? 4000 * (rate - 0.1) : 0) }
    }

    private func curve(
        _ smoothed: [Double], suggestion: Double? = 2e-3, size: Size = Size(width: 760, height: 460)
    ) throws -> LearningRateCurve {
        try LearningRateCurve(
            rates: rates, losses: smoothed.map { $0 + 3 }, smoothed: smoothed, suggestion: suggestion,
            title: "t", subtitle: "s", size: size)
    }

    @Test func theSuggestionIsMarkedWhereItIs() throws {
        let raster = try curve(smoothed).raster()
        let whole = Rect(x: 0, y: 92, width: 760, height: 300)
        #expect(raster.count(of: Palette.primary, in: whole) > 500)
        // The dashes of one line: a rate ten times as high lies a sixth of the axis further to the right.
        func columns(_ figure: LearningRateCurve) throws -> [Int] {
            let raster = try figure.raster()
            return (0..<760).filter {
                raster.count(of: Palette.secondary, in: Rect(x: Double($0), y: 92, width: 1, height: 250))
                    > 60
            }
        }
        let (low, high) = try (columns(curve(smoothed)), columns(curve(smoothed, suggestion: 2e-2)))
        let (a, b) = try (#require(low.first), #require(high.first))
        #expect(low.count <= 3 && high.count <= 3 && (90...120).contains(b - a), "\(low) \(high)")
        #expect(try columns(curve(smoothed, suggestion: nil)).isEmpty)
        #expect(try columns(curve(smoothed, suggestion: 30)).isEmpty)
        #expect(XMLReading(try curve(smoothed).svg()).isWellFormed)
    }

    /// What rises without bound is cut off, and what is not finite leaves a gap.
    @Test func endsThatDivergeDoNotPressTheRestFlat() throws {
        let whole = Rect(x: 0, y: 92, width: 760, height: 300)
        let plain = try curve(smoothed).raster().count(of: Palette.primary, in: whole)
        var wild = smoothed
        for step in 55...60 { wild[step] = pow(10, Double(step)) }
        let found = try curve(wild).raster().count(of: Palette.primary, in: whole)
        #expect(abs(found - plain) < plain / 4, "\(found) \(plain)")
        wild[60] = .infinity
        wild[30] = .nan
        #expect(try curve(wild).raster().count(of: Palette.primary, in: whole) > plain / 2)
        // A loss that stays as it is, and one below 0.
        _ = try curve(rates.map { _ in 7 }).png()
        _ = try curve(smoothed.map { $0 - 2000 }).png()
    }

    @Test func badInput() throws {
        func refused(_ kind: VAEError.Kind, _ body: () throws -> Void) {
            let error = #expect(throws: VAEError.self) { try body() }
            #expect(error?.kind == kind)
        }
        refused(.invalidArgument) {
            _ = try LearningRateCurve(rates: [1e-3], losses: [1], smoothed: [1], suggestion: nil)
        }
        refused(.invalidArgument) {
            _ = try LearningRateCurve(rates: [1e-3, 1e-2], losses: [1], smoothed: [1, 2], suggestion: nil)
        }
        for rates in [[1e-2, 1e-3], [0, 1], [1, .infinity], [1, .nan], [1, 1]] {
            refused(.invalidArgument) {
                _ = try LearningRateCurve(rates: rates, losses: [1, 2], smoothed: [1, 2], suggestion: nil)
            }
        }
        refused(.invalidArgument) { _ = try curve(smoothed, size: Size(width: 300, height: 460)) }
        refused(.invalidData) { _ = try curve(rates.map { _ in .nan }) }
    }
}
