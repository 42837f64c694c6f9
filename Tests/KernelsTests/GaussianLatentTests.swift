import Glibc
import Kernels
import ReferenceKernels
import Testing

/// Sampling and the divergence against their definitions in Double.
@Suite("Gaussian latents")
struct GaussianLatentTests {
    let means: [Float]
    let logVariances: [Float]
    let noise: [Float]

    init() {
        var random = SplitMix(state: 1)
        // Far from the prior, near it, so near that σ² − 1 − log σ² would cancel to nothing, and on it.
        let scales: [Float] = [20, 3, 1, 1e-2, 1e-4, 1e-7, 0]
        means = scales.flatMap { scale in random.values(12).map { scale * $0 } }
        logVariances = scales.flatMap { scale in random.values(12).map { scale * $0 } }
        noise = random.values(84).map { 4 * $0 }
    }

    /// Computed in Double and rounded once; the factor covers Double's own rounding.
    @Test(arguments: [1, 2, 3, 7, 84])
    func divergence(count: Int) throws {
        let (mean, logVariance) = (try Guarded(means), try Guarded(logVariances))
        let result = try Guarded(untouched: count)
        GaussianLatent.klDivergence(
            mean: mean.region, logVariance: logVariance.region, count: count, into: result.region)
        let expected = Reference.klDivergence(
            mean: means.doubles, logVariance: logVariances.doubles, count: count)
        let limits = expected.map { 1.001 * unitRoundoff * $0 }
        #expect(excess(result.values, expected, bounds: limits) <= 1)
        #expect(result.values.allSatisfy { $0 >= 0 })
        #expect(areIntact([mean, logVariance, result]))
    }

    /// A closed form by hand: KL(N(1, e²) ‖ N(0, 1)) = ½(1 + e² − 1 − 2).
    @Test func divergenceByHand() throws {
        let (mean, logVariance) = (try Guarded([1, 0]), try Guarded([2, 0]))
        let result = try Guarded(untouched: 2)
        GaussianLatent.klDivergence(
            mean: mean.region, logVariance: logVariance.region, count: 2, into: result.region)
        #expect(result.values == [Float((exp(2.0) - 2) / 2), 0])
        #expect(areIntact([mean, logVariance, result]))
    }

    /// expf is within a unit, the product and the sum are rounded once each: 4·u at most.
    @Test func samples() throws {
        let (mean, logVariance) = (try Guarded(means), try Guarded(logVariances))
        let (epsilon, z) = (try Guarded(noise), try Guarded(untouched: noise.count))
        GaussianLatent.sample(
            mean: mean.region, logVariance: logVariance.region, noise: epsilon.region, into: z.region)
        let deviations = logVariances.doubles.map { exp($0 / 2) }
        let expected = means.indices.map { Double(means[$0]) + deviations[$0] * Double(noise[$0]) }
        let limits = means.indices.map {
            4 * unitRoundoff * (abs(Double(means[$0])) + abs(deviations[$0] * Double(noise[$0])))
        }
        #expect(excess(z.values, expected, bounds: limits) <= 1)
        epsilon.region.fill(with: 0)
        GaussianLatent.sample(
            mean: mean.region, logVariance: logVariance.region, noise: epsilon.region, into: z.region)
        #expect(z.values == means)
        #expect(areIntact([mean, logVariance, epsilon, z]))
    }

    /// Each of the two terms has at most five roundings, functions within a unit counted twice: 6·u of their sizes.
    @Test(arguments: [1, 0, 0.03, 4] as [Float])
    func backward(weight: Float) throws {
        var random = SplitMix(state: 2)
        let incoming = random.values(means.count)
        let (mean, logVariance) = (try Guarded(means), try Guarded(logVariances))
        let (epsilon, zGradient) = (try Guarded(noise), try Guarded(incoming))
        let (toMean, toVariance) = (
            try Guarded(untouched: means.count), try Guarded(untouched: means.count)
        )
        GaussianLatent.backward(
            zGradient: zGradient.region, mean: mean.region, logVariance: logVariance.region,
            noise: epsilon.region, weight: weight, meanGradient: toMean.region,
            logVarianceGradient: toVariance.region)
        let w = Double(weight)
        for index in means.indices {
            let (g, mu) = (Double(incoming[index]), Double(means[index]))
            let (l, e) = (Double(logVariances[index]), Double(noise[index]))
            let (path, pull) = (g * exp(l / 2) * e / 2, w * expm1(l) / 2)
            #expect(
                abs(Double(toMean.values[index]) - (g + w * mu)) <= 2 * unitRoundoff * (abs(g) + abs(w * mu)))
            #expect(
                abs(Double(toVariance.values[index]) - (path + pull)) <= 6 * unitRoundoff
                    * (abs(path) + abs(pull)))
        }
        #expect(areIntact([mean, logVariance, epsilon, zGradient, toMean, toVariance]))
    }

    /// The gradients are slopes of z·g + w·KL, in Double by central differences (h = 1e-5, off by about h²).
    @Test func gradientsAreSlopes() throws {
        let (mu, l, e, g, w) = (0.7, -0.9, 1.3, 0.4, 0.25)
        func objective(_ mu: Double, _ l: Double) -> Double {
            g * (mu + exp(l / 2) * e)
                + w * Reference.klDivergence(mean: [mu], logVariance: [l], count: 1)[0]
        }
        let regions = try [g, mu, l, e, 0, 0].map { try Guarded([Float($0)]) }
        GaussianLatent.backward(
            zGradient: regions[0].region, mean: regions[1].region, logVariance: regions[2].region,
            noise: regions[3].region, weight: Float(w), meanGradient: regions[4].region,
            logVarianceGradient: regions[5].region)
        let slopes = [
            (objective(mu + 1e-5, l) - objective(mu - 1e-5, l)) / 2e-5,
            (objective(mu, l + 1e-5) - objective(mu, l - 1e-5)) / 2e-5,
        ]
        #expect(abs(Double(regions[4].values[0]) - slopes[0]) < 1e-6)
        #expect(abs(Double(regions[5].values[0]) - slopes[1]) < 1e-6)
        #expect(areIntact(regions))
    }
}
