/// A continuous Bernoulli likelihood of values from 0 to 1: the density p(x) = C(λ) λˣ (1 − λ)¹⁻ˣ, given by its logit l = ln(λ/(1 − λ)).
///
/// A Bernoulli likelihood of shades leaves C(λ) out, and is no distribution of them. With it the density is eˡˣ · l/(eˡ − 1), an
/// exponential one cut off at 0 and 1, whose mean is not λ but
///
///     m(l) = 1/(1 − e⁻ˡ) − 1/l,
///
/// the derivative of A(l) = ln((eˡ − 1)/l). Both have the form 0/0 at l = 0, where the density is 1 everywhere. With a = |l|
///
///     A(l) = max(l, 0) + ln((1 − e⁻ᵃ)/a),    m(l) = 1/(1 − e⁻ᵃ) − 1/a for l > 0, and 1 minus that for l < 0,
///
/// which neither overflow nor lose digits far from 0. Below a = 1.5 they are the series of Bernoulli's numbers,
/// ln((1 − e⁻ᵃ)/a) = −a/2 + a²/24 − a⁴/2880 + …, and m = ½ + l/12 − l³/720 + …; the remainders are below 2⁻²⁸.
///
/// The density has no bound: where a value is always 0 or always 1, l runs away and −ln p falls as −ln |l|.
///
/// Source: Loaiza-Ganem and Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders", 2019.
package struct ContinuousBernoulli: Sendable {
    package init() {}

    /// −ln p(x|l) = A(l) − l·x, summed over each image, in nats. A density's: it is negative where l is large and x near the side that l
    /// is for.
    ///
    /// - Parameters:
    ///   - logits: (count, values)
    ///   - targets: (count, values), in [0, 1]
    ///   - losses: receives one sum an image
    ///   - gradient: receives ∂(scale · loss)/∂l = scale · (m(l) − x), unless nil; may be `logits`
    package static func loss(
        logits: FloatRegion, targets: FloatRegion, count: Int, losses: FloatRegion, gradient: FloatRegion?,
        scale: Float
    ) {
        let values = logits.count / max(count, 1)
        precondition(
            logits.count == count * values && targets.count == logits.count && losses.count >= count
                && gradient.map { $0.count == logits.count } ?? true,
            "\(count) images of \(logits.count) logits")
        for image in 0..<count {
            let (l, x) = (
                UnsafePointer(logits.base + image * values), UnsafePointer(targets.base + image * values)
            )
            // Eight lanes, summed in one fixed order: a sum that does not depend on the processor.
            var lanes = SIMD8<Float>()
            var index = 0
            while index + 8 <= values {
                let (logit, target) = (eightFloats(at: l + index), eightFloats(at: x + index))
                let terms = Normalizer(logit)
                lanes += positivePart(logit) - logit * target + terms.logarithm
                if let gradient {
                    store(scale * (terms.mean - target), at: gradient.base + image * values + index)
                }
                index += 8
            }
            var sum = Double(lanes.sum())
            while index < values {
                let target = x[index]
                let terms = Normalizer(SIMD8(repeating: l[index]))
                sum += Double(max(l[index], 0) - l[index] * target + terms.logarithm[0])
                if let gradient {
                    gradient.base[image * values + index] = scale * (terms.mean[0] - target)
                }
                index += 1
            }
            losses.base[image] = Float(sum)
        }
    }

    /// means = m(logits), element by element; both may be the same region.
    package static func means(logits: FloatRegion, into means: FloatRegion) {
        precondition(logits.count == means.count, "\(logits.count) logits to \(means.count) means")
        let (l, m) = (UnsafePointer(logits.base), means.base)
        var index = 0
        while index + 8 <= logits.count {
            store(Normalizer(eightFloats(at: l + index)).mean, at: m + index)
            index += 8
        }
        while index < logits.count {
            m[index] = Normalizer(SIMD8(repeating: l[index])).mean[0]
            index += 1
        }
    }

    /// The place below which a share of the density lies: x = ln(1 + u (eˡ − 1))/l, in Double.
    ///
    /// For l > 0 it is 1 minus that of 1 − u and −l, so that no power overflows. Near l = 0 it is u + l u (1 − u)/2, off by less than l²/12.
    package static func quantile(_ share: Double, logit: Double) -> Double {
        let size = abs(logit)
        guard size >= 1e-4 else { return share + 0.5 * logit * share * (1 - share) }
        let below = logit < 0 ? share : 1 - share
        let x = -Elementary.log(1 + below * Elementary.expm1(-size)) / size
        return min(1, max(0, logit < 0 ? x : 1 - x))
    }

    /// A(l) and m(l) in Double.
    package static func cumulants(_ logit: Double) -> (logarithm: Double, mean: Double) {
        let size = abs(logit)
        guard size >= 0.1 else {
            // The next terms are below 10⁻¹⁶.
            let q = logit * logit
            return (
                0.5 * logit + q * (1.0 / 24 - q * (1.0 / 2880 - q * (1.0 / 181440 - q / 9_676_800))),
                0.5 + logit * (1.0 / 12 - q * (1.0 / 720 - q * (1.0 / 30240 - q / 1_209_600)))
            )
        }
        let rest = -Elementary.expm1(-size)
        let above = 1 / rest - 1 / size
        return (max(logit, 0) + Elementary.log(rest / size), logit > 0 ? above : 1 - above)
    }

    /// The logit of a mean above 0 and below 1: the l with m(l) = mean, which is where the likelihood of values with that mean is greatest.
    ///
    /// Newton's steps on the side of ½ where m < ½. There 1/l is nearly linear in m: l = −1/m is the limit for small m, and 12 (m − ½)
    /// the slope at ½.
    package static func logit(ofMean mean: Double) -> Double {
        let low = min(mean, 1 - mean)
        var logit = low < 0.2 ? -1 / low : 12 * (low - 0.5)
        for _ in 0..<50 {
            let size = -logit
            let found = cumulants(logit).mean
            // m′ = 1/l² − 1/(4 sinh²(l/2)), the variance; e^l/(1 − e^l)² for the second term, and 1/12 − l²/240 at 0.
            let power = Elementary.exp(-size)
            let variance =
                size < 0.05
                ? 1.0 / 12 - size * size / 240
                : 1 / (size * size) - power / (Elementary.expm1(-size) * Elementary.expm1(-size))
            let step = (found - low) / variance
            logit = min(logit - step, 0)
            if abs(step) <= 1e-12 * max(1, size) { break }
        }
        return mean < 0.5 ? logit : -logit
    }
}

