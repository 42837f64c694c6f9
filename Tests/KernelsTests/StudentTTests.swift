import Glibc
import Kernels
import ReferenceKernels
import Testing

/// Student's t as a likelihood against its definition in Double.
@Suite("Student t likelihood")
struct StudentTTests {
    struct Result {
        let losses: [Float]
        let gradient: [Float]
        let slopes: [Float]
    }

    /// Everything the kernel gives, with guards around every region.
    func run(
        _ middles: [Float], _ targets: [Float], _ own: [Float], count: Int, scale: Float = 1
    ) throws -> Result {
        let (m, x, p) = (try Guarded(middles), try Guarded(targets), try Guarded(own))
        let (losses, gradient) = (try Guarded(untouched: count), try Guarded(untouched: middles.count))
        let slopes = try Guarded(untouched: count * own.count)
        StudentT.loss(
            middles: m.region, targets: x.region, parameters: p.region, count: count, losses: losses.region,
            gradient: gradient.region, slopes: slopes.region, scale: scale)
        #expect(areIntact([m, x, p, losses, slopes, gradient]))
        #expect(zip(m.values, middles).allSatisfy { $0.bitPattern == $1.bitPattern })
        return Result(losses: losses.values, gradient: gradient.values, slopes: slopes.values)
    }

