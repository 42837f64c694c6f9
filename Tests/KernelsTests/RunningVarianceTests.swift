import Glibc
import Kernels
import ReferenceKernels
import Testing

/// Variances of Gaussian likelihoods as running means of the squared error.
@Suite("Running variances")
struct RunningVarianceTests {
    private static let kinds: [(any PixelLikelihood & ReferenceLikelihood, parameters: Int, floor: Double)] =
        [
            (Gaussian(), 1, 0), (DiagonalGaussian(shape: [3]), 3, 1e-6),
            (DiagonalGaussian(shape: [2, 5, 3]), 30, 1e-6),
        ]

    private let count = 7, values = 30

    /// One step of the engine on a batch: the new p, through the kernel's own gradient.
    private func step(
        _ likelihood: any PixelLikelihood, _ p: [Float], means: [Float], targets: [Float], step: Int
    ) throws -> [Float] {
        let (m, x) = (try Guarded(means), try Guarded(targets))
        let (losses, parameters) = (try Guarded(untouched: count), try Guarded(p))
        let rows = try Guarded(untouched: count * p.count)
        likelihood.loss(
            m.region, targets: x.region, parameters: parameters.region, count: count, losses: losses.region,
            gradient: LikelihoodGradient(scale: 1 / Float(count), output: m.region, parameters: rows.region))
        let gradient = try Guarded(
            (0..<p.count).map { index in
                (0..<count).reduce(Float(0)) { $0 + rows.values[$1 * p.count + index] }
            })
        likelihood.step(
            parameters.region, gradient: gradient.region, values: values / p.count, step: step)
        #expect(areIntact([m, x, losses, parameters, rows, gradient]))
        return parameters.values
    }

    /// Each σ² is the weighted mean of what it was and of the batch's mean squared error, from its definition in Double.
    ///
    /// The kernel's gradient is ½ n (1 − mean e²/σ²), whose rounding is relative to the larger of 1 and the ratio: 2⁻²⁴ times the thirty
    /// roundings of sums and products behind it, and p itself is rounded to 2⁻²⁴ of 16.
    @Test(arguments: [1, 2, 50, 99, 100, 5000])
    func theVarianceIsTheMeanSquaredError(step number: Int) throws {
        var random = SplitMix(state: 11)
        for (likelihood, parameters, floor) in Self.kinds {
            for start in [-9, -4, -1, 0, 2] as [Float] {
                let p = random.values(parameters).map { start + $0 }
                let means = random.values(count * values)
                let targets = random.values(count * values).map { ($0 + 1) / 2 }
                let found = try step(likelihood, p, means: means, targets: targets, step: number)
                let weight = max(0.01, 1 / Double(number + 1))
                for index in 0..<parameters {
                    var errors = 0.0
                    for value in stride(from: index, to: count * values, by: parameters) {
                        let error = Double(means[value]) - Double(targets[value])
                        errors += error * error
                    }
                    let mean = errors / Double(count * values / parameters)
                    let old = floor + exp(Double(p[index]))
                    let expected = (1 - weight) * old + weight * mean
                    let ratio = max(1, mean / old)
                    let error = abs(floor + exp(Double(found[index])) - expected) / expected
                    #expect(error < 30 * 0x1p-24 * ratio * weight + 16 * 0x1p-24, "\(error) of p \(p[index])")
                }
            }
        }
    }

    /// The plain form agrees, from the same gradient.
    @Test func thePlainFormAgrees() throws {
        var random = SplitMix(state: 12)
        for (likelihood, parameters, _) in Self.kinds {
            let p = random.values(parameters).map { 3 * $0 - 4 }
            let slopes = random.values(parameters)
            for number in [1, 7, 300] {
                let (region, gradient) = (try Guarded(p), try Guarded(slopes))
                likelihood.step(
                    region.region, gradient: gradient.region, values: values / parameters, step: number)
                let expected = likelihood.referenceStep(
                    p.doubles, gradient: slopes.doubles, values: values / parameters, step: number)
                // One rounding to Float of a p of up to 8.
                #expect(zip(region.values, expected).allSatisfy { abs(Double($0) - $1) <= 8 * 0x1p-24 })
            }
        }
    }

    /// From the 1 it begins with, σ² is near a squared error of 0.01 within the steps of two epochs, and ends there.
    @Test func itIsThereSoon() throws {
        for (likelihood, parameters, _) in Self.kinds {
            var p = [Float](repeating: 0, count: parameters)
            let targets = [Float](repeating: 0.5, count: count * values)
            let means = targets.indices.map { Float($0 % 2 == 0 ? 0.6 : 0.4) }
            for number in 1...500 {
                p = try step(likelihood, p, means: means, targets: targets, step: number)
                // A plain mean to the hundredth step, in which the beginning counts for one.
                if number == 99 { #expect(p.allSatisfy { abs(exp(Double($0)) - 0.0199) < 1e-5 }, "\(p)") }
            }
            // 0.99⁴⁰¹ of what was left of the beginning, 0.0099.
            #expect(p.allSatisfy { abs(exp(Double($0)) - 0.01 - 0.0099 * pow(0.99, 401)) < 2e-6 }, "\(p)")
        }
    }

    /// Values without any error: the variance falls to its bound and stays a number.
    @Test func withoutErrorsItStopsAtItsBound() throws {
        for (likelihood, parameters, floor) in Self.kinds {
            var p = [Float](repeating: 0, count: parameters)
            let same = [Float](repeating: 0.5, count: count * values)
            for number in 1...4000 { p = try step(likelihood, p, means: same, targets: same, step: number) }
            let bound = log(floor > 0 ? RunningVariance.leastAboveFloor : RunningVariance.least)
            #expect(p.allSatisfy { abs(Double($0) - bound) < 1e-3 }, "\(p) and \(bound)")
            // An error of 1 after that is taken in at once, and no number is lost.
            let off = same.map { $0 + 1 }
            p = try step(likelihood, p, means: off, targets: same, step: 4001)
            #expect(p.allSatisfy { abs(exp(Double($0)) - 0.01) < 1e-3 }, "\(p)")
        }
    }

    /// What is no number stays none: training ends with it, and does not go on with a bound.
    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func whatIsNoNumberStaysNone(slope: Float) throws {
        for (likelihood, parameters, _) in Self.kinds {
            let p = try Guarded([Float](repeating: -1, count: parameters))
            let gradient = try Guarded([Float](repeating: slope, count: parameters))
            likelihood.step(p.region, gradient: gradient.region, values: values / parameters, step: 3)
            #expect(p.values.allSatisfy { $0.isNaN })
        }
    }
}