/// What follows from eight logits.
struct Normalizer {
    /// ln((1 − e^−|l|)/|l|), and m(l).
    let logarithm, mean: SIMD8<Float>

    @inline(__always)
    init(_ logit: SIMD8<Float>) {
        let size = magnitude(logit)
        let e = exponential(ofMinus: size)
        let rest = 1 - e
        // Far from 0. The inverse of (1 − e)/a, which may be no normal number.
        let farLogarithm = -Kernels.logarithm(size / rest)
        let inverse = 1 / size
        let farMean = (inverse - e / rest).replacing(with: 1 / rest - inverse, where: logit .> 0)
        // Near it. B₂ₙ/(2n (2n)!) of l²ⁿ, and B₂ₙ/(2n)! of l²ⁿ⁻¹.
        let q = logit * logit
        var p = SIMD8<Float>(repeating: -691.0 / 32_760 / 479_001_600)
        p = p * q + (1.0 / 479_001_600)
        p = p * q - (1.0 / 9_676_800)
        p = p * q + (1.0 / 181_440)
        p = p * q - (1.0 / 2880)
        p = p * q + (1.0 / 24)
        var r = SIMD8<Float>(repeating: -691.0 / 2730 / 479_001_600)
        r = r * q + (1.0 / 47_900_160)
        r = r * q - (1.0 / 1_209_600)
        r = r * q + (1.0 / 30_240)
        r = r * q - (1.0 / 720)
        r = r * q + (1.0 / 12)
        let isNear = size .< 1.5
        logarithm = farLogarithm.replacing(with: p * q - 0.5 * size, where: isNear)
        mean = farMean.replacing(with: r * logit + 0.5, where: isNear)
    }
}

extension ContinuousBernoulli: PixelLikelihood {
    package var outputsPerValue: Int { 1 }
    package var parameters: [Parameter] { [] }
    package var isDensity: Bool { true }

    package func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?
    ) {
        Self.loss(
            logits: output, targets: targets, count: count, losses: losses, gradient: gradient?.output,
            scale: gradient?.scale ?? 0)
    }

    package func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int) {}

    package func writeMeans(_ output: FloatRegion, into means: FloatRegion) {
        Self.means(logits: output, into: means)
    }

    package func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float {
        let logit = output.first.map(Double.init) ?? .nan
        return Float(Self.quantile(Double(stream.uniform()), logit: logit))
    }
}
