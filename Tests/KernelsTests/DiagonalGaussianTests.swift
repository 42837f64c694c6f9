import Glibc
import Kernels
import ReferenceKernels
import Testing

/// The Gaussian likelihood with a variance for each channel or value, against its definition in Double.
@Suite("Gaussian likelihood of several variances")
struct DiagonalGaussianTests {
    struct Result {
        let losses: [Float]
        let gradient: [Float]
        let slopes: [Float]
    }

    /// Everything the kernel gives, with guards around every region.
    func run(
        _ means: [Float], _ targets: [Float], _ logVariances: [Float], count: Int, scale: Float = 1
    ) throws -> Result {
        let (m, x, p) = (try Guarded(means), try Guarded(targets), try Guarded(logVariances))
        let (losses, gradient) = (try Guarded(untouched: count), try Guarded(untouched: means.count))
        let slopes = try Guarded(untouched: count * logVariances.count)
        DiagonalGaussian.loss(
            means: m.region, targets: x.region, logVariances: p.region, count: count, losses: losses.region,
            gradient: gradient.region, logVarianceGradients: slopes.region, scale: scale)
        #expect(areIntact([m, x, p, losses, slopes, gradient]))
        #expect(zip(m.values, means).allSatisfy { $0.bitPattern == $1.bitPattern })
        return Result(losses: losses.values, gradient: gradient.values, slopes: slopes.values)
    }

    /// Log-variances far below the floor of −13.8, about it, and above; means that are some σ away from targets of any size.
    private func inputs(_ period: Int, perVariance: Int, count: Int, _ random: inout SplitMix) -> (
        means: [Float], targets: [Float], logVariances: [Float]
    ) {
        let logVariances = random.values(period).map { 14 * $0 - 10 }
        let targets = random.values(count * period * perVariance).map { 5 * $0 }
        let means = targets.indices.map { index in
            let variance = DiagonalGaussian.variance(Double(logVariances[index % period]))
            return targets[index] + 4 * random.signed() * Float(variance.squareRoot())
        }
        return (means, targets, logVariances)
    }

