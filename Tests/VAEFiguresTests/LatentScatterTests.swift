import Foundation
import Testing
import VAECore

@testable import VAEFigures

@Suite struct LatentScatterTests {
    @Test func mediansAreWhereThePointsAre() throws {
        let (points, labels) = clusters(3000, classes: 3, spacing: 5)
        let medians = try LatentScatter(points: points, labels: labels).medians()
        #expect(medians.map(\.label) == [0, 1, 2])
        for (label, median) in medians {
            #expect(abs(median.x - Double(label) * 5) < 0.05)
            #expect(abs(median.y) < 0.05)
        }
    }

    /// A narrow cluster off the prior has room for its dots: three hundredths of what is shown, not of the cluster.
    @Test func noDotIsCutByTheFrame() throws {
        let points = (0..<40).map { SIMD2<Float>(Float($0) / 20 - 1, 2.5 + 0.001 * Float($0 % 7)) }
        let limits = try LatentScatter.Limits(fitting: points)
        #expect(limits.y.lowerBound == -2.15 && limits.x == -2.15...2.15)
        #expect(abs(limits.y.upperBound - (2.506 + 0.03 * 4.506)) < 1e-6)
        // Where points lie beyond the prior on both sides it is as without it.
        let wide = [SIMD2<Float>(-4, -5), SIMD2<Float>(6, 5)]
        let (one, other) = (
            try LatentScatter.Limits(fitting: wide),
            try LatentScatter.Limits(fitting: wide, showsPrior: false)
        )
        #expect(
            abs(one.x.upperBound - other.x.upperBound) < 1e-9
                && abs(one.y.lowerBound - other.y.lowerBound) < 1e-9)
        let flat = try LatentScatter.Limits(fitting: [SIMD2<Float>(3, 3)])
        #expect(flat.x.upperBound > 3.1 && flat.x.lowerBound == -2.15)
    }

    @Test func medianAndQuantilesByHand() {
        #expect(ScatterStatistics.median([Point(1, 9), Point(5, 7), Point(2, 100)]) == Point(2, 9))
        #expect(ScatterStatistics.median([Point(1, 0), Point(2, 4)]) == Point(1.5, 2))
        #expect(ScatterStatistics.quantile(0.25, ofSorted: [0, 1, 2, 3, 4]) == 1)
        #expect(ScatterStatistics.quantile(1, ofSorted: [3]) == 3)
    }

    @Test func everyClassIsDrawnInItsColour() throws {
        let (points, labels) = clusters(400, classes: 10)
        let figure = try LatentScatter(points: points, labels: labels, title: "t", subtitle: "s")
        let raster = try figure.raster()
        let legend = Rect(x: 860, y: 80, width: 140, height: 400)
        for colour in Palette.classes {
            #expect(raster.count(of: colour, in: legend) > 60, "legend mark \(colour)")
        }
        // Classes lie in a row from left to right, so their colours' places must ascend.
        var places: [Double] = []
        for colour in Palette.classes {
            let pale = pixels(near: colour, in: raster)
            #expect(pale.count > 12, "dots \(colour)")
            places.append(Double(pale.reduce(0, +)) / Double(pale.count))
        }
        #expect(places == places.sorted())
    }

    /// The columns of pixels in the plot that look like `colour` drawn once or more over white.
    private func pixels(near colour: Colour, in raster: Raster) -> [Int] {
        let candidates = Set(stride(from: 0.0, to: 0.5, by: 0.005).map { colour.mixed(with: .white, by: $0) })
        var columns: [Int] = []
        for y in 90..<800 {
            for x in 90..<840 where candidates.contains(raster.colour(x: x, y: y)) { columns.append(x) }
        }
        return columns
    }

    @Test func titleAxesAndLegendAreThere() throws {
        let (points, labels) = clusters(100, classes: 2)
        let raster = try LatentScatter(points: points, labels: labels, title: "Title", subtitle: "Subtitle")
            .raster()
        #expect(raster.inked(in: Rect(x: 70, y: 15, width: 300, height: 28)) > 200)
        #expect(raster.inked(in: Rect(x: 70, y: 46, width: 300, height: 18)) > 100)
        #expect(raster.inked(in: Rect(x: 400, y: 850, width: 150, height: 40)) > 15)
        #expect(raster.inked(in: Rect(x: 10, y: 350, width: 30, height: 200)) > 15)
        #expect(raster.inked(in: Rect(x: 860, y: 80, width: 130, height: 60)) > 100)
        // Nothing touches the edge of the picture.
        for edge in [
            Rect(x: 0, y: 0, width: 1000, height: 8), Rect(x: 0, y: 892, width: 1000, height: 8),
            Rect(x: 0, y: 0, width: 8, height: 900), Rect(x: 992, y: 0, width: 8, height: 900),
        ] { #expect(raster.inked(in: edge) == 0) }
    }

    @Test func pointsWithoutLabelsHaveOneColour() throws {
        let points = clusters(100, classes: 2).0
        let figure = try LatentScatter(points: points, showsPrior: false)
        let raster = try figure.raster()
        #expect(pixels(near: Palette.primary, in: raster).count > 200)
        for colour in Palette.classes { #expect(raster.count(of: colour) == 0) }
        #expect(figure.medians().count == 1)
    }

    @Test func pointsThatAreNotFiniteAreSkipped() throws {
        var (points, labels) = clusters(50, classes: 2)
        let clean = try LatentScatter(points: points, labels: labels).medians()
        points += [SIMD2(.nan, 0), SIMD2(0, .infinity), SIMD2(-.infinity, .nan)]
        labels += [0, 1, 9]
        let figure = try LatentScatter(points: points, labels: labels)
        #expect(figure.medians().map(\.median) == clean.map(\.median))
        // The note at the bottom right says so.
        #expect(try figure.raster().inked(in: Rect(x: 650, y: 870, width: 340, height: 20)) > 200)
    }

    @Test func afarPointDoesNotSquashTheRest() {
        var values = (0..<2000).map { Double($0) / 1000 }
        #expect(ScatterStatistics.robustRange(values) == 0...1.999)
        values += [1e6, -1e30]
        #expect(ScatterStatistics.robustRange(values).lowerBound > -0.5)
        #expect(ScatterStatistics.robustRange(values).upperBound < 2.5)
        #expect(ScatterStatistics.robustRange([0, 1, 2, 3, 1000]) == 0...3)
        #expect(ScatterStatistics.robustRange([4, 4, 4]) == 4...4)
    }

    @Test func extremeValuesDoNotTrap() throws {
        let most = Float.greatestFiniteMagnitude
        for points in [
            [SIMD2<Float>(0, 0)], [SIMD2(most, -most), SIMD2(-most, most)],
            [SIMD2(1e30, 1e30), SIMD2(1e30, 1e30)],
            [SIMD2(.leastNonzeroMagnitude, 0), SIMD2(0, 0)],
        ] {
            for showsPrior in [true, false] {
                let figure = try LatentScatter(
                    points: points, labels: points.map { _ in 200 }, showsPrior: showsPrior)
                #expect(try figure.png().count > 1000)
            }
        }
        let (points, _) = clusters(512, classes: 256)
        let labels = points.indices.map { Int($0 % 256) }
        #expect(try LatentScatter(points: points, labels: labels).png().count > 1000)
    }

    @Test func impossibleInputIsAnError() {
        func kind(_ points: [SIMD2<Float>], _ labels: [Int]? = nil, _ size: Size? = nil) -> VAEError.Kind? {
            failure { () throws(VAEError) in
                try LatentScatter(
                    points: points, labels: labels, size: size ?? Size(width: 1000, height: 900))
            }?.kind
        }
        #expect(kind([]) == .invalidArgument)
        #expect(kind([SIMD2(0, 0)], []) == .invalidArgument)
        #expect(kind([SIMD2(0, 0)], [1, 2]) == .invalidArgument)
        #expect(kind([SIMD2(.nan, 0)]) == .invalidData)
        #expect(kind([SIMD2(0, 0)], nil, Size(width: 100, height: 100)) == .invalidArgument)
        #expect(kind([SIMD2(0, 0)], nil, Size(width: .nan, height: 900)) == .invalidArgument)
        #expect(kind([SIMD2(0, 0)]) == nil)
    }

    @Test func tenThousandPointsAreQuickAndSmall() throws {
        let (points, labels) = clusters(10_000, classes: 10, spacing: 0.7, spread: 2)
        let figure = try LatentScatter(points: points, labels: labels, title: "10,000 points")
        var (png, svg): ([UInt8], [UInt8]) = ([], [])
        // The best of three, as other tests run at the same time.
        let times = try (0..<3).map { _ in
            try ContinuousClock().measure { (png, svg) = (try figure.png(), try figure.svg()) }
        }
        #expect(times.contains { $0 < .seconds(1) }, "\(times)")
        #expect(png.count < 1_000_000)
        #expect(svg.count < 1_500_000)
        #expect(XMLReading(svg).isWellFormed)
    }

    @Test func namesThatWouldOverlapMoveApart() {
        let bounds = Rect(x: 0, y: 0, width: 200, height: 200)
        let sizes = [Size](repeating: Size(width: 20, height: 20), count: 5)
        let places = ScatterStatistics.spread(
            [Point(100, 100), Point(103, 100), Point(100, 104), Point(150, 20), Point(199, 199)],
            sizes: sizes,
            within: bounds)
        for i in places.indices {
            for j in places.indices where j > i {
                let apart = abs(places[i] - places[j])
                #expect(apart.x > 19 || apart.y > 19)
            }
        }
        #expect(places[3] == Point(150, 20))
        #expect(places[4] == Point(190, 190))
    }

    private func abs(_ value: Double) -> Double { value.magnitude }
    private func abs(_ point: Point) -> Point { Point(point.x.magnitude, point.y.magnitude) }
}
