/// Sigmoid and binary cross-entropy from logits.
package struct Bernoulli: Sendable {
    package init() {}

    /// The negative log-likelihood of pixels x under Bernoulli means σ(logit), summed over each image, in nats:
    /// Σ max(l, 0) − l·x + ln(1 + e^−|l|), which neither overflows nor loses digits at any logit.
    ///
    /// - Parameters:
    ///   - logits: (count, pixels)
    ///   - targets: (count, pixels), values in [0, 1]
    ///   - losses: receives one sum an image
    ///   - gradient: receives ∂(scale · loss)/∂logit = scale · (σ(l) − x), unless nil; may be `logits`
    package static func loss(
        logits: FloatRegion, targets: FloatRegion, count: Int, losses: FloatRegion, gradient: FloatRegion?,
        scale: Float
    ) {
        let pixels = logits.count / max(count, 1)
        precondition(
            logits.count == count * pixels && targets.count == logits.count && losses.count >= count
                && gradient.map { $0.count == logits.count } ?? true,
            "\(count) images of \(logits.count) logits")
        for image in 0..<count {
            let (l, x) = (
                UnsafePointer(logits.base + image * pixels), UnsafePointer(targets.base + image * pixels)
            )
            // Eight lanes, summed in one fixed order: a sum that does not depend on the processor.
            var lanes = SIMD8<Float>()
            let whole = pixels & ~7
            var index = 0
            while index < whole {
                let (logit, target) = (eightFloats(at: l + index), eightFloats(at: x + index))
                let small = exponential(ofMinus: magnitude(logit))
                lanes += positivePart(logit) - logit * target + logarithm(ofOnePlus: small)
                if let gradient {
                    store(
                        scale * (sigmoid(logit, small) - target), at: gradient.base + image * pixels + index)
                }
                index += 8
            }
            var sum = Double(lanes.sum())
            while index < pixels {
                let (logit, target) = (SIMD8<Float>(repeating: l[index]), x[index])
                let small = exponential(ofMinus: magnitude(logit))
                sum += Double(max(l[index], 0) - l[index] * target + logarithm(ofOnePlus: small)[0])
                if let gradient {
                    gradient.base[image * pixels + index] = scale * (sigmoid(logit, small)[0] - target)
                }
                index += 1
            }
            losses.base[image] = Float(sum)
        }
    }

    /// means = σ(logits) = 1 / (1 + e^−logit), element by element; both may be the same region.
    package static func means(logits: FloatRegion, into means: FloatRegion) {
        precondition(logits.count == means.count, "\(logits.count) logits to \(means.count) means")
        let (l, m) = (UnsafePointer(logits.base), means.base)
        var index = 0
        while index < logits.count & ~7 {
            let logit = eightFloats(at: l + index)
            store(sigmoid(logit, exponential(ofMinus: magnitude(logit))), at: m + index)
            index += 8
        }
        while index < logits.count {
            let logit = SIMD8<Float>(repeating: l[index])
            m[index] = sigmoid(logit, exponential(ofMinus: magnitude(logit)))[0]
            index += 1
        }
    }
}
