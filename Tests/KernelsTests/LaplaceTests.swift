import Glibc
import Kernels
import ReferenceKernels
import Testing

/// The Laplace likelihood against its definition in Double.
@Suite("Laplace likelihood")
struct LaplaceTests {
    struct Result {
        let losses: [Float]
        let gradient: [Float]
        let slopes: [Float]
    }

    /// Everything the kernel gives, with guards around every region.
    func run(
        _ middles: [Float], _ targets: [Float], _ logScale: Float, count: Int, scale: Float = 1
    ) throws -> Result {
        let (m, x) = (try Guarded(middles), try Guarded(targets))
        let (losses, slopes) = (try Guarded(untouched: count), try Guarded(untouched: count))
        let gradient = try Guarded(untouched: middles.count)
        Laplace.loss(
            middles: m.region, targets: x.region, logScale: logScale, count: count, losses: losses.region,
            gradient: gradient.region, logScaleGradients: slopes.region, scale: scale)
        #expect(areIntact([m, x, losses, slopes, gradient]))
        #expect(zip(m.values, middles).allSatisfy { $0.bitPattern == $1.bitPattern })
        return Result(losses: losses.values, gradient: gradient.values, slopes: slopes.values)
    }

    /// Of every length. A difference is rounded once, and values/8 + 8 additions follow; all else is done in Double and rounded once.
    @Test(arguments: [-9, -1.3, 0, 0.4, 6] as [Float])
    func sumsOfEveryLength(logScale: Float) throws {
        var random = SplitMix(state: 2)
        let likelihood = Laplace()
        for values in Array(1...33) + [99, 784, 1001] {
            for count in [1, 2, 3] {
                var middles = random.values(count * values).map { 2 * $0 }
                let xs = random.values(count * values).map { ($0 + 1) / 2 }
                middles[values / 2] = xs[values / 2]
                let scale: Float = 0.37
                let found = try run(middles, xs, logScale, count: count, scale: scale)
                let own = [[Double(logScale)]]
                let expected = likelihood.referenceLoss(
                    middles.doubles, targets: xs.doubles, parameters: own, count: count)
                let precision = exp(-Double(logScale))
                let errors = (0..<count).map { (image: Int) -> Double in
                    var sum = 0.0
                    for index in image * values..<(image + 1) * values {
                        sum += abs(Double(middles[index]) - Double(xs[index]))
                    }
                    return sum * precision
                }
                let rounding = unitRoundoff * Double(values / 8 + 9)
                let limits = zip(errors, expected).map { rounding * $0 + 1.001 * unitRoundoff * abs($1) }
                #expect(excess(found.losses, expected, bounds: limits) <= 1, "\(count) of \(values)")
                for image in 0..<count {
                    let range = image * values..<(image + 1) * values
                    let exact = likelihood.referenceGradient(
                        middles[range].map(Double.init), targets: xs[range].map(Double.init),
                        parameters: own, count: 1)
                    let slope = Double(scale) * exact.parameters[0][0]
                    let limit: Double =
                        Double(scale) * rounding * errors[image] + 1.001 * unitRoundoff * abs(slope)
                    #expect(abs(Double(found.slopes[image]) - slope) <= limit)
                    let gradient = exact.output.map { Double(scale) * $0 }
                    #expect(
                        excess(
                            Array(found.gradient[range]), gradient,
                            bounds: gradient.map { 1.001 * unitRoundoff * abs($0) }) <= 1)
                }
                #expect(found.gradient[values / 2] == 0)
            }
        }
    }

    /// SciPy 1.17, float64: [-scipy.stats.laplace(0.25, math.exp(p)).logpdf(x) for x in (0.25, 1, -3)].
    @Test(arguments: [
        (-2.0, [-1.3068528194400546, 4.234939254757933, 22.707579502084556]),
        (0.5, [1.1931471805599454, 1.6480451753444203, 3.164371824626004]),
    ])
    func asSciPy(logScale: Double, losses: [Double]) {
        let twin = Laplace().referenceLoss(
            [0.25, 0.25, 0.25], targets: [0.25, 1, -3], parameters: [[logScale]], count: 3)
        for (x, (one, loss)) in zip([0.25, 1, -3], zip(twin, losses)) {
            #expect(abs(one - loss) < 1e-13)
            let value = Laplace().loss(of: x, around: 0.25, at: 0, parameters: [Float(logScale)])
            #expect(abs(value - loss) < 1e-13)
        }
    }

    /// exp(−loss) is a density: the trapezoidal rule from −30 b to 30 b with steps of b/64, off by a 50,000th of it at the corner, by
    /// 1/12 of the step's square; losses are within 2⁻²³ of 30.
    @Test(arguments: [-9, -1, 0, 3] as [Float])
    func integratesToOne(logScale: Float) throws {
        let b = Float(exp(Double(logScale)))
        let grid = (-1920...1920).map { Float($0) / 64 * b }
        let found = try run(grid.map { _ in 0 }, grid, logScale, count: grid.count).losses
        let sum = found.reduce(0.0) { $0 + exp(-Double($1)) } * Double(b) / 64
        #expect(abs(sum - 1) < 1.0 / 12 / 64 / 64 + 1e-5 && abs(sum - 1) > 1e-6, "\(sum)")
    }

    /// The scale is the weighted mean of what it was and of the batch's mean absolute error, and the plain form agrees.
    @Test(arguments: [1, 2, 99, 5000])
    func theScaleIsTheMeanAbsoluteError(step number: Int) throws {
        var random = SplitMix(state: 11)
        let likelihood = Laplace()
        let (count, values) = (7, 30)
        for p in [-6, -1, 0, 2] as [Float] {
            let (middles, xs) = (random.values(count * values), random.values(count * values))
            let found = try run(middles, xs, p, count: count, scale: 1 / Float(count))
            let slope = found.slopes.reduce(0, +)
            let (own, gradient) = (try Guarded([p]), try Guarded([slope]))
            likelihood.step(own.region, gradient: gradient.region, values: values, step: number)
            let error =
                zip(middles, xs).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) }
                / Double(count * values)
            let (weight, old) = (max(0.01, 1 / Double(number + 1)), exp(Double(p)))
            let expected = (1 - weight) * old + weight * error
            // The gradient is rounded to 2⁻²⁴ of the larger of 1 and the ratio, thirty times; p to that of 8.
            let limit = 30 * unitRoundoff * max(1, error / old) * weight + 8 * unitRoundoff
            #expect(abs(exp(Double(own.values[0])) / expected - 1) < limit)
            let twin = likelihood.referenceStep(
                [Double(p)], gradient: [Double(slope)], values: values, step: number)
            #expect(abs(Double(own.values[0]) - twin[0]) < 8 * unitRoundoff)
        }
        // Without errors it stops at its bound, and what is no number stays none.
        for (slope, expected) in [(30 as Float, log(1e-6)), (.nan, .nan)] {
            let (own, gradient) = (try Guarded([-13.8]), try Guarded([slope]))
            for _ in 0..<200 {
                likelihood.step(own.region, gradient: gradient.region, values: values, step: 1)
            }
            #expect(expected.isNaN ? own.values[0].isNaN : abs(Double(own.values[0]) - expected) < 1e-5)
        }
    }

    /// The training step has its gradient written over the middles; evaluation wants none. A network that has left the numbers shows.
    @Test func inPlaceOrNone() throws {
        var random = SplitMix(state: 3)
        let (middles, xs) = (random.values(2 * 21), random.values(2 * 21))
        let expected = try run(middles, xs, -1, count: 2, scale: 0.5)
        let (position, x, losses) = (try Guarded(middles), try Guarded(xs), try Guarded(untouched: 2))
        Laplace.loss(
            middles: position.region, targets: x.region, logScale: -1, count: 2, losses: losses.region,
            gradient: nil, logScaleGradients: nil, scale: 0)
        #expect(losses.values == expected.losses && position.values == middles)
        Laplace.loss(
            middles: position.region, targets: x.region, logScale: -1, count: 2, losses: losses.region,
            gradient: position.region, logScaleGradients: nil, scale: 0.5)
        #expect(losses.values == expected.losses && position.values == expected.gradient)
        #expect(areIntact([position, x, losses]))
        for (values, place) in [(8, 3), (5, 2)] {
            for middle: Float in [.nan, .infinity, -.infinity] {
                var middles = [Float](repeating: 0, count: values)
                middles[place] = middle
                let found = try run(middles, [Float](repeating: 0.5, count: values), 0, count: 1)
                #expect(!found.losses[0].isFinite && !found.slopes[0].isFinite)
            }
        }
    }
}
