import Foundation
import Testing
import VAECore
import VAEEvaluation

@testable import VAE
@testable import VAERun

@Suite struct LatentPlaneTests {
    /// Means that spread most along (1, 1, 0)/√2, then along z₃, and hardly at all otherwise.
    private let cloud: Encoding = {
        var means: [Float] = []
        for i in -10...10 {
            for j in -5...5 {
                let (a, b) = (Float(i) * 0.2, Float(j) * 0.2)
                means += [a + 1 + 0.01 * Float((i + j) % 2), a - 0.01 * Float((i + j) % 2), b]
            }
        }
        return Encoding(latentSize: 3, mean: means, logVariance: means.map { _ in 0 })
    }()

    private func product(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }

    @Test func twoDimensionsAreThePlaneItself() throws {
        let encoding = Encoding(latentSize: 2, mean: [1, 2, 3, 4], logVariance: [0, 0, 0, 0])
        let plane = try LatentPlane(of: encoding)
        #expect(plane.coordinates(encoding) == [SIMD2(1, 2), SIMD2(3, 4)])
        #expect(plane.latent(0.5, -2) == [0.5, -2])
        #expect(plane.xLabel == "z₁" && plane.yLabel == "z₂")
        let swapped = try LatentPlane(of: encoding, dimensions: [2, 1])
        #expect(swapped.coordinates(encoding) == [SIMD2(2, 1), SIMD2(4, 3)] && swapped.xLabel == "z₂")
    }

    @Test func oneDimensionShowsWidths() throws {
        let encoding = Encoding(latentSize: 1, mean: [1, -1], logVariance: [0, Float(2 * log(0.5))])
        let plane = try LatentPlane(of: encoding)
        #expect(plane.isLine && plane.latent(2, 9) == [2])
        let points = plane.coordinates(encoding)
        #expect(points[0] == SIMD2(1, 1) && points[1].x == -1 && abs(points[1].y - 0.5) < 1e-6)
        let grid = plane.grid(GridSize(4, for: square), .standard(size: 1))
        #expect(grid.rows == [0] && grid.latents.count == 4 && grid.latents == grid.columns.map { Float($0) })
    }

    @Test func chosenDimensionsLeaveTheOthersAtZero() throws {
        let plane = try LatentPlane(of: cloud, dimensions: [3, 1])
        #expect(plane.latent(2, 5) == [5, 0, 2])
        #expect(plane.xLabel == "z₃" && plane.yLabel == "z₁")
        #expect(plane.coordinates(cloud)[0] == SIMD2(cloud.mean[2], cloud.mean[0]))
    }

    @Test func principalAxesGoThroughTheCloud() throws {
        let plane = try LatentPlane(of: cloud)
        let second = try #require(plane.second)
        // Along the cloud: 2·Var(0.2·i) = 2·0.04·36.67, across it Var(0.2·j) = 0.4.
        // What was added across the line turns the axes by at most 0.01 over the cloud's width of 1.2.
        #expect(abs(abs(plane.first[0]) - 0.5.squareRoot()) < 0.01 && abs(plane.first[2]) < 0.01)
        #expect(abs(abs(second[2]) - 1) < 0.01)
        #expect(abs(product(plane.origin, plane.first)) < 1e-9 && abs(product(plane.origin, second)) < 1e-9)
        // The latent at a point's coordinates is the point itself but for what sticks out of the plane.
        for (index, point) in plane.coordinates(cloud).enumerated() {
            let latent = plane.latent(Double(point.x), Double(point.y))
            for axis in 0..<3 { #expect(abs(latent[axis] - cloud.mean[3 * index + axis]) < 0.03) }
        }
        #expect(plane.xLabel.contains("principal axis 1 of 3"))
    }

    private let square = ImageShape(height: 1, width: 1)

    /// Columns and rows of a grid of 20 by 20 for images of a height and a width.
    @Test(arguments: [
        (28, 28, 20, 20), (1, 1, 20, 20), (20, 40, 20, 20), (5, 200, 5, 40), (200, 5, 40, 5), (28, 1, 40, 5),
        (10, 30, 12, 35),
    ])
    func gridsComeCloserToSquares(height: Int, width: Int, columns: Int, rows: Int) {
        let size = GridSize(20, for: ImageShape(height: height, width: width))
        #expect(size.columns == columns && size.rows == rows)
        let small = GridSize(2, for: ImageShape(height: height, width: width))
        #expect((2...4).contains(small.columns) && (2...4).contains(small.rows))
    }

    @Test func gridsStandForEqualSharesOfThePrior() throws {
        let plane = try LatentPlane(of: Encoding(latentSize: 2, mean: [0, 0], logVariance: [0, 0]))
        let grid = plane.grid(GridSize(2, for: square), .standard(size: 2))
        // Φ⁻¹(¼) and Φ⁻¹(¾).
        #expect(abs(grid.columns[1] - 0.6744898) < 1e-6 && abs(grid.columns[0] + grid.columns[1]) < 1e-12)
        let (low, high) = (Float(grid.columns[0]), Float(grid.columns[1]))
        #expect(grid.latents == [low, high, high, high, low, low, high, low])
    }

    @Test(arguments: [0.3, -2.5, 3.1], [false, true])
    func alignmentUndoesATurn(angle: Double, isMirrored: Bool) throws {
        let axes = try PrincipalAxes(of: cloud)
        let plain = LatentPlane(axes).coordinates(cloud)
        let turned = plain.map { point in
            let (x, y) = (Double(point.x), (isMirrored ? -1 : 1) * Double(point.y))
            return SIMD2(Float(cos(angle) * x - sin(angle) * y), Float(sin(angle) * x + cos(angle) * y))
        }
        let plane = LatentPlane(axes, Alignment(of: plain, to: turned))
        for (found, wanted) in zip(plane.coordinates(cloud), turned) {
            #expect(abs(found.x - wanted.x) < 1e-5 && abs(found.y - wanted.y) < 1e-5)
        }
    }

    @Test func activityAddsUpToTheDivergence() {
        // q of two images: N(1, 1) and N(−1, 1) in z₁, always N(0, 1) in z₂.
        let encoding = Encoding(latentSize: 2, mean: [1, 0, -1, 0], logVariance: [0, 0, 0, 0])
        let activity = LatentActivity(of: encoding)
        #expect(activity.kl == [0.5, 0] && activity.varianceOfMean == [1, 0] && activity.activeUnits == 1)
        // ½(σ² − 1 − ln σ²) at σ² = 4.
        let wide = LatentActivity(of: Encoding(latentSize: 1, mean: [0], logVariance: [Float(log(4.0))]))
        #expect(abs(wide.kl[0] - 0.5 * (3 - log(4.0))) < 1e-6)
        // 0.1² is the threshold itself, which is not above it.
        let edge = LatentActivity(of: Encoding(latentSize: 1, mean: [0.25, 0.05], logVariance: [0, 0]))
        #expect(abs(edge.varianceOfMean[0] - 0.01) < 1e-8)
    }
}
