/// A Gaussian likelihood of an image's pixels, with one variance for all of them that is given by its logarithm.
///
/// The logarithm may be any number, so that no bound is needed to keep the variance positive. Nor does it run away: where the mean
/// squared error is S the loss has its least at log σ² = ln S, and pixels of eight bits are not told better than their steps.
package struct Gaussian: Sendable {
    package init() {}

    /// −ln N(x; m, σ²) = ½ Σ ((x − m)²/σ² + log σ² + ln 2π), summed over each image, in nats. A density's logarithm: it is
    /// negative where σ is small and the means are near.
    ///
    /// - Parameters:
    ///   - means: (count, pixels)
    ///   - targets: (count, pixels)
    ///   - logVariance: log σ²
    ///   - losses: receives one sum an image
    ///   - gradient: receives ∂(scale · loss)/∂m = scale · (m − x)/σ², unless nil; may be `means`
    ///   - logVarianceGradients: receives ∂(scale · loss)/∂log σ² = scale · ½ Σ (1 − (x − m)²/σ²) of each image, unless nil
    package static func loss(
        means: FloatRegion, targets: FloatRegion, logVariance: Float, count: Int, losses: FloatRegion,
        gradient: FloatRegion?, logVarianceGradients: FloatRegion?, scale: Float
    ) {
        let pixels = means.count / max(count, 1)
        precondition(
            means.count == count * pixels && targets.count == means.count && losses.count >= count
                && gradient.map { $0.count == means.count } ?? true
                && logVarianceGradients.map { $0.count >= count } ?? true,
            "\(count) images of \(means.count) means")
        let precision = Elementary.exp(-Double(logVariance))
        let factor = Float(Double(scale) * precision)
        for image in 0..<count {
            let start = image * pixels
            let errors = squaredErrors(
                means.base + start, targets.base + start, pixels, factor, gradient.map { $0.base + start })
            let scaled = precision * errors
            losses.base[image] = Float(
                0.5 * (scaled + Double(pixels) * (Double(logVariance) + logTwoPi)))
            logVarianceGradients?.base[image] = Float(Double(scale) * 0.5 * (Double(pixels) - scaled))
        }
    }

    /// Σ (m − x)² of one image; `gradient` receives factor · (m − x).
    private static func squaredErrors(
        _ means: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ pixels: Int, _ factor: Float,
        _ gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        // Eight lanes, summed in one fixed order: a sum that does not depend on the processor.
        typealias Vector = SIMD8<Float>
        var lanes = Vector.zero
        var index = 0
        while index + 8 <= pixels {
            let difference =
                UnsafeRawPointer(means + index).loadUnaligned(as: Vector.self)
                - UnsafeRawPointer(targets + index).loadUnaligned(as: Vector.self)
            lanes += difference * difference
            if let gradient {
                UnsafeMutableRawPointer(gradient + index)
                    .storeBytes(of: factor * difference, as: Vector.self)
            }
            index += 8
        }
        var sum = Double(lanes.sum())
        while index < pixels {
            let difference = means[index] - targets[index]
            sum += Double(difference * difference)
            gradient?[index] = factor * difference
            index += 1
        }
        return sum
    }

    /// ln 2π.
    private static let logTwoPi = 1.837_877_066_409_345_5
}
