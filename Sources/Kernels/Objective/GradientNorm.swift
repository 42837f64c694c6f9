/// Clipping of a gradient by its norm.
///
/// g ← g · min(1, limit / (‖g‖ + 10⁻⁶)), with the norm over all parameters: the direction stays, and no step is taken with more than
/// `limit`.
///
/// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm 1; with the 10⁻⁶ of
/// PyTorch's `clip_grad_norm_`.
package enum GradientNorm {
    /// Σ g² of some parameters, in Double and in their order.
    package static func squares(_ gradient: FloatRegion) -> Double {
        var sum = 0.0
        for index in 0..<gradient.count {
            let value = Double(gradient.base[index])
            sum += value * value
        }
        return sum
    }

    /// What the gradient is multiplied by, at most 1. A gradient with an infinite element gets 0, which makes that element no number:
    /// it is found as one that is not finite.
    ///
    /// - Parameter squares: Σ g² over all parameters
    package static func factor(squares: Double, limit: Double) -> Float {
        Float(min(1, limit / (squares.squareRoot() + 1e-6)))
    }
}

/// Numbers in Double that threads write at places of their own, zero at first.
package final class DoubleStorage: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Double>
    package let count: Int

    package init(count: Int) {
        precondition(count >= 0, "a storage of \(count) numbers")
        self.count = count
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: 0, count: max(count, 1))
    }

    deinit { base.deallocate() }

    package subscript(index: Int) -> Double {
        get {
            precondition(index >= 0 && index < count, "number \(index) of \(count)")
            return base[index]
        }
        set {
            precondition(index >= 0 && index < count, "number \(index) of \(count)")
            base[index] = newValue
        }
    }
}

extension FloatRegion {
    /// Multiplies every float.
    package func scale(by factor: Float) { for index in 0..<count { base[index] *= factor } }
}
