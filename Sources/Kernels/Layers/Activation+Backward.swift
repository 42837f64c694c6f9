extension Activation {
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
        // Sixteen channels at a time, a cache line of floats, or two lines: their sums stay in registers over all rows.
        var channel = 0
        while self == .rectified, channel + 32 <= channels {
            foldRectifiedRows(gradient, output, rows, at: channel, into: biasGradient)
            channel += 32
        }
        while channel + 16 <= channels {
            foldRows(gradient, output, rows, at: channel, into: biasGradient)
            channel += 16
        }
        while channel < channels {
            var sum: Float = 0
            for row in 0..<rows {
                let position = row * channels + channel
                switch self {
                case .identity: break
                case .rectified: if !(output.base[position] > 0) { gradient.base[position] = 0 }
                case .leakyRectified:
                    if !(output.base[position] > 0) { gradient.base[position] *= Self.leakySlope }
                case .tanh: gradient.base[position] *= 1 - output.base[position] * output.base[position]
                case .silu: preconditionFailure("the derivative of silu from its value")
                }
                sum += gradient.base[position]
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
        var position = UnsafeMutableRawPointer(gradient.base + channel)
        var sum = Vector.zero
        switch self {
        case .identity:
            for _ in 0..<rows {
                sum += position.loadUnaligned(as: Vector.self)
                position += step
            }
        case .rectified:
            var shown = UnsafeRawPointer(output.base + channel)
            for _ in 0..<rows {
                let open = shown.loadUnaligned(as: Vector.self) .> 0
                let passed = Vector.zero.replacing(with: position.loadUnaligned(as: Vector.self), where: open)
                position.storeBytes(of: passed, as: Vector.self)
                sum += passed
                position += step
                shown += step
            }
        case .leakyRectified:
            var shown = UnsafeRawPointer(output.base + channel)
            for _ in 0..<rows {
                let open = shown.loadUnaligned(as: Vector.self) .> 0
                let all = position.loadUnaligned(as: Vector.self)
                let passed = (all * Self.leakySlope).replacing(with: all, where: open)
                position.storeBytes(of: passed, as: Vector.self)
                sum += passed
                position += step
                shown += step
            }
        case .silu: preconditionFailure("the derivative of silu from its value")
        case .tanh:
            var shown = UnsafeRawPointer(output.base + channel)
            for _ in 0..<rows {
                let y = shown.loadUnaligned(as: Vector.self)
                let passed = position.loadUnaligned(as: Vector.self) * (1 - y * y)
                position.storeBytes(of: passed, as: Vector.self)
                sum += passed
                position += step
                shown += step
            }
        }
        let target = UnsafeMutableRawPointer(sums.base + channel)
        target.storeBytes(of: target.loadUnaligned(as: Vector.self) + sum, as: Vector.self)
    }

    /// `backward` of a rectified layer for the thirty-two channels from `channel` on.
    private func foldRectifiedRows(
        _ gradient: FloatRegion, _ output: FloatRegion, _ rows: Int, at channel: Int, into sums: FloatRegion
    ) {
        typealias Vector = SIMD16<Float>
        let (step, next) = (sums.count * MemoryLayout<Float>.stride, MemoryLayout<Vector>.stride)
        var position = UnsafeMutableRawPointer(gradient.base + channel)
        var shown = UnsafeRawPointer(output.base + channel)
        var (lower, upper) = (Vector.zero, Vector.zero)
        for _ in 0..<rows {
            let first = Vector.zero.replacing(
                with: position.loadUnaligned(as: Vector.self),
                where: shown.loadUnaligned(as: Vector.self) .> 0)
            position.storeBytes(of: first, as: Vector.self)
            lower += first
            let second = Vector.zero.replacing(
                with: position.loadUnaligned(fromByteOffset: next, as: Vector.self),
                where: shown.loadUnaligned(fromByteOffset: next, as: Vector.self) .> 0)
            position.storeBytes(of: second, toByteOffset: next, as: Vector.self)
            upper += second
            position += step
            shown += step
        }
        let target = UnsafeMutableRawPointer(sums.base + channel)
        target.storeBytes(of: target.loadUnaligned(as: Vector.self) + lower, as: Vector.self)
        target.storeBytes(
            of: target.loadUnaligned(fromByteOffset: next, as: Vector.self) + upper, toByteOffset: next,
            as: Vector.self)
    }
}
