import Testing
import VAECore

@testable import VAEFigures

/// What the scatter plot does where points crowd, and what its frame shows.
@Suite struct PointDensityTests {
    private let rect = Rect(x: 100, y: 50, width: 400, height: 400)

    /// Whether a pixel is one of a dot on its own: 85% of its colour over white, give or take what cairo rounds.
    private func isDot(_ pixel: Colour, of colour: Colour) -> Bool {
        let wanted = colour.mixed(with: .white, by: 0.15)
        return abs(Int(pixel.red) - Int(wanted.red)) <= 4 && abs(Int(pixel.green) - Int(wanted.green)) <= 4
            && abs(Int(pixel.blue) - Int(wanted.blue)) <= 4
    }

    @Test func densityCountsWhatIsNear() {
        // 90 points on one spot, one far away, one in each corner.
        let crowd = [Point](repeating: Point(300, 250), count: 90)
        let others = [Point(150, 400), Point(100, 50), Point(500, 450)]
        let density = PointDensity(crowd + others, in: rect)
        // A square of three cells of 8 pixels a side.
        #expect(density.perPixel(at: Point(300, 250)) == 90 / 576.0)
        #expect(density.perPixel(at: Point(305, 245)) == 90 / 576.0)
        #expect(density.perPixel(at: Point(330, 250)) == 0)
        for point in others { #expect(density.perPixel(at: point) == 1 / 576.0) }
    }

    @Test func dotsShrinkInACrowd() {
        let style = DotStyle(count: 10_000, in: Rect(x: 0, y: 0, width: 770, height: 750))
        let levels = [0.0001, 0.01, 0.1, 0.2, 0.5, 5].map { style.level(density: $0) }
        #expect(levels == levels.sorted() && levels.first == 0 && levels.last == DotStyle.levels - 1)
        let radii = (0..<DotStyle.levels).map { style.radius(level: $0) }
        #expect(radii == radii.sorted(by: >) && radii[0] > 1.8 && radii[0] < 2.3 && radii[5] >= 1)
        // Fewer points are larger dots, a smaller picture has smaller ones.
        #expect(
            DotStyle(count: 100, in: rect).radius(level: 0) > DotStyle(count: 5000, in: rect).radius(level: 0)
        )
        let small = Rect(x: 0, y: 0, width: 200, height: 200)
        #expect(
            DotStyle(count: 100, in: small).radius(level: 0) < DotStyle(count: 100, in: rect).radius(level: 0)
        )
    }

    @Test func aLonelyPointIsSeenBesideACrowd() throws {
        // 2,000 points on a speck, and one of another class where nothing else is.
        var points: [SIMD2<Float>] = (0..<2000).map { index in
            SIMD2<Float>(Float(index % 40) * 0.002, Float(index / 40) * 0.002)
        }
        points.append(SIMD2<Float>(1.5, -1.5))
        let labels: [Int] = [Int](repeating: 1, count: 2000) + [8]
        let raster = try LatentScatter(
            points: points, labels: labels, legendTitle: nil
        ).raster()
        // The class's name stands above its point.
        let stray = ClassLook.looks(forClasses: 2)[1].colour
        let places = (0..<900).flatMap { y in (0..<1000).map { (x: $0, y: y) } }
        #expect(
            places.filter { isDot(raster.colour(x: $0.x, y: $0.y), of: stray) }.count >= 10)
    }

    @Test func limitsAreShared() throws {
        let (near, far) = ([SIMD2<Float>(0, 0), SIMD2(1, 1)], [SIMD2<Float>(-6, 0), SIMD2(5, 4)])
        let limits = try LatentScatter.Limits(fitting: near + far)
        #expect(limits.x.lowerBound < -6 && limits.x.upperBound > 5 && limits.y.upperBound > 4)
        #expect(limits.y.lowerBound == -2.15)
        // With the same limits the frame and its numbers are the same, whatever the points.
        let pictures = try [near, far].map {
            try LatentScatter(points: $0, showsPrior: false, limits: limits).raster()
        }
        let axis = Rect(x: 0, y: 840, width: 1000, height: 60)
        #expect(pictures[0].inked(in: axis) == pictures[1].inked(in: axis))
        let free = try LatentScatter(points: near, showsPrior: false).raster()
        #expect(free.inked(in: axis) != pictures[0].inked(in: axis))
        #expect(
            failure { () throws(VAEError) in try LatentScatter.Limits(fitting: [SIMD2(.nan, 0)]) }?.kind
                == .invalidData)
    }

    @Test func axesOfDifferentKindsHaveScalesOfTheirOwn() throws {
        // A cloud a hundred times as wide as high fills its frame only so.
        let points = (0..<100).map { SIMD2(Float($0), Float($0 % 10) * 0.1) }
        func height(_ hasOneScale: Bool) throws -> Int {
            let raster = try LatentScatter(points: points, showsPrior: false, hasOneScale: hasOneScale)
                .raster()
            let rows = (30..<820).filter { y in
                (100..<960).contains { x in
                    let pixel = raster.colour(x: x, y: y)
                    return Int(pixel.blue) > Int(pixel.red) + 60
                }
            }
            return (rows.last ?? 0) - (rows.first ?? 0)
        }
        let (own, shared) = (try height(false), try height(true))
        #expect(own > 650)
        #expect(shared < 40)
    }

    @Test func namesOfTheCirclesKeepOutOfTheWay() throws {
        // Points all over the upper right, where the names are looked for first, and only one elsewhere.
        let crowd = (0..<2500).map { SIMD2(Float($0 % 50) * 0.04, Float($0 / 50) * 0.04) }
        func ink(_ points: [SIMD2<Float>]) throws -> (upperRight: Int, elsewhere: Int) {
            let raster = try LatentScatter(points: points, legendTitle: nil).raster()
            var counts = (0, 0)
            // The middle of the frame is where z is 0.
            for y in 40..<800 {
                for x in 100..<950 where raster.colour(x: x, y: y) == .ink {
                    if x > 540 && y < 420 { counts.0 += 1 } else { counts.1 += 1 }
                }
            }
            return counts
        }
        let (alone, crowded) = (try ink([SIMD2(0, 0)]), try ink(crowd))
        // The letters leave the upper right for another quarter; the dashes stay.
        #expect(crowded.elsewhere > alone.elsewhere + 10)
        #expect(crowded.upperRight < alone.upperRight - 10)
    }
}
