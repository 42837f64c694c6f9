/// What follows a layer's sum.
package enum Activation: Sendable {
    /// Nothing: the layer gives logits or a mean.
    case identity
    /// max(0, x), the rectified linear unit.
    case rectified
    /// The hyperbolic tangent.
    case tanh
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
        case .tanh:
            for row in 0..<rows { bend(first + row * channels, channels, adding: bias) }
        }
    }

    /// Applies the activation to values that have their bias already.
    package func apply(_ values: FloatRegion) {
        let first = values.base
        switch self {
        case .identity: break
        case .rectified: for index in 0..<values.count { first[index] = rectify(first[index]) }
        case .tanh: bend(first, values.count, adding: nil)
        }
    }

    /// The way back through activation and bias, both in one pass over the gradient, (rows, channels).
    ///
    /// `gradient` comes as ∂L/∂output and leaves as ∂L/∂sum: where a rectified output was cut to 0 it becomes 0, and with an
    /// output y of tanh it is multiplied by 1 − y².
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
                switch self {
                case .identity: break
                case .rectified: if !(output.base[place] > 0) { gradient.base[place] = 0 }
                case .tanh: gradient.base[place] *= 1 - output.base[place] * output.base[place]
                }
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
        case .tanh:
            var shown = UnsafeRawPointer(output.base + channel)
            for _ in 0..<rows {
                let y = shown.loadUnaligned(as: Vector.self)
                let passed = place.loadUnaligned(as: Vector.self) * (1 - y * y)
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

/// tanh of `count` values in place, each with its `bias` added before.
private func bend(_ values: UnsafeMutablePointer<Float>, _ count: Int, adding bias: UnsafePointer<Float>?) {
    typealias Vector = SIMD8<Float>
    var index = 0
    while index + 8 <= count {
        let place = UnsafeMutableRawPointer(values + index)
        var sum = place.loadUnaligned(as: Vector.self)
        if let bias { sum += UnsafeRawPointer(bias + index).loadUnaligned(as: Vector.self) }
        place.storeBytes(of: hyperbolicTangent(sum), as: Vector.self)
        index += 8
    }
    while index < count {
        values[index] = hyperbolicTangent(Vector(repeating: values[index] + (bias?[index] ?? 0)))[0]
        index += 1
    }
}
