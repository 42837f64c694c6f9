import Foundation
import Testing
@testable import VAE
import VAECore

@testable import VAEEvaluation

/// Mutual information and gap where they are known.
@Suite("Aggregate posterior")
struct AggregatePosteriorTests {
    private func encoding(_ mean: [Double], _ variance: [Double], size: Int) -> Encoding {
        Encoding(
            latentSize: size, mean: mean.map { Float($0) }, logVariance: variance.map { Float(log($0)) })
    }

    /// What z says nothing about: every image has the same posterior.
    @Test func equalPosteriors() throws {
        let equal = encoding(
            (0..<300).map { $0.isMultiple(of: 2) ? 1 : -0.5 }, [Double](repeating: 0.25, count: 300), size: 2)
        let found = try AggregatePosterior(of: equal)
        // Both densities are the same up to the rounding of single precision.
        #expect(abs(found.mutualInformation.mean) < 1e-5 && !found.isSaturated)
        // ½(1 + ¼) of the means and the variances' ¼ − 1 − ln ¼.
        let kl = 0.5 * 1.25 + 0.25 - 1 - log(0.25)
        #expect(abs(found.gap.mean - kl) < 1e-5)
        #expect(found.images == 150 && found.draws == 1 && found.limit == log(150))
    }

    /// Posteriors that no draw confuses: z names the image, which is all that can be said about it.
    @Test func separatePosteriors() throws {
        let apart = encoding(
            (0..<200).map { Double($0) - 100 }, [Double](repeating: 1e-4, count: 200), size: 1)
        let found = try AggregatePosterior(of: apart)
        #expect(abs(found.mutualInformation.mean - log(200)) < 1e-4)
        #expect(found.isSaturated)
    }

    /// Means of variance 1 − s² and posteriors of variance s² make a standard normal: I = −½ ln s² in each dimension, and no gap.
    @Test func posteriorsThatMakeUpThePrior() throws {
        let (count, s2) = (4000, 0.25)
        let quantiles = (0..<count).map { normalQuantile((Double($0) + 0.5) / Double(count)) }
        // In the second dimension the same ones in an order that has nothing to do with the first.
        let mean = (0..<count).flatMap { index in
            [quantiles[index], quantiles[index * 1597 % count]].map { $0 * (1 - s2).squareRoot() }
        }
        let found = try AggregatePosterior(
            of: encoding(mean, [Double](repeating: s2, count: 2 * count), size: 2), seed: 3)
        let error = found.mutualInformation.standardError
        #expect(error > 0.005 && error < 0.03)
        // Four standard errors, and what a mixture of 4,000 in the plane lacks of its limit: each z is shared with some
        // 4000 · s² posteriors, so that the mixture's density is off by about 1/√1000, and its logarithm by the square of that.
        let exact = -log(s2)
        #expect(abs(found.mutualInformation.mean - exact) < 4 * error + 0.005, "\(found)")
        #expect(abs(found.gap.mean) < 4 * found.gap.standardError + 0.005, "\(found)")
        #expect(!found.isSaturated)
    }

    /// Three posteriors on a line, against an integral by Simpson's rule.
    @Test func fewPosteriors() throws {
        let (mean, variance) = ([-1.0, 0.2, 0.6], [0.3, 0.05, 1.5])
        func density(_ z: Double, _ index: Int) -> Double {
            exp(-0.5 * pow(z - mean[index], 2) / variance[index])
                / (2 * Double.pi * variance[index]).squareRoot()
        }
        var (information, gap) = (0.0, 0.0)
        let steps = 20_000
        for step in 0...steps {
            let z = -12 + 24 * Double(step) / Double(steps)
            let weight =
                (step == 0 || step == steps ? 1 : step.isMultiple(of: 2) ? 2 : 4) * 24 / Double(3 * steps)
            let all = (0..<3).map { density(z, $0) }
            let mixture = all.reduce(0, +) / 3
            for part in all where part > 0 { information += weight * part * log(part / mixture) / 3 }
            gap += weight * mixture * (log(mixture) + 0.5 * z * z + 0.5 * log(2 * Double.pi))
        }
        let found = try AggregatePosterior(
            of: encoding(mean, variance, size: 1), draws: 100_000, seed: 1)
        // ln q(z|x) − ln q(z) has a spread below 1, and 300,000 draws are five times 0.002 off once in a million.
        #expect(abs(found.mutualInformation.mean - information) < 0.01, "\(found) for \(information)")
        #expect(abs(found.gap.mean - gap) < 0.01, "\(found) for \(gap)")
    }

