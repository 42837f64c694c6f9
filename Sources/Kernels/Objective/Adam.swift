/// Adam: steps scaled by running means of the gradient and of its square.
///
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η·m̂ / (√v̂ + ε) with m̂ = m / (1−β₁ᵗ) and v̂ = v / (1−β₂ᵗ).
///
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, algorithm 1.
package struct Adam: Sendable {
    package var learningRate: Float
    package let beta1: Float
    package let beta2: Float
    package let epsilon: Float

    package init(learningRate: Float, beta1: Float, beta2: Float, epsilon: Float) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    /// Step `step` (from 1) for one run of parameters, with the gradient given as `parts` that are added pair by pair
    /// (`PairwiseSum`).
    ///
    /// - Parameters:
    ///   - gradients: (parts, parameters), one after the other; the first receives the sum, the others are spent
    ///   - range: the parameters to update: disjoint ranges can go to different threads
    /// - Returns: whether the parameters and their moments are finite numbers still
    @discardableResult
    package func update(
        _ parameters: FloatRegion, gradients: FloatRegion, parts: Int, firstMoment: FloatRegion,
        secondMoment: FloatRegion, range: Range<Int>, step: Int
    ) -> Bool {
        let stride = parameters.count
        precondition(
            gradients.count >= parts * stride && firstMoment.count == stride && secondMoment.count == stride
                && range.lowerBound >= 0 && range.upperBound <= stride && parts > 0 && step > 0,
            "\(range) of \(stride) parameters, \(parts) parts, step \(step)")
        let correction1 = Float(1 / (1 - Elementary.power(Double(beta1), step)))
        let correction2 = Float(1 / (1 - Elementary.power(Double(beta2), step)))
        // The largest exponent met: all ones in what is infinite or no number. A first moment that is not finite makes a
        // parameter so, too.
        var largest: UInt32 = 0
        var start = range.lowerBound
        while start < range.upperBound {
            let count = min(Self.chunk, range.upperBound - start)
            PairwiseSum.addRows(gradients.base + start, count: parts, stride: stride, length: count)
            let sum = UnsafePointer(gradients.base + start)
            let (w, m, v) = (parameters.base + start, firstMoment.base + start, secondMoment.base + start)
            for index in 0..<count {
                let g = sum[index]
                let first = beta1 * m[index] + (1 - beta1) * g
                let second = beta2 * v[index] + (1 - beta2) * (g * g)
                m[index] = first
                v[index] = second
                w[index] -=
                    learningRate * (first * correction1) / ((second * correction2).squareRoot() + epsilon)
                largest = max(
                    largest, w[index].bitPattern & Self.exponent, second.bitPattern & Self.exponent)
            }
            start += count
        }
        return largest < Self.exponent
    }

    private static let exponent = Float.infinity.bitPattern

    /// Floats of a chunk, few enough that those of up to 16 parts stay in half of a first-level cache while they are added.
    private static let chunk = 256
}
