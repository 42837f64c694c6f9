import Glibc
import Kernels
import ReferenceKernels
import Testing

/// The discretised mixture of logistic distributions against its definition in Double.
@Suite("Mixture of logistic distributions")
struct LogisticMixtureTests {
    struct Result {
        let losses: [Float]
        let gradient: [Float]
    }

    /// Losses and gradient, with guards around every region.
    func run(_ output: [Float], _ targets: [Float], count: Int, scale: Float = 1) throws -> Result {
        let (o, x) = (try Guarded(output), try Guarded(targets))
        let (losses, gradient) = (try Guarded(untouched: count), try Guarded(untouched: output.count))
        LogisticMixture.loss(
            o.region, targets: x.region, count: count, losses: losses.region, gradient: gradient.region,
            scale: scale)
        #expect(
            areIntact([o, x, losses, gradient])
                && zip(o.values, output).allSatisfy { $0.bitPattern == $1.bitPattern })
        return Result(losses: losses.values, gradient: gradient.values)
    }

    /// Outputs of some values: weights and middles of any size, and ln s about ln ⅕ by up to `spread`.
    private func outputs(_ values: Int, spread: Float, _ random: inout SplitMix) -> [Float] {
        (0..<values).flatMap { _ in
            random.values(5).map { 3 * $0 } + random.values(5) + random.values(5).map { spread * $0 }
        }
    }

    /// The error of ln P_j, of which the sum's is a mean, and the largest 1/s and |a|.
    ///
    /// y − m is rounded three times in its size, which 1/s enlarges; 1/s is within 4 u; so a is off by δ = u (4 (|y| + |m| + 1)/s + 6 |a|). ln P_j moves
    /// by no more than 2 δ, and is a sum of logarithms that are within 3 u of themselves.
    private func limits(_ output: ArraySlice<Float>, _ target: Float) -> (loss: Double, slope: Double) {
        let numbers = output.map(Double.init)
        var (largest, inverse, far) = (0.0, 0.0, 0.0)
        for j in 0..<5 {
            let (middle, scale) = (
                numbers[5 + j] + 0.4 * Double(j) - 0.8, exp(max(numbers[10 + j] - log(5), -7))
            )
            let a = (abs(2 * Double(target) - 1 - middle) + 1.0 / 255) / scale
            largest = max(largest, 4 * (2 + abs(middle)) / scale + 6 * a)
            (inverse, far) = (max(inverse, 1 / scale), max(far, a))
        }
        let size = numbers.prefix(5).reduce(0) { max($0, abs($1)) } + 2 * far + 16
        let loss = unitRoundoff * (2 * largest + 6 * size)
        return (loss, (inverse + far + 1) * (2 * loss + 16 * unitRoundoff))
    }

    /// All levels, with scales about a fifth of the range, from narrow to wide, and down to the least.
    @Test(arguments: [0.5, 2, 6] as [Float])
    func everyLevel(spread: Float) throws {
        var random = SplitMix(state: 1)
        let targets = (0...255).flatMap { level in [Float](repeating: Float(level) / 255, count: 4) }
        let output = outputs(targets.count, spread: spread, &random)
        let scale: Float = 0.37
        let found = try run(output, targets, count: targets.count, scale: scale)
        let likelihood = LogisticMixture()
        let expected = likelihood.referenceLoss(
            output.doubles, targets: targets.doubles, parameters: [], count: targets.count)
        let slopes = likelihood.referenceGradient(
            output.doubles, targets: targets.doubles, parameters: [], count: targets.count
        ).output
        for value in targets.indices {
            let range = value * 15..<(value + 1) * 15
            let limit = limits(output[range], targets[value])
            let error = abs(Double(found.losses[value]) - expected[value])
            #expect(error <= limit.loss + unitRoundoff * expected[value], "level \(value / 4)")
            #expect(
                excess(
                    Array(found.gradient[range]), slopes[range].map { Double(scale) * $0 },
                    bounds: range.map { _ in Double(scale) * limit.slope }) <= 1, "level \(value / 4)")
        }
    }

    /// SciPy 1.17's `logistic(m, s).cdf`, float64, of five components with
    ///
    ///     o = [0.3, -1, 0.5, 2, -0.2, 0.1, -0.3, 0.05, 0.2, -0.1, 0.5, -1, 0.2, -6, -3]
    ///     w = exp(o[:5]) / sum(exp(o[:5])); m = o[5:10] + 0.4 * arange(5) - 0.8; s = exp(maximum(o[10:] - log(5), -7))
    @Test func asSciPy() throws {
        let output: [Double] = [0.3, -1, 0.5, 2, -0.2, 0.1, -0.3, 0.05, 0.2, -0.1, 0.5, -1, 0.2, -6, -3]
        let golden = [
            (0, 3.317041634450316), (1, 7.26813529051935), (100, 6.653975245418017),
            (203, 4.7106671065801295), (204, 0.4751858212079837), (255, 5.632686408121679),
        ]
        for (level, loss) in golden {
            let twin = LogisticMixture().referenceLoss(
                output, targets: [Double(level) / 255], parameters: [], count: 1)[0]
            // The distribution function is near 1 where it is subtracted, and s is 0.0009: 10⁻¹⁶ over P.
            #expect(abs(twin - loss) < 1e-11, "\(level)")
            let found = try run(output.map { Float($0) }, [Float(level) / 255], count: 1).losses[0]
            // Rounding of outputs and places to 2⁻²⁴, times 1/s = 1097, times two.
            #expect(abs(Double(found) - loss) < 3e-4, "\(level)")
        }
        #expect(abs(LogisticMixture.referenceMeans(output)[0] - 0.6741940295382894) < 1e-12)
    }

    /// The probabilities of all levels add up to 1, for narrow components and for such as lie beyond the ends.
    @Test(arguments: [0.5, 3, 7] as [Float])
    func probabilitiesAddUp(spread: Float) throws {
        var random = SplitMix(state: 2)
        let levels = (0...255).map { Float($0) / 255 }
        for _ in 0..<20 {
            var output = outputs(1, spread: spread, &random)
            for place in 5..<10 { output[place] *= 2 }
            let found = try run(levels.flatMap { _ in output }, levels, count: 256).losses
            let sum = found.reduce(0.0) { $0 + exp(-Double($1)) }
            let limit = levels.reduce(0) { max($0, limits(output[...], $1).loss) }
            // Where |a| is large, and with it its rounding, there is no probability left.
            #expect(abs(sum - 1) < min(limit, 1e-3), "\(sum)")
            #expect(found.allSatisfy { $0 >= -1e-4 })
        }
    }

    /// Means by the closed form and by the window, against sums over all levels: a thousandth of a level.
    @Test(arguments: [0.5, 3, 7] as [Float])
    func means(spread: Float) throws {
        var random = SplitMix(state: 3)
        for count in [1, 2, 300] {
            var output = outputs(count, spread: spread, &random)
            for value in 0..<count { output[value * 15 + 6] *= 3 }
            // Scales that are wider than all levels, up to those whose inverse is 0.
            for value in stride(from: 1, to: count, by: 3) {
                output[value * 15 + 11] = Float(value)
                output[value * 15 + 14] = 0.02 * Float(value)
            }
            let (o, means) = (try Guarded(output), try Guarded(untouched: count))
            LogisticMixture.means(o.region, into: means.region)
            let expected = LogisticMixture.referenceMeans(output.doubles)
            #expect(excess(means.values, expected, bounds: expected.map { _ in 1e-3 / 255 }) <= 1)
            #expect(areIntact([o, means]) && o.values == output)
        }
    }

    /// Draws have the levels' probabilities: a χ² of 40,000 draws over the levels that are expected five times or more.
    @Test func draws() {
        let output: [Float] = [0.3, -1, 0.5, 1, -0.2, 0.1, -0.3, 0.05, 0.2, 0.3, 0.5, -1, 0.2, -4, -1]
        let likelihood = LogisticMixture()
        var stream = RandomStream(seed: 5, purpose: .pixelNoise)
        let number = 40_000
        var counts = [Int](repeating: 0, count: 256)
        for _ in 0..<number {
            let x = likelihood.draw(around: 0, output: output[...], at: 0, parameters: [], from: &stream)
            counts[Int((x * 255).rounded())] += 1
        }
        let losses = likelihood.referenceLoss(
            (0...255).flatMap { _ in output.doubles }, targets: (0...255).map { Double($0) / 255 },
            parameters: [], count: 256)
        var (statistic, freedom) = (0.0, -1.0)
        for (count, loss) in zip(counts, losses) {
            let expected = Double(number) * exp(-loss)
            guard expected >= 5 else { continue }
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
            freedom += 1
        }
        // Five standard deviations of χ².
        #expect(freedom > 100 && abs(statistic - freedom) < 5 * (2 * freedom).squareRoot(), "\(statistic)")
    }

    /// Images of several values; the gradient over the output, or none; a value off the levels is the nearest of them.
    @Test func inPlaceOrNone() throws {
        var random = SplitMix(state: 4)
        let output = outputs(2 * 7, spread: 1, &random)
        let targets = (0..<14).map { Float(($0 * 37) % 256) / 255 }
        let expected = try run(output, targets, count: 2, scale: 0.5)
        let each = try run(output, targets, count: 14, scale: 0.5)
        #expect(each.gradient == expected.gradient)
        for image in 0..<2 {
            let sum = each.losses[image * 7..<(image + 1) * 7].reduce(0.0) { $0 + Double($1) }
            #expect(abs(Double(expected.losses[image]) - sum) < 2 * unitRoundoff * sum)
        }
        let near = try run(output, targets.map { $0 + 0.4 / 255 }, count: 2, scale: 0.5)
        #expect(near.losses == expected.losses && near.gradient == expected.gradient)
        let (position, x, losses) = (try Guarded(output), try Guarded(targets), try Guarded(untouched: 2))
        LogisticMixture.loss(
            position.region, targets: x.region, count: 2, losses: losses.region, gradient: nil, scale: 0)
        #expect(losses.values == expected.losses && position.values == output)
        LogisticMixture.loss(
            position.region, targets: x.region, count: 2, losses: losses.region, gradient: position.region,
            scale: 0.5)
        #expect(losses.values == expected.losses && position.values == expected.gradient)
        #expect(areIntact([position, x, losses]))
    }

    /// A network that has left the numbers shows in its loss, in a component without weight, too.
    @Test func brokenOutputsShow() throws {
        for place in 0..<15 {
            for number: Float in [.nan, .infinity, -.infinity] {
                var output = [Float](repeating: 0, count: 15)
                output[0] = 200
                output[place] = number
                // A scale below the least is the least.
                if place >= 10, number == -.infinity { continue }
                for target: Float in [0, 0.4, 1] {
                    #expect(try !run(output, [target], count: 1).losses[0].isFinite, "\(number), \(place)")
                }
            }
        }
    }
}