    /// Of every length, so that the eight lanes and their tail add up, and of every number of channels.
    ///
    /// The exponential is within 2 units in the last place, its inverse, its share of σ² and 1/σ² take a rounding each: 10 units of
    /// roundoff at most, also for the logarithm's part. With the roundings of m − x, its square and factors 16 u for each
    /// value's terms, and additions: values/8 + 10 of lanes, or 2 of sums in Double.
    @Test(arguments: [nil, 1, 2, 3, 5] as [Int?])
    func sumsOfEveryLength(channels: Int?) throws {
        var random = SplitMix(state: 4)
        for size in Array(1...33) + [99, 784, 1001] {
            let (period, perVariance) = channels.map { ($0, size) } ?? (size, 1)
            for count in [1, 2, 3] {
                let (means, xs, logs) = inputs(period, perVariance: perVariance, count: count, &random)
                let scale: Float = 0.37
                let found = try run(means, xs, logs, count: count, scale: scale)
                let values = period * perVariance
                let expected = Reference.diagonalGaussianLoss(
                    means: means.doubles, targets: xs.doubles, logVariances: logs.doubles, count: count)
                let terms = means.indices.map { index in
                    let variance = DiagonalGaussian.variance(Double(logs[index % period]))
                    let error = Double(means[index]) - Double(xs[index])
                    return (square: error * error / variance, logarithm: abs(log(variance)) + 1.84)
                }
                let roundings = unitRoundoff * Double(16 + values / 8 + 10)
                let limits = (0..<count).map { image in
                    terms[image * values..<(image + 1) * values].reduce(0) {
                        $0 + 0.5 * roundings * ($1.square + $1.logarithm)
                    }
                }
                #expect(excess(found.losses, expected, bounds: limits) <= 1, "\(count) of \(size)")

                let gradient = Reference.diagonalGaussianGradient(
                    means: means.doubles, targets: xs.doubles, logVariances: logs.doubles
                ).map { Double(scale) * $0 }
                #expect(
                    excess(found.gradient, gradient, bounds: gradient.map { 14 * unitRoundoff * abs($0) })
                        <= 1)

                for image in 0..<count {
                    let range = image * values..<(image + 1) * values
                    let slopes = Reference.diagonalGaussianLogVarianceGradient(
                        means: means[range].map(Double.init), targets: xs[range].map(Double.init),
                        logVariances: logs.doubles
                    ).map { Double(scale) * $0 }
                    var sizes = [Double](repeating: 0, count: period)
                    for index in range {
                        let p = Double(logs[index % period])
                        let share = exp(p) / DiagonalGaussian.variance(p)
                        sizes[index % period] += 0.5 * Double(scale) * share * (1 + terms[index].square)
                    }
                    // Below the smallest normal number e^p is rounded more coarsely, and counts for nothing.
                    #expect(
                        excess(
                            Array(found.slopes[image * period..<(image + 1) * period]), slopes,
                            bounds: sizes.map { 24 * unitRoundoff * $0 + 1e-36 }) <= 1)
                }
            }
        }
    }

    /// By hand: x = m costs ½ ln 2πσ² a value, of each value's σ; an error of 2σ costs 2 more, and moves p by −3/2 of its share, one
    /// millionth less than 1 at p = 0.
    @Test func byHand() throws {
        let floor = Float(log(1e-6))
        // At p = ln 10⁻⁶ half of σ² = 2 · 10⁻⁶ is learned; far below it nothing is.
        let sigma = Float((2e-6).squareRoot())
        let found = try run([0, 2 * sigma, 7], [0, 0, 7], [0, floor, -80], count: 1)
        let expected = 0.5 * (3 * log(2 * Double.pi) + log(2e-6) + log(1e-6)) + 2
        #expect(abs(Double(found.losses[0]) - expected) < 1e-5)
        #expect(abs(found.slopes[0] - 0.5) < 1e-6 && abs(found.slopes[1] + 0.75) < 1e-5)
        #expect(abs(found.slopes[2]) < 1e-25)
        #expect(found.gradient[0] == 0 && found.gradient[2] == 0)
        #expect(abs(found.gradient[1] * sigma - 2) < 1e-5)
    }

    /// exp(−loss) is a density: over one value from −12 σ to 12 σ, and over two of different σ, it integrates to 1.
    ///
    /// The trapezoidal rule with steps of σ/8 is exact to e^(−2π² · 64) for a Gaussian; losses are rounded to 12 u of some
    /// 100 nats at the edges, where the density is nothing, and of 10 in the middle.
    @Test(arguments: [-40, -13.8, -9, -1, 0, 3] as [Float])
    func integratesToOne(logVariance: Float) throws {
        let sigma = Float(DiagonalGaussian.variance(Double(logVariance)).squareRoot())
        let other = Float(DiagonalGaussian.variance(Double(logVariance + 2)).squareRoot())
        let grid = (-96...96).map { Float($0) / 8 }
        let line = try run(
            [Float](repeating: 0, count: grid.count), grid.map { $0 * sigma }, [logVariance],
            count: grid.count)
        let one = line.losses.reduce(0.0) { $0 + exp(-Double($1)) } * Double(sigma) / 8
        #expect(abs(one - 1) < 1e-5, "\(one)")
        let plane = grid.flatMap { x in grid.flatMap { y in [x * sigma, y * other] } }
        let points = try run(
            plane.map { _ in 0 }, plane, [logVariance, logVariance + 2], count: grid.count * grid.count)
        let two = points.losses.reduce(0.0) { $0 + exp(-Double($1)) } * Double(sigma) * Double(other) / 64
        #expect(abs(two - 1) < 1e-5, "\(two)")
    }

    /// The training step has its gradient written over the means; evaluation wants none.
    @Test(arguments: [3, 21])
    func gradientInPlaceOrNone(period: Int) throws {
        var random = SplitMix(state: 3)
        let (means, xs) = (random.values(2 * 21), random.values(2 * 21))
        let logs = random.values(period)
        let expected = try run(means, xs, logs, count: 2, scale: 0.5)
        let (position, x, p) = (try Guarded(means), try Guarded(xs), try Guarded(logs))
        let losses = try Guarded(untouched: 2)
        DiagonalGaussian.loss(
            means: position.region, targets: x.region, logVariances: p.region, count: 2,
            losses: losses.region,
            gradient: nil, logVarianceGradients: nil, scale: 0)
        #expect(losses.values == expected.losses && position.values == means)
        DiagonalGaussian.loss(
            means: position.region, targets: x.region, logVariances: p.region, count: 2,
            losses: losses.region,
            gradient: position.region, logVarianceGradients: nil, scale: 0.5)
        #expect(losses.values == expected.losses && position.values == expected.gradient)
        #expect(areIntact([position, x, p, losses]))
    }

    /// A network that has left the numbers shows in its loss; a log-variance far below the floor is still a variance of 10⁻⁶.
    @Test(arguments: [(1, 5), (8, 8), (13, 13)])
    func brokenNumbersShow(period: Int, values: Int) throws {
        let half = [Float](repeating: 0.5, count: values)
        for position in [0, values - 1] {
            for mean: Float in [.nan, .infinity, -.infinity] {
                var means = [Float](repeating: 0, count: values)
                means[position] = mean
                let found = try run(means, half, [Float](repeating: 0, count: period), count: 1)
                #expect(!found.losses[0].isFinite && !found.gradient[position].isFinite)
                #expect(!found.slopes[position % period].isFinite)
            }
            for logVariance: Float in [.nan, .infinity] {
                var logs = [Float](repeating: 0, count: period)
                logs[position % period] = logVariance
                #expect(try !run(half, half, logs, count: 1).losses[0].isFinite, "\(logVariance)")
            }
        }
        for logVariance: Float in [-30, -100, -1e30] {
            let found = try run(half, half, [Float](repeating: logVariance, count: period), count: 1)
            let expected = 0.5 * Double(values) * log(2 * Double.pi * 1e-6)
            #expect(abs(Double(found.losses[0]) / expected - 1) < 1e-6, "\(logVariance)")
        }
        // e^p would be infinite.
        let wide = try run(half, half, [Float](repeating: 200, count: period), count: 1)
        #expect(wide.losses[0].isFinite && wide.losses[0] > 90 && wide.gradient[0] == 0)
    }
}
