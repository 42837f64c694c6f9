import Glibc
import Kernels
import ReferenceKernels
import Testing

/// The Gaussian likelihood against its definition in Double.
@Suite("Gaussian likelihood")
struct GaussianTests {
    struct Result {
        let losses: [Float]
        let gradient: [Float]
        let logVarianceGradients: [Float]
    }

    /// Everything the kernel gives, with guards around every region.
    func run(
        _ means: [Float], _ targets: [Float], _ logVariance: Float, count: Int, scale: Float = 1
    ) throws -> Result {
        let (m, x) = (try Guarded(means), try Guarded(targets))
        let (losses, slopes) = (try Guarded(untouched: count), try Guarded(untouched: count))
        let gradient = try Guarded(untouched: means.count)
        Gaussian.loss(
            means: m.region, targets: x.region, logVariance: logVariance, count: count, losses: losses.region,
            gradient: gradient.region, logVarianceGradients: slopes.region, scale: scale)
        #expect(areIntact([m, x, losses, slopes, gradient]))
        #expect(zip(m.values, means).allSatisfy { $0.bitPattern == $1.bitPattern })
        return Result(
            losses: losses.values, gradient: gradient.values, logVarianceGradients: slopes.values)
    }

    /// Images of every length: the sum's eight lanes and its tail add up.
    ///
    /// A squared difference takes two roundings with that of m − x twice in it, and pixels/8 + 8 additions follow: their sum is
    /// off by (pixels/8 + 11)·u of itself. All else is done in Double and rounded once.
    @Test(arguments: [-9, -1.3, 0, 0.4, 6] as [Float])
    func sumsOfEveryLength(logVariance: Float) throws {
        var random = SplitMix(state: 2)
        for pixels in Array(1...33) + [99, 784, 1001] {
            for count in [1, 2, 3] {
                let means = random.values(count * pixels).map { 2 * $0 }
                let xs = random.values(count * pixels).map { ($0 + 1) / 2 }
                let scale: Float = 0.37
                let found = try run(means, xs, logVariance, count: count, scale: scale)
                let expected = Reference.gaussianLoss(
                    means: means.doubles, targets: xs.doubles, logVariance: Double(logVariance), count: count)
                let precision = exp(-Double(logVariance))
                let errors = (0..<count).map { image in
                    (image * pixels..<(image + 1) * pixels).reduce(0.0) {
                        let difference = Double(means[$1]) - Double(xs[$1])
                        return $0 + difference * difference
                    }
                }
                let rounding = unitRoundoff * Double(pixels / 8 + 11)
                let limits = zip(errors, expected).map {
                    0.5 * precision * rounding * $0 + 1.001 * unitRoundoff * abs($1)
                }
                #expect(excess(found.losses, expected, bounds: limits) <= 1, "\(count) of \(pixels)")

                let gradient = Reference.gaussianGradient(
                    means: means.doubles, targets: xs.doubles, logVariance: Double(logVariance)
                ).map { Double(scale) * $0 }
                // The difference, the factor and their product are rounded.
                let sizes = zip(means, xs).map {
                    3.001 * unitRoundoff * Double(scale) * precision * abs(Double($0) - Double($1))
                }
                #expect(excess(found.gradient, gradient, bounds: sizes) <= 1)

                let slopes = Reference.gaussianLogVarianceGradient(
                    means: means.doubles, targets: xs.doubles, logVariance: Double(logVariance), count: count
                ).map { Double(scale) * $0 }
                let slopeLimits = zip(errors, slopes).map {
                    Double(scale) * 0.5 * precision * rounding * $0 + 1.001 * unitRoundoff * abs($1)
                }
                #expect(excess(found.logVarianceGradients, slopes, bounds: slopeLimits) <= 1)
            }
        }
    }

    /// By hand: x = m costs ½ ln 2πσ² a pixel, which is negative for a small σ; and an error of 2σ costs 2 more.
    @Test func byHand() throws {
        let logVariance: Float = -4
        let found = try run([0.25, 0.5 + 2 * exp(-2)], [0.25, 0.5], logVariance, count: 2)
        let constant = 0.5 * (log(2 * Double.pi) - 4)
        #expect(found.losses[0] == Float(constant) && found.losses[0] < 0)
        #expect(abs(Double(found.losses[1]) - (constant + 2)) < 1e-6)
        #expect(found.gradient[0] == 0 && found.logVarianceGradients[0] == 0.5)
        #expect(abs(found.logVarianceGradients[1] + 1.5) < 1e-6)
    }

    /// The training step has its gradient written over the means; evaluation wants none.
    @Test func gradientInPlaceOrNone() throws {
        var random = SplitMix(state: 3)
        let (means, xs) = (random.values(2 * 21), random.values(2 * 21).map { ($0 + 1) / 2 })
        let expected = try run(means, xs, -1, count: 2, scale: 0.5)
        let (position, x, losses) = (try Guarded(means), try Guarded(xs), try Guarded(untouched: 2))
        Gaussian.loss(
            means: position.region, targets: x.region, logVariance: -1, count: 2, losses: losses.region,
            gradient: nil, logVarianceGradients: nil, scale: 0)
        #expect(losses.values == expected.losses && position.values == means)
        Gaussian.loss(
            means: position.region, targets: x.region, logVariance: -1, count: 2, losses: losses.region,
            gradient: position.region, logVarianceGradients: nil, scale: 0.5)
        #expect(losses.values == expected.losses && position.values == expected.gradient)
        #expect(areIntact([position, x, losses]))
    }

    /// A network that has left the numbers shows in its loss.
    @Test func brokenMeansShow() throws {
        for (pixels, position) in [(8, 3), (5, 2)] {
            for mean: Float in [.nan, .infinity, -.infinity] {
                var means = [Float](repeating: 0, count: pixels)
                means[position] = mean
                let found = try run(means, [Float](repeating: 0.5, count: pixels), 0, count: 1)
                #expect(!found.losses[0].isFinite && !found.gradient[position].isFinite)
                #expect(!found.logVarianceGradients[0].isFinite)
            }
            for logVariance: Float in [.nan, .infinity, -.infinity, -1e30] {
                let means = [Float](repeating: 0, count: pixels)
                let found = try run(means, [Float](repeating: 0.5, count: pixels), logVariance, count: 1)
                #expect(!found.losses[0].isFinite, "\(logVariance)")
            }
        }
    }
}
