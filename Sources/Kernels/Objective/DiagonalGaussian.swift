/// A Gaussian likelihood with a variance for each value of an image, or one for each channel.
///
/// The variance is σ² = 10⁻⁶ + e^p, and p is what is learned. Unlike the one variance of `Gaussian`, which is as large as the error of
/// the whole, that of a pixel that is always black would run to 0 and its density to infinity. With the floor it ends at σ = 0.001:
/// below the steps of eight bits, whose rounding has a variance of 1/(12 · 255²) = 1.3 · 10⁻⁶, and a thousandth of the spread of
/// a standardised column. A sum, not a maximum: it is smooth, so that gradients are slopes everywhere, and a p that has come below
/// the floor is still led back. Far above the floor p is log σ².
package struct DiagonalGaussian: Sendable {
    /// The shape of the log-variances: (channels), or (height, width, channels). Value v has the one at v modulo their number.
    package let shape: [Int]

    package init(shape: [Int]) { self.shape = shape }

    /// The least σ².
    package static let leastVariance = 1e-6

    /// σ² = 10⁻⁶ + e^p.
    package static func variance(_ logVariance: Double) -> Double {
        leastVariance + Elementary.exp(logVariance)
    }

    /// −ln N(x; m, diag σ²) = ½ Σ ((x − m)²/σ² + ln σ² + ln 2π), summed over each image, in nats.
    ///
    /// - Parameters:
    ///   - means: (count, values)
    ///   - targets: (count, values), any numbers
    ///   - logVariances: p, of one value or a channel each, the channels last as in the images
    ///   - losses: receives one sum an image
    ///   - gradient: receives ∂(scale · loss)/∂m = scale · (m − x)/σ², unless nil; may be `means`
    ///   - logVarianceGradients: (count, log-variances): receives ∂(scale · loss)/∂p =
    ///     scale · ½ Σ (1 − (x − m)²/σ²) · e^p/σ² of each image, over the values that have the p, unless nil
    package static func loss(
        means: FloatRegion, targets: FloatRegion, logVariances: FloatRegion, count: Int, losses: FloatRegion,
        gradient: FloatRegion?, logVarianceGradients: FloatRegion?, scale: Float
    ) {
        let (values, period) = (means.count / max(count, 1), logVariances.count)
        precondition(
            means.count == count * values && targets.count == means.count && losses.count >= count
                && period > 0 && values % period == 0 && gradient.map { $0.count == means.count } ?? true
                && logVarianceGradients.map { $0.count >= count * period } ?? true,
            "\(count) images of \(means.count) means with \(period) variances")
        for image in 0..<count {
            let start = image * values
            let part = Part(
                means: means.base + start, targets: targets.base + start, logVariances: logVariances.base,
                count: values, period: period, gradient: gradient.map { $0.base + start },
                slopes: logVarianceGradients.map { $0.base + image * period }, scale: scale)
            losses.base[image] = Float(period == values ? part.lossOfValues() : part.lossOfChannels())
        }
    }
}

/// What follows from eight p: 1/σ², ln σ² and ∂ ln σ²/∂p = e^p/σ², without a difference that would lose digits.
struct Variances {
    let precision, logVariance, share: SIMD8<Float>

    /// ln 10⁻⁶.
    private static let least: Float = -13.815_511

    @inline(__always)
    init(_ p: SIMD8<Float>) {
        let small = exponential(ofMinus: magnitude(p))
        let isNegative = p .< 0
        // Where e^p has no number of its own, its inverse is 0, and it is in no product.
        let power = (1 / small).replacing(with: small, where: isNegative)
        let inverse = small.replacing(with: 1 / small, where: isNegative)
        let floor = Float(DiagonalGaussian.leastVariance)
        let isBelow = p .< Self.least
        // The smaller of e^p and the floor over the larger.
        let ratio = (inverse * floor).replacing(with: power * 1e6, where: isBelow)
        let weight = 1 / (1 + ratio)
        share = weight.replacing(with: ratio * weight, where: isBelow)
        precision = (inverse * weight).replacing(with: 1e6 * weight, where: isBelow)
        logVariance = p.replacing(with: Self.least, where: isBelow) + logarithm(ofOnePlus: ratio)
    }
}

/// One image.
private struct Part {
    let means, targets, logVariances: UnsafePointer<Float>
    let count, period: Int
    let gradient, slopes: UnsafeMutablePointer<Float>?
    let scale: Float

    /// With a variance for each value: eight lanes, summed in one fixed order.
    func lossOfValues() -> Double {
        let half = 0.5 * scale
        var lanes = SIMD8<Float>.zero
        var index = 0
        while index + 8 <= count {
            let variances = Variances(eightFloats(at: logVariances + index))
            let difference = eightFloats(at: means + index) - eightFloats(at: targets + index)
            let weighted = difference * variances.precision
            let square = difference * weighted
            lanes += square + (variances.logVariance + Self.logTwoPi)
            if let gradient { store(scale * weighted, at: gradient + index) }
            if let slopes { store(half * (1 - square) * variances.share, at: slopes + index) }
            index += 8
        }
        var sum = Double(lanes.sum())
        while index < count {
            let variances = Variances(SIMD8(repeating: logVariances[index]))
            let difference = means[index] - targets[index]
            let weighted = difference * variances.precision[0]
            let square = difference * weighted
            sum += Double(square + (variances.logVariance[0] + Self.logTwoPi))
            gradient?[index] = scale * weighted
            slopes?[index] = half * (1 - square) * variances.share[0]
            index += 1
        }
        return 0.5 * sum
    }

    /// With one for each channel: the squared errors of one channel after the other, each sum in Double.
    func lossOfChannels() -> Double {
        let perChannel = Double(count / period)
        var sum = 0.0
        for channel in 0..<period {
            let variances = Variances(SIMD8(repeating: logVariances[channel]))
            let precision = variances.precision[0]
            let factor = scale * precision
            var errors = 0.0
            for index in stride(from: channel, to: count, by: period) {
                let difference = means[index] - targets[index]
                errors += Double(difference * difference)
                gradient?[index] = factor * difference
            }
            let scaled = Double(precision) * errors
            sum += scaled + perChannel * Double(variances.logVariance[0] + Self.logTwoPi)
            slopes?[channel] = Float(
                0.5 * Double(scale) * (perChannel - scaled) * Double(variances.share[0]))
        }
        return 0.5 * sum
    }

    /// ln 2π.
    private static let logTwoPi: Float = 1.837_877_1
}
