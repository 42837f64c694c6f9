import Testing
import VAECore

@testable import VAEFigures

@Suite struct ComparisonCurvesTests {
    private func run(_ epochs: Int, from start: Double, hasTest: Bool = true) -> [EpochReport] {
        (1...epochs).map { epoch in
            let losses = Losses(reconstruction: start + 60 / Double(epoch), kl: 6 + 1 / Double(epoch))
            return EpochReport(
                epoch: epoch, train: losses, test: hasTest ? losses : nil, seconds: 1, imagesPerSecond: 1)
        }
    }

    /// Where the three panels' curves are.
    private let panels = [0, 1, 2].map { Rect(x: 60 + 310 * Double($0), y: 128, width: 290, height: 200) }

    @Test func seedsAreABandAroundTheirMean() throws {
        let groups = [
            ComparisonCurves.Group(name: "a", runs: [run(5, from: 100), run(5, from: 110)]),
            ComparisonCurves.Group(name: "b", runs: [run(5, from: 120)]),
        ]
        let figure = try ComparisonCurves(groups, title: "t")
        let raster = try figure.raster()
        let light = Palette.primary.mixed(with: .white, by: 0.78)
        for panel in panels.prefix(2) {
            #expect(raster.count(of: Palette.primary, in: panel) > 100)
            #expect(raster.count(of: Palette.secondary, in: panel) > 100)
            #expect(raster.count(of: light, in: panel, within: 2) > 1000)
        }
        // A group of one has no band, and so nothing light of its colour.
        let other = Palette.secondary.mixed(with: .white, by: 0.78)
        #expect(raster.count(of: other, in: panels[0], within: 2) < 100)
        #expect(XMLReading(try figure.svg()).isWellFormed)
        // A legend row for each group.
        let alone = try ComparisonCurves([groups[0]], title: "t")
        #expect(figure.size.height - alone.size.height == 22)
    }

    @Test func valuesThatAreNotFiniteAreLeftOut() {
        let band = Band(
            colour: .ink, runs: [[(1, 4), (2, .nan), (3, 6)], [(1, 8), (2, .infinity), (3, .nan), (4, 2)]])
        #expect(band.pieces.map { $0.map(\.epoch) } == [[1], [3, 4]])
        #expect(band.pieces[0][0].least == 4 && band.pieces[0][0].mean == 6 && band.pieces[0][0].largest == 8)
        #expect(band.pieces[1].map(\.mean) == [6, 2])
    }

    @Test func badInput() throws {
        func kind(_ groups: [ComparisonCurves.Group], _ size: Size = Size(width: 1000, height: 400))
            -> VAEError
            .Kind?
        {
            do throws(VAEError) {
                _ = try ComparisonCurves(groups, size: size)
                return nil
            } catch { return error.kind }
        }
        let fine = ComparisonCurves.Group(name: "a", runs: [run(2, from: 1)])
        #expect(kind([fine]) == nil)
        #expect(kind([]) == .invalidArgument)
        #expect(kind([ComparisonCurves.Group(name: "a", runs: [[], []])]) == .invalidArgument)
        #expect(kind(Array(repeating: fine, count: 21)) == .invalidArgument)
        #expect(kind(Array(repeating: fine, count: 20)) == nil)
        #expect(kind([fine], Size(width: 599, height: 400)) == .invalidArgument)
        #expect(kind([ComparisonCurves.Group(name: "a", runs: [run(2, from: .nan)])]) == nil)
    }
}
