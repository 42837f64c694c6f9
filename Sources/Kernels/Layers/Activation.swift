/// What follows a layer's sum.
package enum Activation: Sendable {
    /// Nothing: the layer gives logits or a mean.
    case identity
    /// max(0, x), the rectified linear unit.
    case rectified
}

extension Activation {
    /// `values` is (rows, channels): adds `bias`, (channels), to each row and applies the activation, in place.
    package func finish(_ values: FloatRegion, rows: Int, bias: FloatRegion) {
        let (channels, bias) = (bias.count, UnsafePointer(bias.base))
        precondition(values.count >= rows * channels, "\(rows) rows of \(channels) channels")
        let first = values.base
        switch self {
        case .identity:
            for row in 0..<rows {
                let values = first + row * channels
                for channel in 0..<channels { values[channel] += bias[channel] }
            }
        case .rectified:
            for row in 0..<rows {
                let values = first + row * channels
                for channel in 0..<channels { values[channel] = rectify(values[channel] + bias[channel]) }
            }
        }
    }

    /// Applies the activation to values that have their bias already.
    package func apply(_ values: FloatRegion) {
        guard self == .rectified else { return }
        let first = values.base
        for index in 0..<values.count { first[index] = rectify(first[index]) }
    }

    /// The way back through activation and bias, both in one pass over the gradient, (rows, channels).
    ///
    /// `gradient` comes as ∂L/∂output and leaves as ∂L/∂sum: where the output was cut to 0 it becomes 0.
    /// `biasGradient`, (channels), receives the sum of its rows, added when `accumulating`.
    package func backward(
        _ gradient: FloatRegion, output: FloatRegion, rows: Int, biasGradient: FloatRegion, accumulating: Bool
    ) {
        let channels = biasGradient.count
        precondition(
            gradient.count >= rows * channels && output.count >= rows * channels, "\(rows) rows of gradient")
        if !accumulating { biasGradient.fill(with: 0) }
        // Sixteen channels at a time, a cache line of floats: their sums stay in registers over all rows.
        var channel = 0
        while channel + 16 <= channels {
            foldRows(gradient, output, rows, at: channel, into: biasGradient)
            channel += 16
        }
        while channel < channels {
            var sum: Float = 0
            for row in 0..<rows {
                let place = row * channels + channel
                if self == .rectified && !(output.base[place] > 0) { gradient.base[place] = 0 }
                sum += gradient.base[place]
            }
            biasGradient.base[channel] += sum
            channel += 1
        }
    }

    /// `backward` for the sixteen channels from `channel` on.
    private func foldRows(
        _ gradient: FloatRegion, _ output: FloatRegion, _ rows: Int, at channel: Int, into sums: FloatRegion
    ) {
        typealias Vector = SIMD16<Float>
        let step = sums.count * MemoryLayout<Float>.stride
        var place = UnsafeMutableRawPointer(gradient.base + channel)
        var sum = Vector.zero
        switch self {
        case .identity:
            for _ in 0..<rows {
                sum += place.loadUnaligned(as: Vector.self)
                place += step
            }
        case .rectified:
            var shown = UnsafeRawPointer(output.base + channel)
            for _ in 0..<rows {
                let open = shown.loadUnaligned(as: Vector.self) .> 0
                let passed = Vector.zero.replacing(with: place.loadUnaligned(as: Vector.self), where: open)
                place.storeBytes(of: passed, as: Vector.self)
                sum += passed
                place += step
                shown += step
            }
        }
        let target = UnsafeMutableRawPointer(sums.base + channel)
        target.storeBytes(of: target.loadUnaligned(as: Vector.self) + sum, as: Vector.self)
    }
}

/// max(0, x), NaN kept so that a broken run shows.
@inline(__always)
private func rectify(_ x: Float) -> Float { x < 0 ? 0 : x }