    @Test func partsAddUpAndThreadsDoNotShow() throws {
        let mean = (0..<90).map { sin(Double($0)) * 2 }
        let variance = (0..<90).map { exp(-Double($0 % 7) / 2) }
        let some = encoding(mean, variance, size: 3)
        let one = try AggregatePosterior(of: some, draws: 3, seed: 9, threads: 1)
        let kl = LatentActivity(of: some).kl.reduce(0, +)
        // By construction, but for the rounding of Double.
        #expect(abs(one.mutualInformation.mean + one.gap.mean - kl) < 1e-12 * kl)
        for threads in [2, 3, 8] {
            #expect(try AggregatePosterior(of: some, draws: 3, seed: 9, threads: threads) == one)
        }
        #expect(try AggregatePosterior(of: some, draws: 3, seed: 8) != one)
        var last = 0
        _ = try AggregatePosterior(of: some) { last = $0 }
        #expect(last == 30)
    }

    @Test func badInputIsRefused() throws {
        let fine = encoding([0, 1], [1, 1], size: 1)
        for (draws, threads) in [(0, 1), (1, 0)] {
            let error = #expect(throws: VAEError.self) {
                try AggregatePosterior(of: fine, draws: draws, threads: threads)
            }
            #expect(error?.kind == .invalidArgument)
        }
        for (mean, variance) in [([0, Double.nan], [1.0, 1]), ([0, 1], [1, .infinity])] {
            let error = #expect(throws: VAEError.self) {
                try AggregatePosterior(of: encoding(mean, variance, size: 1))
            }
            #expect(error?.kind == .invalidData)
        }
        #expect(throws: VAEError.self) { try AggregatePosterior(of: encoding([], [], size: 1)) }
    }

    /// A prior that is the mixture of the posteriors has no gap, whatever their number; and one of two components that are both N(0, I) is measured
    /// by draws, and agrees with the closed form within their error.
    @Test func learnedPriors() throws {
        let (mean, variance) = ([-1.0, 2, 0.2, -0.6, 3, 0.1], [0.3, 0.5, 0.05, 1.5, 0.2, 0.8])
        let three = encoding(mean, variance, size: 2)
        let own = PriorComponents(
            size: 2, weights: [1, 1, 1].map { $0 / 3 }, means: three.mean.map(Double.init),
            variances: three.logVariance.map { exp(Double($0)) })
        let found = try AggregatePosterior(of: three, prior: own, draws: 50, seed: 1)
        // Both densities are of the same points, one of them from single precision.
        #expect(abs(found.gap.mean) < 1e-5 && found.mutualInformation.mean > 0.5)

        let many = encoding(
            (0..<800).map { normalQuantile((Double($0) + 0.5) / 800) }, [Double](repeating: 0.4, count: 800),
            size: 2)
        let twice = PriorComponents(
            size: 2, weights: [0.3, 0.7], means: [0, 0, 0, 0], variances: [1, 1, 1, 1])
        let (drawn, closed) = try (
            AggregatePosterior(of: many, prior: twice, draws: 20, seed: 2),
            AggregatePosterior(of: many, draws: 20, seed: 2)
        )
        #expect(drawn.mutualInformation == closed.mutualInformation && drawn.gap != closed.gap)
        #expect(abs(drawn.gap.mean - closed.gap.mean) < 4 * drawn.gap.standardError)
    }

    /// ln p(z) of a prior by itself and by the mixture that clusters are measured with: the same Gaussians, by other ways.
    @Test func priorsAreMixtures() throws {
        let prior = PriorComponents(
            size: 2, weights: [0.25, 0.75], means: [-1, 0.5, 2, -3], variances: [0.5, 2, 1, 0.1])
        let points: [Float] = [0, 0, -1, 1, 2, -2.5, 30, 4]
        let mixture = try GaussianMixture(prior).logLikelihood(of: Points(points, size: 2))
        let mean = (0..<4).reduce(0) { $0 + prior.logDensity(points[2 * $1..<2 * $1 + 2]) } / 4
        #expect(abs(mixture.mean - mean) < 1e-9 * abs(mean))
        let spread = prior.spread(along: [0.6, 0.8])
        // By hand: centres −0.2 and −1.2, variances 1.46 and 0.424.
        #expect(abs(spread.mean - (0.25 * -0.2 + 0.75 * -1.2)) < 1e-12)
        let square = 0.25 * (1.46 + 0.04) + 0.75 * (0.424 + 1.44)
        #expect(abs(spread.deviation - (square - spread.mean * spread.mean).squareRoot()) < 1e-12)
    }

    /// In units of a prior, an encoding that is the prior's mean and spread is N(0, 1); N(0, I) leaves all as it is.
    @Test func encodingsInUnitsOfAPrior() throws {
        let prior = PriorComponents(size: 2, weights: [1], means: [3, -2], variances: [4, 0.25])
        let one = encoding([3, -2, 5, -1.5], [4, 0.25, 1, 0.0625], size: 2).relative(to: prior)
        let expected = [0, 0, 1, 1, 0, 0, -1.386294361, -1.386294361]
        for (found, expected) in zip(one.mean + one.logVariance, expected) {
            #expect(abs(Double(found) - expected) < 1e-6)
        }
        let plain = encoding([3, -2], [4, 0.25], size: 2)
        #expect(plain.relative(to: .standard(size: 2)) == plain)
        #expect(LatentActivity(of: one).kl[0] > 0)
    }
}
