/// What follows a layer's sum.
package enum Activation: Sendable {
    /// Nothing: the layer gives logits or a mean.
    case identity
    /// max(0, x), the rectified linear unit.
    case rectified
}

extension Activation {
    /// `values` is (rows, channels): adds `bias`, (channels), to each row and applies the activation, in place.
    func finish(_ values: UnsafeMutablePointer<Float>, rows: Int, bias: FloatRegion) {
        let (channels, bias) = (bias.count, UnsafePointer(bias.base))
        switch self {
        case .identity:
            for row in 0..<rows {
                let values = values + row * channels
                for channel in 0..<channels { values[channel] += bias[channel] }
            }
        case .rectified:
            for row in 0..<rows {
                let values = values + row * channels
                for channel in 0..<channels { values[channel] = rectify(values[channel] + bias[channel]) }
            }
        }
    }

    /// Applies the activation to `count` values that have their bias already.
    func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
        guard self == .rectified else { return }
        for index in 0..<count { values[index] = rectify(values[index]) }
    }

    /// The way back through activation and bias, both in one pass over the gradient, (rows, channels).
    ///
    /// `gradient` comes as ∂L/∂output and leaves as ∂L/∂sum: where the output was cut to 0 it becomes 0.
    /// `biasGradient`, (channels), receives the sum of its rows, added when `accumulating`.
    func backward(
        _ gradient: FloatRegion, output: FloatRegion, rows: Int, biasGradient: FloatRegion, accumulating: Bool
    ) {
        let channels = biasGradient.count
        precondition(
            gradient.count >= rows * channels && output.count >= rows * channels, "\(rows) rows of gradient")
        if !accumulating { biasGradient.fill(with: 0) }
        let sums = biasGradient.base
        switch self {
        case .identity:
            for row in 0..<rows {
                let gradient = gradient.base + row * channels
                for channel in 0..<channels { sums[channel] += gradient[channel] }
            }
        case .rectified:
            for row in 0..<rows {
                let gradient = gradient.base + row * channels
                let output = UnsafePointer(output.base + row * channels)
                for channel in 0..<channels {
                    let passed = output[channel] > 0 ? gradient[channel] : 0
                    gradient[channel] = passed
                    sums[channel] += passed
                }
            }
        }
    }
}

/// max(0, x), NaN kept so that a broken run shows.
@inline(__always)
private func rectify(_ x: Float) -> Float { x < 0 ? 0 : x }
