import Glibc

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

    /// Step `step` (from 1) for one run of parameters, with the gradient given as `parts` that are summed in order.
    ///
    /// - Parameters:
    ///   - parts: gradients of `stride` floats each, one after the other, (parts, stride)
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
        let correction1 = Float(1 / (1 - pow(Double(beta1), Double(step))))
        let correction2 = Float(1 / (1 - pow(Double(beta2), Double(step))))
        // The largest exponent met: all ones in what is infinite or no number. A first moment that is not finite makes a
        // parameter so, too.
        var largest: UInt32 = 0
        // A chunk's sum stays in the first-level cache between the additions.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.chunk) { buffer in
            guard let sum = buffer.baseAddress else { return }
            var start = range.lowerBound
            while start < range.upperBound {
                let count = min(Self.chunk, range.upperBound - start)
                sum.update(from: gradients.base + start, count: count)
                for part in 1..<max(parts, 1) {
                    let gradient = UnsafePointer(gradients.base + part * stride + start)
                    for index in 0..<count { sum[index] += gradient[index] }
                }
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
        }
        return largest < Self.exponent
    }

    private static let exponent = Float.infinity.bitPattern

    /// 1 KiB: a larger temporary would come from the heap, once a chunk.
    private static let chunk = 256
}
