import Glibc
import Kernels
import ReferenceKernels
import Testing

/// Free bits and capacities against their definitions in Double.
@Suite("Penalties of the divergence")
struct DivergencePenaltyTests {
    let means: [Float]
    let logVariances: [Float]

    init() {
        var random = SplitMix(state: 5)
        // On both sides of the thresholds, and on the prior.
        let scales: [Float] = [3, 1, 0.3, 1e-3, 0]
        means = scales.flatMap { scale in random.values(12).map { scale * $0 } }
        logVariances = scales.flatMap { scale in random.values(12).map { scale * $0 } }
    }

    static let penalties: [DivergencePenalty] = [
        .divergence, .freeBits(0.05), .freeBits(0.4), .capacity(0.3), .capacity(2), .capacity(1e3),
    ]

    /// Computed in Double and rounded once; what cancels in |KL − C| is Double's.
    @Test(arguments: penalties, [1, 5, 12, 60])
    func values(penalty: DivergencePenalty, count: Int) throws {
        let (mean, logVariance) = (try Guarded(means), try Guarded(logVariances))
        let result = try Guarded(untouched: count)
        penalty.measure(mean: mean.region, logVariance: logVariance.region, count: count, into: result.region)
        let expected = Reference.penalty(
            penalty, mean: means.doubles, logVariance: logVariances.doubles, count: count)
        #expect(
            excess(result.values, expected, bounds: expected.map { 1.001 * unitRoundoff * $0 + 1e-12 }) <= 1)
        #expect(areIntact([mean, logVariance, result]))
    }

    /// Two roundings for the mean's slope and six for the other, of the sizes of their terms, as for the divergence alone.
    @Test(arguments: penalties, [1, 5, 12, 60])
    func gradients(penalty: DivergencePenalty, count: Int) throws {
        var random = SplitMix(state: 6)
        let (incoming, noise) = (random.values(60), random.values(60))
        let weight: Float = 0.7
        let inputs = try [incoming, means, logVariances, noise].map { try Guarded($0) }
        let (toMean, toVariance) = (try Guarded(untouched: 60), try Guarded(untouched: 60))
        GaussianLatent.backward(
            zGradient: inputs[0].region, mean: inputs[1].region, logVariance: inputs[2].region,
            noise: inputs[3].region, weight: weight, penalty: penalty, count: count,
            meanGradient: toMean.region, logVarianceGradient: toVariance.region)
        let slopes = Reference.penaltyGradient(
            penalty, mean: means.doubles, logVariance: logVariances.doubles, count: count)
        let paths = incoming.indices.map { index -> Double in
            let deviation = exp(Double(logVariances[index]) / 2)
            return Double(incoming[index]) * deviation * Double(noise[index]) / 2
        }
        let (g, w) = (incoming.doubles, Double(weight))
        let u = unitRoundoff
        #expect(
            excess(
                toMean.values, g.indices.map { g[$0] + w * slopes.mean[$0] },
                bounds: g.indices.map { 2 * u * (abs(g[$0]) + abs(w * slopes.mean[$0])) }) <= 1)
        #expect(
            excess(
                toVariance.values, g.indices.map { paths[$0] + w * slopes.logVariance[$0] },
                bounds: g.indices.map { 6 * u * (abs(paths[$0]) + abs(w * slopes.logVariance[$0])) }) <= 1)
        #expect(areIntact(inputs + [toMean, toVariance]))
    }

    /// Both sides of a corner: 2 nats of one dimension, of which the first 0.5 or 3 cost nothing to keep.
    @Test func byHand() throws {
        let (mean, logVariance) = (try Guarded([2, 0]), try Guarded([0, 0]))
        func measured(_ penalty: DivergencePenalty) throws -> Float {
            let result = try Guarded(untouched: 1)
            penalty.measure(
                mean: mean.region, logVariance: logVariance.region, count: 1, into: result.region)
            #expect(areIntact([mean, logVariance, result]))
            return result.values[0]
        }
        #expect(try measured(.divergence) == 2 && measured(.freeBits(0.5)) == 2.5)
        #expect(try measured(.freeBits(3)) == 6 && measured(.capacity(0.5)) == 1.5)
        #expect(try measured(.capacity(3)) == 1)
    }
}

/// Norms, clipping, decay and averages: each a line of arithmetic.
@Suite("Steps beside Adam's")
struct OptimizerPartsTests {
    /// Squares of Floats are exact in Double; a sum of n has an error of n · 2⁻⁵³ at most.
    @Test func squares() throws {
        var random = SplitMix(state: 3)
        let values = random.values(5000).map { 1e25 * $0 }
        let gradient = try Guarded(values)
        let expected = values.doubles.reduce(0) { $0 + $1 * $1 }
        #expect(GradientNorm.squares(gradient.region) == expected && expected > 1e40)
        #expect(areIntact([gradient]))
    }

    @Test func factors() {
        #expect(GradientNorm.factor(squares: 4, limit: 3) == 1)
        #expect(GradientNorm.factor(squares: 16, limit: 2) == Float(2 / (4 + 1e-6)))
        #expect(GradientNorm.factor(squares: 0, limit: 2) == 1)
        #expect(GradientNorm.factor(squares: .infinity, limit: 2) == 0)
    }

    @Test func decayAndAverage() throws {
        let (parameters, average) = (try Guarded([4, -8, 0]), try Guarded([0, 0, 0]))
        WeightDecay.apply(parameters.region, rate: 0.25)
        #expect(parameters.values == [3, -6, 0])
        MovingAverage.update(average.region, toward: parameters.region, weight: 0.5)
        MovingAverage.update(average.region, toward: parameters.region, weight: 0.5)
        #expect(average.values == [2.25, -4.5, 0])
        #expect(areIntact([parameters, average]))
        // 2/11 at first, and the decay once (1 + t)/(10 + t) is past it.
        #expect(MovingAverage.weight(decay: 0.9, step: 1) == Float(1 - 2.0 / 11))
        #expect(MovingAverage.weight(decay: 0.9, step: 80) == Float(1 - 0.9))
        #expect(MovingAverage.weight(decay: 0.9, step: 79) > Float(1 - 0.9))
    }
}