    /// Of every length, with errors within s, of many s, and of a million of them.
    ///
    /// 1/s² and ln s² are within 10 roundings as in the other likelihood with a floor, r within 13, the logarithm within 3 more of itself: ln(1 + r/ν) moves
    /// by less than r's relative error, and so do all that is divided by ν + r. With products 20·u of each term's parts, and
    /// values/8 + 10 for the sums.
    @Test(arguments: [-0.2, 0, 1.5, 4.6] as [Float])
    func sumsOfEveryLength(logFreedom: Float) throws {
        var random = SplitMix(state: 4)
        let v = exp(Double(logFreedom))
        for values in Array(1...33) + [99, 784] {
            let likelihood = StudentT(shape: [values])
            for count in [1, 3] {
                let logs = random.values(values).map { 9 * $0 - 8 }
                let targets = random.values(count * values).map { 5 * $0 }
                let middles = targets.indices.map { index in
                    let s = DiagonalGaussian.variance(Double(logs[index % values])).squareRoot()
                    return targets[index] + [0.5, 5, 1e6][index % 3] * random.signed() * Float(s)
                }
                let scale: Float = 0.37
                let found = try run(middles, targets, logs + [logFreedom], count: count, scale: scale)
                let own = [logs.doubles, [Double(logFreedom)]]
                let expected = likelihood.referenceLoss(
                    middles.doubles, targets: targets.doubles, parameters: own, count: count)
                let roundings = unitRoundoff * Double(20 + values / 8 + 10)
                for image in 0..<count {
                    let range = image * values..<(image + 1) * values
                    let exact = likelihood.referenceGradient(
                        middles[range].map(Double.init), targets: targets[range].map(Double.init),
                        parameters: own, count: 1)
                    var (size, slopeSize) = (0.0, 0.0)
                    for (place, index) in range.enumerated() {
                        let variance = DiagonalGaussian.variance(Double(logs[place]))
                        let error = Double(middles[index]) - Double(targets[index])
                        let logarithm = log1p(error * error / variance / v)
                        size += 0.5 * ((v + 1) * (logarithm + 1) + abs(log(variance)))
                        slopeSize += 0.5 * v * (logarithm + 1 + 1 / v)
                    }
                    let constant = abs(StudentT.constant(freedom: v)) * Double(values)
                    #expect(
                        abs(Double(found.losses[image]) - expected[image])
                            <= roundings * size + unitRoundoff * constant, "\(count) of \(values)")
                    let slope = Double(found.slopes[image * (values + 1) + values])
                    let exactSlope = Double(scale) * exact.parameters[1][0]
                    #expect(abs(slope - exactSlope) <= Double(scale) * roundings * slopeSize)
                    let gradient = exact.output.map { Double(scale) * $0 }
                    #expect(
                        excess(
                            Array(found.gradient[range]), gradient,
                            bounds: gradient.map { 40 * unitRoundoff * abs($0) }) <= 1)
                    let own = exact.parameters[0].map { Double(scale) * $0 }
                    let start = image * (values + 1)
                    // w r is below ν + 1.
                    let limit = 0.5 * Double(scale) * (v + 2) * 40 * unitRoundoff
                    #expect(
                        excess(
                            Array(found.slopes[start..<start + values]), own, bounds: own.map { _ in limit })
                            <= 1)
                }
            }
        }
    }

    /// SciPy 1.17, float64: [-scipy.stats.t(v, 0.25, 0.5).logpdf(x) for x in (0.25, 1, -30)].
    @Test(arguments: [
        (1.0, [0.45158270528945466, 1.630237701631101, 8.657142603431398]),
        (4.5, [0.28091350873035126, 1.3959425560278031, 18.712618015313485]),
        (60.0, [0.22995782647440344, 1.3527840067172505, 126.10960623266021]),
    ])
    func asSciPy(freedom: Double, losses: [Double]) {
        let p = log(0.25 - 1e-6)
        let twin = StudentT(shape: [1]).referenceLoss(
            [0.25, 0.25, 0.25], targets: [0.25, 1, -30], parameters: [[p], [log(freedom)]], count: 3)
        for (x, (one, loss)) in zip([0.25, 1, -30], zip(twin, losses)) {
            #expect(abs(one - loss) < 1e-12 * max(1, loss))
            // Its parameters are rounded to Float: ν by 2⁻²⁴ of ln 60, which an outlier feels.
            let value = StudentT(shape: [1]).loss(
                of: x, around: 0.25, at: 0, parameters: [Float(p), Float(log(freedom))])
            #expect(abs(value - loss) < 1e-6 * max(1, loss))
        }
    }

    /// exp(−loss) is a density. With x = s√ν sinh y the tails fall off exponentially, and the trapezoidal rule in y is exact to far below
    /// rounding; losses of up to 100 are within 2⁻²⁴ · 100, where the density counts for nothing.
    @Test(arguments: [0, 0.7, 2.3, 4.6] as [Float])
    func integratesToOne(logFreedom: Float) throws {
        let (s, v) = (DiagonalGaussian.variance(-1).squareRoot(), exp(Double(logFreedom)))
        let grid = (-1600...1600).map { Double($0) / 64 }
        let factor = s * v.squareRoot()
        var sum = 0.0
        for y in grid {
            let found = try run([0], [Float(factor * sinh(y))], [-1, logFreedom], count: 1).losses[0]
            sum += exp(-Double(found)) * factor * cosh(y) / 64
        }
        #expect(abs(sum - 1) < 4e-6, "\(sum)")
    }

    /// Steps on batches of errors with known scales and degrees of freedom come to these, by the engine and by its plain form.
    ///
    /// Means run over some 200 batches of 50 rows and 4 values: ln ν has a standard error of √(1/(40,000 · 0.1)), and ln s² one of about
    /// √(4/10,000); six of them.
    @Test func itFindsTheScalesAndTheFreedom() throws {
        let (likelihood, rows) = (StudentT(shape: [4]), 50)
        let truth: [Float] = [-3, 0, 2, -6, Float(log(3.0))]
        var own: [Float] = [0, 0, 0, 0, 0]
        var twin: [[Double]] = [[0, 0, 0, 0], [0]]
        var stream = RandomStream(seed: 7, purpose: .pixelNoise)
        for number in 1...1200 {
            let targets = (0..<rows * 4).map { index in
                likelihood.draw(
                    around: 0, output: [0], at: index % 4, parameters: truth, from: &stream)
            }
            let zeros = [Float](repeating: 0, count: targets.count)
            let found = try run(zeros, targets, own, count: rows, scale: 1 / Float(rows))
            let gradient = (0..<5).map { place in
                (0..<rows).reduce(Float(0)) { $0 + found.slopes[$1 * 5 + place] }
            }
            let (region, slopes) = (try Guarded(own), try Guarded(gradient))
            likelihood.step(region.region, gradient: slopes.region, values: 0, step: number)
            #expect(areIntact([region, slopes]))
            own = region.values
            if number <= 50 {
                let slopes = likelihood.referenceGradient(
                    zeros.doubles, targets: targets.doubles, parameters: twin, count: rows
                ).parameters.map { $0.map { $0 / Double(rows) } }
                twin = likelihood.referenceSteps(twin, gradients: slopes, size: 4, step: number)
                // Fifty steps of some roundings each, which ν takes at ten times their size.
                for (one, other) in zip(own, twin[0] + twin[1]) { #expect(abs(Double(one) - other) < 1e-3) }
            }
        }
        for place in 0..<4 { #expect(abs(own[place] - truth[place]) < 0.12, "\(own)") }
        #expect(abs(own[4] - truth[4]) < 0.1, "\(own)")
    }

    /// Without errors, and with those of a Gaussian, it stops at bounds; what is no number stays none.
    @Test func bounds() throws {
        let likelihood = StudentT(shape: [2])
        var own: [Float] = [-1, -1, 4]
        for number in 1...3000 {
            let found = try run([1, 2], [1, 2], own, count: 1)
            let (region, slopes) = (try Guarded(own), try Guarded(found.slopes))
            likelihood.step(region.region, gradient: slopes.region, values: 0, step: number)
            own = region.values
        }
        #expect(own.allSatisfy { $0.isFinite } && own[2] >= 0 && own[2] <= Float(log(100.0)))
        #expect(abs(Double(own[0]) - log(RunningVariance.leastAboveFloor)) < 1e-3)
        for slope: Float in [.nan, .infinity, -.infinity] {
            let (region, slopes) = (try Guarded([-1, 0, 1]), try Guarded([slope, 0.1, slope]))
            likelihood.step(region.region, gradient: slopes.region, values: 0, step: 3)
            #expect(region.values[0].isNaN && region.values[1].isFinite && region.values[2].isNaN)
        }
    }

    /// The training step has its gradient written over the middles; evaluation wants none.
    @Test func inPlaceOrNone() throws {
        var random = SplitMix(state: 3)
        let (middles, xs) = (random.values(2 * 21), random.values(2 * 21))
        let own = random.values(21) + [1]
        let expected = try run(middles, xs, own, count: 2, scale: 0.5)
        let (position, x, p) = (try Guarded(middles), try Guarded(xs), try Guarded(own))
        let losses = try Guarded(untouched: 2)
        StudentT.loss(
            middles: position.region, targets: x.region, parameters: p.region, count: 2,
            losses: losses.region, gradient: nil, slopes: nil, scale: 0)
        #expect(losses.values == expected.losses && position.values == middles)
        StudentT.loss(
            middles: position.region, targets: x.region, parameters: p.region, count: 2,
            losses: losses.region, gradient: position.region, slopes: nil, scale: 0.5)
        #expect(losses.values == expected.losses && position.values == expected.gradient)
        #expect(areIntact([position, x, p, losses]))
    }

    /// A network that has left the numbers shows in its loss, and so does ν.
    @Test func brokenNumbersShow() throws {
        for (values, place) in [(8, 3), (5, 2)] {
            let half = [Float](repeating: 0.5, count: values)
            for middle: Float in [.nan, .infinity, -.infinity] {
                var middles = half
                middles[place] = middle
                let own = [Float](repeating: 0, count: values + 1)
                #expect(try !run(middles, half, own, count: 1).losses[0].isFinite, "\(middle)")
            }
            for number: Float in [.nan, .infinity] {
                for at in [place, values] {
                    var own = [Float](repeating: 0, count: values + 1)
                    own[at] = number
                    #expect(try !run(half, half, own, count: 1).losses[0].isFinite, "\(number) at \(at)")
                }
            }
        }
    }
}
