import Glibc
import Kernels
import ReferenceKernels
import Testing

/// The reconstruction's likelihood against its definition in Double.
@Suite("Bernoulli likelihood")
struct BernoulliTests {
    static let logits: [Float] = {
        var values: [Float] = (-200...200).map(Float.init)
        values += [
            0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, 0x1p-133, 1e-20, 1e-10, 1e-7, 1e-4,
        ]
        values += [-.leastNonzeroMagnitude, -0x1p-133, -1e-10, -1e-4, 87.2, 87.3, 87.4, 88, 103, 1e10, 3e38]
        values += [-87.2, -87.3, -87.4, -88, -103, -1e10, -3e38]
        var random = SplitMix(state: 1)
        return values + random.values(2000).map { 12 * $0 }
    }()
    static let targets: [Float] = [0, 1, 0.5, 1 / 255, 254 / 255, 0.3]

    struct Result {
        let losses: [Float]
        let gradient: [Float]
    }

    /// Losses and gradient, with guards around every region.
    func run(_ logits: [Float], _ targets: [Float], count: Int, scale: Float = 1) throws -> Result {
        let (l, x) = (try Guarded(logits), try Guarded(targets))
        let (losses, gradient) = (try Guarded(untouched: count), try Guarded(untouched: logits.count))
        Bernoulli.loss(
            logits: l.region, targets: x.region, count: count, losses: losses.region,
            gradient: gradient.region,
            scale: scale)
        #expect(
            areIntact([l, x, losses, gradient])
                && zip(l.values, logits).allSatisfy { $0.bitPattern == $1.bitPattern })
        return Result(losses: losses.values, gradient: gradient.values)
    }

    /// One logit an image, once in the eight-lane path and once in the tail. max(l, 0) − l·x is rounded twice, the
    /// logarithm is within two units, its argument's error of two units enters at most in full, and the sum is
    /// rounded: below 5·u·(|l| + ln 2) altogether, u = 2⁻²⁴.
    @Test(arguments: targets)
    func eachLogit(target: Float) throws {
        let logits = Self.logits
        let xs = [Float](repeating: target, count: logits.count)
        let tail = try run(logits, xs, count: logits.count, scale: 1)
        let expected = Reference.bernoulliLoss(
            logits: logits.doubles, targets: xs.doubles, count: logits.count)
        let limits = logits.map { 5 * unitRoundoff * (abs(Double($0)) + log(2)) }
        #expect(excess(tail.losses, expected, bounds: limits) <= 1)
        let slopes = Reference.bernoulliGradient(logits: logits.doubles, targets: xs.doubles)
        // σ is off by at most 2 units of e^−|l| and two roundings, the difference by one more: all are below 1.
        #expect(excess(tail.gradient, slopes, bounds: slopes.map { _ in 4 * unitRoundoff }) <= 1)

        // The same logit in seven lanes of eight costs nothing: there the loss is 0 exactly.
        for (index, logit) in logits.enumerated() {
            var (eight, zeros) = ([Float](repeating: -300, count: 8), [Float](repeating: 0, count: 8))
            eight[index % 8] = logit
            zeros[index % 8] = target
            let lane = try run(eight, zeros, count: 1)
            #expect(lane.losses[0] == tail.losses[index])
            #expect(lane.gradient[index % 8] == tail.gradient[index])
        }
    }

    /// Black and white pixels that are told right cost little, and that little keeps its digits: nothing cancels.
    /// ln(1 + e^−|l|): two units of the exponential and two of the logarithm.
    @Test func smallLossesKeepTheirDigits() throws {
        for sign: Float in [-1, 1] {
            let logits = (0..<870).map { sign * Float($0) / 10 }
            let xs = [Float](repeating: sign > 0 ? 1 : 0, count: logits.count)
            let found = try run(logits, xs, count: logits.count).losses
            let expected = logits.map { log1p(exp(-abs(Double($0)))) }
            #expect(excess(found, expected, bounds: expected.map { 8 * unitRoundoff * $0 }) <= 1)
        }
    }

    /// Images of every length: the sum's eight lanes and its tail add up.
    @Test func sumsOfEveryLength() throws {
        var random = SplitMix(state: 2)
        for pixels in Array(1...33) + [99, 784, 1001] {
            for count in [1, 2, 3] {
                let logits = random.values(count * pixels).map { 8 * $0 }
                let xs = random.values(count * pixels).map { ($0 + 1) / 2 }
                let scale: Float = 0.37
                let found = try run(logits, xs, count: count, scale: scale)
                let expected = Reference.bernoulliLoss(
                    logits: logits.doubles, targets: xs.doubles, count: count)
                // Each term as above, and pixels / 8 + 8 additions of numbers below the sum.
                let limits = (0..<count).map { image in
                    let terms = logits[image * pixels..<(image + 1) * pixels]
                    return unitRoundoff
                        * (5 * terms.reduce(0) { $0 + abs(Double($1)) + log(2) }
                            + Double(pixels / 8 + 8) * expected[image])
                }
                #expect(excess(found.losses, expected, bounds: limits) <= 1, "\(count) of \(pixels)")
                let slopes = Reference.bernoulliGradient(logits: logits.doubles, targets: xs.doubles)
                    .map { Double(scale) * $0 }
                #expect(excess(found.gradient, slopes, bounds: slopes.map { _ in 5 * unitRoundoff }) <= 1)
            }
        }
    }

    /// The training step has its gradient written over the logits; evaluation wants none.
    @Test func gradientInPlaceOrNone() throws {
        var random = SplitMix(state: 3)
        let (logits, xs) = (random.values(2 * 21), random.values(2 * 21).map { ($0 + 1) / 2 })
        let expected = try run(logits, xs, count: 2, scale: 0.5)
        let (position, x, losses) = (try Guarded(logits), try Guarded(xs), try Guarded(untouched: 2))
        Bernoulli.loss(
            logits: position.region, targets: x.region, count: 2, losses: losses.region, gradient: nil,
            scale: 0)
        #expect(losses.values == expected.losses && position.values == logits)
        Bernoulli.loss(
            logits: position.region, targets: x.region, count: 2, losses: losses.region,
            gradient: position.region,
            scale: 0.5)
        #expect(losses.values == expected.losses && position.values == expected.gradient)
        #expect(areIntact([position, x, losses]))
    }

    @Test func meansOfEveryLength() throws {
        for count in Array(0...20) + [Self.logits.count] {
            let logits = Array(Self.logits.suffix(count))
            let (l, means) = (try Guarded(logits), try Guarded(untouched: count))
            Bernoulli.means(logits: l.region, into: means.region)
            let expected = logits.doubles.map(Reference.sigmoid)
            // Two units of the exponential, the sum and the quotient: below 6·u of the result, where that is normal.
            let limits = expected.map { 6 * unitRoundoff * $0 + Double(Float.leastNormalMagnitude) }
            #expect(excess(means.values, expected, bounds: limits) <= 1)
            #expect(means.values.allSatisfy { $0 >= 0 && $0 <= 1 })
            Bernoulli.means(logits: l.region, into: l.region)
            #expect(l.values == means.values && areIntact([l, means]))
        }
    }

    /// A network that has left the numbers shows in its loss: NaN stays, and infinities are not hidden.
    @Test func brokenLogitsShow() throws {
        for logit: Float in [.nan, .infinity, -.infinity] {
            for (pixels, position) in [(8, 3), (5, 2)] {
                var logits = [Float](repeating: 0, count: pixels)
                logits[position] = logit
                for target: Float in [0, 1, 0.5] {
                    let xs = [Float](repeating: target, count: pixels)
                    let loss = try run(logits, xs, count: 1).losses[0]
                    #expect(!loss.isFinite, "\(logit) for \(target)")
                }
            }
        }
        let (l, means) = (try Guarded([.nan, .infinity, -.infinity]), try Guarded(untouched: 3))
        Bernoulli.means(logits: l.region, into: means.region)
        #expect(means.values[0].isNaN && Array(means.values.dropFirst()) == [1, 0])
        #expect(l.isIntact)
    }
}
