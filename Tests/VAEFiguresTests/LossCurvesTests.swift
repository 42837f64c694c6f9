import Testing
import VAECore

@testable import VAEFigures

@Suite struct LossCurvesTests {
    private func epochs(_ count: Int, withTest: Bool = true) -> [LossCurves.Epoch] {
        (0..<count).map { index in
            let rest = 60 / Double(index + 1)
            return LossCurves.Epoch(
                index + 1, train: .init(total: 150 + rest, reconstruction: 144 + rest, kl: 6 - rest / 20),
                test: withTest
                    ? .init(total: 155 + rest, reconstruction: 149 + rest, kl: 6.5 - rest / 20) : nil)
        }
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
        var log = epochs(9)
        log[3].train.total = .nan
        log[4].train.total = .infinity
        for index in log.indices { log[index].train.kl = .nan }
        for index in log.indices { log[index].test?.kl = .nan }
        let figure = try LossCurves(epochs: log, title: "t", subtitle: "s")
        let blue = try counts(figure, Palette.primary)
        let clean = try counts(LossCurves(epochs: epochs(9), title: "t", subtitle: "s"), Palette.primary)
        #expect(blue[0] > 50 && blue[0] < clean[0])
        #expect(blue[1] == clean[1])
        #expect(blue[2] == 0)
    }

    @Test func piecesEndAtGaps() {
        let curve = Curve(name: "", colour: .ink, [(1, 5), (2, .nan), (3, 4), (4, 3), (5, .infinity)])
        #expect(curve.pieces == [[Point(1, 5)], [Point(3, 4), Point(4, 3)]])
    }

    @Test func extremeValuesDoNotTrap() throws {
        for value in [0, 1e300, -1e300, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            let losses = LossCurves.Losses(total: value, reconstruction: -value, kl: value)
            let log = [
                LossCurves.Epoch(.min, train: losses), LossCurves.Epoch(.max, train: losses, test: losses),
                LossCurves.Epoch(3, train: .init(total: 1, reconstruction: 2, kl: 3)),
            ]
            #expect(try LossCurves(epochs: log).png().count > 1000)
        }
        #expect(try LossCurves(epochs: epochs(2000)).png().count > 1000)
    }

    @Test func impossibleInputIsAnError() {
        #expect(failure { () throws(VAEError) in try LossCurves(epochs: []) }?.kind == .invalidArgument)
        let nothing = LossCurves.Losses(total: .nan, reconstruction: .nan, kl: .infinity)
        #expect(
            failure { () throws(VAEError) in try LossCurves(epochs: [.init(1, train: nothing)]) }?.kind
                == .invalidData)
        #expect(
            failure { () throws(VAEError) in
                try LossCurves(epochs: epochs(2), size: Size(width: 100, height: 100))
            }?
            .kind == .invalidArgument)
    }
}
