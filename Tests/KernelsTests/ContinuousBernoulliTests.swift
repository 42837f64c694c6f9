import Glibc
import Kernels
import ReferenceKernels
import Testing

/// The continuous Bernoulli likelihood against its definition in Double.
@Suite("Continuous Bernoulli likelihood")
struct ContinuousBernoulliTests {
    static let logits: [Float] = {
        var values: [Float] = (-200...200).map(Float.init)
        values += [
            0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1e-20, 1e-10, 1e-7, 1e-4, 0.01, 1.49,
            1.5, 1.51, 87.2, 87.3, 87.4, 1e5, 1e10, 3e37,
        ]
        var random = SplitMix(state: 1)
        values += random.values(2000).map { 12 * $0 } + random.values(2000).map { 2 * $0 }
        return values + values.map { -$0 }
    }()

    struct Result {
        let losses: [Float]
        let gradient: [Float]
    }

    /// Losses and gradient, with guards around every region.
    func run(_ logits: [Float], _ targets: [Float], count: Int, scale: Float = 1) throws -> Result {
        let (l, x) = (try Guarded(logits), try Guarded(targets))
        let (losses, gradient) = (try Guarded(untouched: count), try Guarded(untouched: logits.count))
        ContinuousBernoulli.loss(
            logits: l.region, targets: x.region, count: count, losses: losses.region,
            gradient: gradient.region, scale: scale)
        #expect(
            areIntact([l, x, losses, gradient])
                && zip(l.values, logits).allSatisfy { $0.bitPattern == $1.bitPattern })
        return Result(losses: losses.values, gradient: gradient.values)
    }

    /// ln((1 − e⁻ᵃ)/a) is at most max(1, ln a) in size.
    private func size(_ logit: Float) -> Double { 1 + abs(log(max(abs(Double(logit)), 1))) }

    /// One logit an image, once in the eight-lane path and once in the tail. max(l, 0) − l·x is rounded twice, the logarithm and its
    /// argument are within some units, and the sum is rounded: below 6·u·(|l| + 1 + ln |l|), u = 2⁻²⁴.
    @Test(arguments: [0, 1, 0.5, 1 / 255, 254 / 255, 0.3] as [Float])
    func eachLogit(target: Float) throws {
        let logits = Self.logits
        let xs = [Float](repeating: target, count: logits.count)
        let tail = try run(logits, xs, count: logits.count)
        let expected = Reference.continuousBernoulliLoss(
            logits: logits.doubles, targets: xs.doubles, count: logits.count)
        let limits = logits.map { 6 * unitRoundoff * (abs(Double($0)) + size($0)) }
        #expect(excess(tail.losses, expected, bounds: limits) <= 1)
        let slopes = logits.doubles.map { Reference.continuousBernoulliMean($0) - Double(target) }
        // Two quotients below 1 of terms within 2 units, their difference, and that to the target.
        #expect(excess(tail.gradient, slopes, bounds: slopes.map { _ in 6 * unitRoundoff }) <= 1)

        // The same logit in a lane beside logits of 0, which cost nothing: 1 is their density.
        for (index, logit) in logits.enumerated() {
            var (eight, zeros) = ([Float](repeating: 0, count: 8), [Float](repeating: 0.5, count: 8))
            eight[index % 8] = logit
            zeros[index % 8] = target
            let lane = try run(eight, zeros, count: 1)
            #expect(lane.losses[0] == tail.losses[index])
            #expect(lane.gradient[index % 8] == tail.gradient[index])
        }
    }

    /// SciPy 1.17, float64: with l < 0 it is the exponential distribution of scale −1/l, cut off at 1.
    ///
    ///     d = scipy.stats.truncexpon(b=-l, scale=-1 / l)
    ///     l, [-d.logpdf(x) for x in (0, 0.25, 1)], d.mean(), d.ppf(0.3)
    private static let golden: [(logit: Double, losses: [Double], mean: Double, quantile: Double)] = [
        (
            -0.001, [-0.0004999583333340496, -0.00024995833333374406, 0.0005000416666662844],
            0.49991666675484686, 0.2998950140022739
        ),
        (
            -0.3, [-0.14625280848891054, -0.07125280848891058, 0.1537471915110895], 0.4750374198232507,
            0.26981286177713815
        ),
        (
            -1.5, [-0.6579475670336183, -0.2829475670336184, 0.8420524329663817], 0.37944974987779845,
            0.17689863251462667
        ),
        (
            -4, [-1.4047798079457772, -0.40477980794577717, 2.5952201920542226], 0.23134263963622598,
            0.08721400798303656
        ),
        (
            -30, [-3.401197381662249, 4.098802618337752, 26.598802618337754], 0.033333333333239755,
            0.011889164797956405
        ),
        (
            -600, [-6.396929655216146, 143.60307034478384, 593.6030703447839], 0.0016666666666666668,
            0.0005944582398978874
        ),
    ]

    /// The definition, and its mirror image for l > 0. SciPy's mean near 0 is a difference: 10⁻⁹ there.
    @Test func asSciPy() {
        for (l, losses, mean, quantile) in Self.golden {
            for (x, loss) in zip([0, 0.25, 1], losses) {
                let limit = 1e-12 * max(1, abs(loss))
                let twin = Reference.continuousBernoulliLoss(logits: [l, -l], targets: [x, 1 - x], count: 2)
                #expect(twin.allSatisfy { abs($0 - loss) < limit }, "\(l), \(x)")
                let cumulants = ContinuousBernoulli.cumulants(l)
                #expect(abs(cumulants.logarithm - l * x - loss) < limit, "\(l), \(x)")
            }
            let limit = abs(l) < 0.1 ? 1e-9 : 1e-13
            #expect(abs(Reference.continuousBernoulliMean(l) - mean) < limit, "\(l)")
            #expect(abs(Reference.continuousBernoulliMean(-l) - 1 + mean) < limit, "\(l)")
            #expect(abs(ContinuousBernoulli.cumulants(l).mean - mean) < limit, "\(l)")
            #expect(abs(ContinuousBernoulli.cumulants(-l).mean - 1 + mean) < limit, "\(l)")
            #expect(abs(ContinuousBernoulli.quantile(0.3, logit: l) - quantile) < 1e-10, "\(l)")
            #expect(abs(ContinuousBernoulli.quantile(0.7, logit: -l) - 1 + quantile) < 1e-10, "\(l)")
        }
    }

    /// The logit of a mean has that mean, from half a grey level to all but one.
    @Test func logitsOfMeans() {
        for mean in (1..<1020).map({ Double($0) / 1020 }) + [0.5, 0.5 + 1e-9, 0.499_999, 1e-5, 1 - 1e-5] {
            let logit = ContinuousBernoulli.logit(ofMean: mean)
            #expect(abs(ContinuousBernoulli.cumulants(logit).mean - mean) < 1e-13, "\(mean)")
        }
    }

    /// exp(−loss) is a density on [0, 1]: Simpson's rule with steps of 1/4096, whose error is (l/4096)⁴/180 of it; losses in Float are
    /// off by 6·u·(l + 1 + ln l).
    @Test(arguments: [0, 1e-4, -0.2, 1.4, -1.6, 5, -20, 40] as [Float])
    func integratesToOne(logit: Float) throws {
        let grid = (0...4096).map { Float($0) / 4096 }
        let found = try run(grid.map { _ in logit }, grid, count: grid.count).losses
        let weights = grid.indices.map { $0 == 0 || $0 == 4096 ? 1.0 : $0 % 2 == 1 ? 4 : 2 }
        let sum = zip(found, weights).reduce(0.0) { $0 + exp(-Double($1.0)) * $1.1 } / (3 * 4096)
        #expect(abs(sum - 1) < 6 * unitRoundoff * (abs(Double(logit)) + 5) + 1e-9, "\(sum)")
    }

    /// Draws have the distribution function: their shares below its tenths are tenths.
    @Test(arguments: [0, 1e-5, -0.7, 3, -60] as [Float])
    func draws(logit: Float) throws {
        let count = 40_000
        var stream = RandomStream(seed: 5, purpose: .pixelNoise)
        let values = (0..<count).map { _ in
            ContinuousBernoulli().draw(
                around: 0, output: [logit], at: 0, parameters: [], from: &stream)
        }
        #expect(values.allSatisfy { (0...1).contains($0) })
        for tenth in 1...9 {
            let bound = Float(ContinuousBernoulli.quantile(Double(tenth) / 10, logit: Double(logit)))
            let share = Double(values.count { $0 < bound }) / Double(count)
            // Five standard errors of a share.
            #expect(abs(share - Double(tenth) / 10) < 5 * (0.25 / Double(count)).squareRoot(), "\(tenth)")
        }
        let mean = values.reduce(0) { $0 + Double($1) } / Double(count)
        let expected = Reference.continuousBernoulliMean(Double(logit))
        #expect(abs(mean - expected) < 5 * 0.289 / Double(count).squareRoot())
    }

    /// Images of every length: the sum's eight lanes and its tail add up.
    @Test func sumsOfEveryLength() throws {
        var random = SplitMix(state: 2)
        for values in Array(1...33) + [99, 784, 1001] {
            for count in [1, 2, 3] {
                let logits = random.values(count * values).map { 8 * $0 }
                let xs = random.values(count * values).map { ($0 + 1) / 2 }
                let scale: Float = 0.37
                let found = try run(logits, xs, count: count, scale: scale)
                let expected = Reference.continuousBernoulliLoss(
                    logits: logits.doubles, targets: xs.doubles, count: count)
                // Each term as above, and values / 8 + 8 additions.
                let limits = (0..<count).map { image in
                    let terms = logits[image * values..<(image + 1) * values]
                    return unitRoundoff * Double(6 + values / 8 + 8)
                        * terms.reduce(0) { $0 + abs(Double($1)) + size($1) }
                }
                #expect(excess(found.losses, expected, bounds: limits) <= 1, "\(count) of \(values)")
                let slopes = zip(logits.doubles, xs.doubles)
                    .map { Double(scale) * (Reference.continuousBernoulliMean($0) - $1) }
                #expect(excess(found.gradient, slopes, bounds: slopes.map { _ in 6 * unitRoundoff }) <= 1)
            }
        }
    }

    /// The training step has its gradient written over the logits; evaluation wants none. Means, too.
    @Test func inPlaceOrNone() throws {
        var random = SplitMix(state: 3)
        let (logits, xs) = (
            random.values(2 * 21).map { 3 * $0 }, random.values(2 * 21).map { ($0 + 1) / 2 }
        )
        let expected = try run(logits, xs, count: 2, scale: 0.5)
        let (position, x, losses) = (try Guarded(logits), try Guarded(xs), try Guarded(untouched: 2))
        ContinuousBernoulli.loss(
            logits: position.region, targets: x.region, count: 2, losses: losses.region, gradient: nil,
            scale: 0)
        #expect(losses.values == expected.losses && position.values == logits)
        ContinuousBernoulli.loss(
            logits: position.region, targets: x.region, count: 2, losses: losses.region,
            gradient: position.region, scale: 0.5)
        #expect(losses.values == expected.losses && position.values == expected.gradient)
        #expect(areIntact([position, x, losses]))
        for count in Array(0...20) + [Self.logits.count] {
            let logits = Array(Self.logits.suffix(count))
            let (l, means) = (try Guarded(logits), try Guarded(untouched: count))
            ContinuousBernoulli.means(logits: l.region, into: means.region)
            let expected = logits.doubles.map { Reference.continuousBernoulliMean($0) }
            #expect(excess(means.values, expected, bounds: expected.map { _ in 5 * unitRoundoff }) <= 1)
            #expect(means.values.allSatisfy { $0 >= 0 && $0 <= 1 })
            ContinuousBernoulli.means(logits: l.region, into: l.region)
            #expect(l.values == means.values && areIntact([l, means]))
        }
    }

    /// A network that has left the numbers shows in its loss.
    @Test func brokenLogitsShow() throws {
        for logit: Float in [.nan, .infinity, -.infinity] {
            for (values, position) in [(8, 3), (5, 2)] {
                var logits = [Float](repeating: 0, count: values)
                logits[position] = logit
                for target: Float in [0, 1, 0.5] {
                    let xs = [Float](repeating: target, count: values)
                    let loss = try run(logits, xs, count: 1).losses[0]
                    #expect(!loss.isFinite, "\(logit) for \(target)")
                }
            }
        }
        let (l, means) = (try Guarded([.nan, .infinity, -.infinity]), try Guarded(untouched: 3))
        ContinuousBernoulli.means(logits: l.region, into: means.region)
        #expect(means.values[0].isNaN && Array(means.values.dropFirst()) == [1, 0])
    }
}
