import Testing
import VAECore

@testable import VAEFigures

@Suite struct LossCurvesTests {
    private func epochs(_ count: Int, withTest: Bool = true) -> [EpochReport] {
        (0..<count).map { index in
            let rest = 60 / Double(index + 1)
            return report(
                index + 1, Losses(reconstruction: 144 + rest, kl: 6 - rest / 20),
                test: withTest ? Losses(reconstruction: 149 + rest, kl: 6.5 - rest / 20) : nil)
        }
    }

    private func report(_ epoch: Int, _ train: Losses, test: Losses? = nil) -> EpochReport {
        EpochReport(epoch: epoch, train: train, test: test, seconds: 1, imagesPerSecond: 1)
    }

    /// Where the three panels' curves are.
    private let panels = [0, 1, 2].map { Rect(x: 60 + 310 * Double($0), y: 128, width: 290, height: 232) }

    private func counts(_ figure: LossCurves, _ colour: Colour) throws -> [Int] {
        let raster = try figure.raster()
        return panels.map { raster.count(of: colour, in: $0) }
    }

    @Test func everyPanelHasBothCurves() throws {
        let figure = try LossCurves(epochs: epochs(15), title: "t", subtitle: "s")
        for count in try counts(figure, Palette.primary) { #expect(count > 150) }
        for count in try counts(figure, Palette.secondary) { #expect(count > 150) }
        #expect(XMLReading(try figure.svg()).isWellFormed)
    }

    @Test func oneEpochIsADot() throws {
        let figure = try LossCurves(epochs: epochs(1), title: "t", subtitle: "s")
        for count in try counts(figure, Palette.primary) { #expect((15...60).contains(count)) }
        for count in try counts(figure, Palette.secondary) { #expect((15...60).contains(count)) }
    }

    @Test func testValuesMayBeMissing() throws {
        let figure = try LossCurves(epochs: epochs(5, withTest: false), title: "t", subtitle: "s")
        for count in try counts(figure, Palette.primary) { #expect(count > 100) }
        #expect(try counts(figure, Palette.secondary) == [0, 0, 0])
    }

    @Test func whatIsNotFiniteIsSkipped() throws {
        let clean = try counts(LossCurves(epochs: epochs(9), title: "t", subtitle: "s"), Palette.primary)
        let gaps = epochs(9).map { epoch in
            let value = [4: Double.nan, 5: .infinity][epoch.epoch] ?? epoch.train.reconstruction
            return report(epoch.epoch, Losses(reconstruction: value, kl: epoch.train.kl), test: epoch.test)
        }
        let broken = try counts(LossCurves(epochs: gaps, title: "t", subtitle: "s"), Palette.primary)
        for panel in 0...1 { #expect(broken[panel] > 50 && broken[panel] < clean[panel]) }
        #expect(broken[2] == clean[2])
        let noKL = epochs(9).map {
            report($0.epoch, Losses(reconstruction: $0.train.reconstruction, kl: .nan))
        }
        let alone = try counts(LossCurves(epochs: noKL, title: "t", subtitle: "s"), Palette.primary)
        #expect(alone[0] == 0 && alone[1] > 50 && alone[2] == 0)
    }

    @Test func piecesEndAtGaps() {
        let curve = Curve(name: "", colour: .ink, [(1, 5), (2, .nan), (3, 4), (4, 3), (5, .infinity)])
        #expect(curve.pieces == [[Point(1, 5)], [Point(3, 4), Point(4, 3)]])
    }

    @Test func extremeValuesDoNotTrap() throws {
        for value in [0, 1e300, -1e300, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            let losses = Losses(reconstruction: -value, kl: value)
            let log = [
                report(.min, losses), report(.max, losses, test: losses),
                report(3, Losses(reconstruction: 2, kl: 3)),
            ]
            #expect(try LossCurves(epochs: log).png().count > 1000)
        }
        #expect(try LossCurves(epochs: epochs(2000)).png().count > 1000)
    }

    @Test func impossibleInputIsAnError() {
        #expect(failure { () throws(VAEError) in try LossCurves(epochs: []) }?.kind == .invalidArgument)
        let nothing = Losses(reconstruction: .nan, kl: .infinity)
        #expect(
            failure { () throws(VAEError) in try LossCurves(epochs: [report(1, nothing)]) }?.kind
                == .invalidData)
        #expect(
            failure { () throws(VAEError) in
                try LossCurves(epochs: epochs(2), size: Size(width: 100, height: 100))
            }?
            .kind == .invalidArgument)
    }
}
