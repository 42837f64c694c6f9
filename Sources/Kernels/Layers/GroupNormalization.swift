/// Group normalisation: each image's channels in groups, each group brought to mean 0 and variance 1, then scaled and shifted channel
/// by channel.
///
/// y = γ·(x − μ)/√(σ² + ε) + β with μ and σ² over the positions and channels of one image's group, so that an image's bits
/// do not depend on the others of its batch, and nothing has to be remembered for later.
///
/// Source: Wu and He, "Group Normalization", 2018, equations 1 to 4.
package struct GroupNormalization: Layer {
    package static let kind = "group_normalization"
    package var title: String { "group normalisation, \(groups) group\(groups == 1 ? "" : "s")" }
    /// (height, width, channels), or (units) as channels of one position.
    package let outputShape: [Int]
    package let groups: Int
    package let epsilon: Float

    /// - Precondition: `groups` divides the channels.
    package init(shape: [Int], groups: Int, epsilon: Float = 1e-5) {
        precondition(
            groups > 0 && shape[shape.count - 1].isMultiple(of: groups), "\(groups) groups of \(shape)")
        outputShape = shape
        self.groups = groups
        self.epsilon = epsilon
    }

    private var channels: Int { outputShape[outputShape.count - 1] }
    private var positions: Int { outputShape.dropLast().reduce(1, *) }

    package var parameters: [Parameter] {
        [Parameter("scale", [channels], .ones), Parameter("shift", [channels], .zeros)]
    }
    package var backwardReads: BackwardReads { .inputs }

    package func needs(images: Int, givesInputGradient: Bool) -> LayerNeeds {
        // Mean and 1/√(σ² + ε) of each image's groups.
        LayerNeeds(kept: 2 * images * groups)
    }

    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        forward(
            at.inputs[0], count: count, scale: weights.parameters[at.parameters[0]],
            shift: weights.parameters[at.parameters[1]], into: at.output, kept: at.kept)
    }

    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        backward(
            at.outputGradient, input: at.inputs[0], count: pass.count, kept: at.kept,
            scale: weights.parameters[at.parameters[0]],
            parameterGradients: (pass.gradients[at.parameters[0]], pass.gradients[at.parameters[1]]),
            accumulating: pass.accumulating, inputGradient: at.inputGradients[0],
            accumulatingInput: at.addsToInputGradient[0])
    }

    /// (count, positions, channels) to the same shape.
    /// - Parameter kept: receives the mean and 1/√(σ² + ε) of each image's groups
    package func forward(
        _ input: FloatRegion, count: Int, scale: FloatRegion, shift: FloatRegion, into output: FloatRegion,
        kept: FloatRegion
    ) {
        let (size, width) = (positions * channels, channels / groups)
        precondition(
            input.count >= count * size && output.count >= count * size && kept.count >= 2 * count * groups
                && scale.count == channels && shift.count == channels, "\(count) images of \(outputShape)")
        for image in 0..<count {
            let (x, y) = (UnsafePointer(input.base + image * size), output.base + image * size)
            for group in 0..<groups {
                let first = group * width
                let (mean, variance) = moments(x + first, width)
                let deviation = 1 / (variance + Double(epsilon)).squareRoot()
                kept.base[2 * (image * groups + group)] = Float(mean)
                kept.base[2 * (image * groups + group) + 1] = Float(deviation)
                let (mu, factor) = (Float(mean), Float(deviation))
                for position in 0..<positions {
                    let at = position * channels + first
                    for channel in 0..<width {
                        y[at + channel] =
                            (x[at + channel] - mu) * factor * scale.base[first + channel]
                            + shift.base[first + channel]
                    }
                }
            }
        }
    }

    /// Mean and variance of a group, in two passes in Double: no digits cancel where the mean is large.
    private func moments(_ x: UnsafePointer<Float>, _ width: Int) -> (mean: Double, variance: Double) {
        var sum = 0.0
        for position in 0..<positions {
            for channel in 0..<width { sum += Double(x[position * channels + channel]) }
        }
        let count = Double(positions * width)
        let mean = sum / count
        var squares = 0.0
        for position in 0..<positions {
            for channel in 0..<width {
                let centred = Double(x[position * channels + channel]) - mean
                squares += centred * centred
            }
        }
        return (mean, squares / count)
    }

    /// With x̂ = (x − μ)/√(σ² + ε) and g = γ·∂L/∂y: ∂L/∂γ = Σ x̂·∂L/∂y, ∂L/∂β = Σ ∂L/∂y, and
    /// ∂L/∂x = (g − mean(g) − x̂·mean(g·x̂))/√(σ² + ε), the means over the group.
    /// - Parameters:
    ///   - parameterGradients: receives those of scale and shift, added when `accumulating`, unless nil
    ///   - inputGradient: receives ∂L/∂x, added when `accumulatingInput`, unless nil
    private func backward(
        _ gradient: FloatRegion, input: FloatRegion, count: Int, kept: FloatRegion, scale: FloatRegion,
        parameterGradients: (scale: FloatRegion, shift: FloatRegion)?, accumulating: Bool = false,
        inputGradient: FloatRegion?, accumulatingInput: Bool = false
    ) {
        let (size, width) = (positions * channels, channels / groups)
        precondition(
            gradient.count >= count * size && input.count >= count * size
                && kept.count >= 2 * count * groups
                && parameterGradients.map { $0.scale.count == channels && $0.shift.count == channels } ?? true
                && inputGradient.map { $0.count >= count * size } ?? true,
            "\(count) images of \(outputShape)")
        if !accumulating {
            parameterGradients?.scale.fill(with: 0)
            parameterGradients?.shift.fill(with: 0)
        }
        for image in 0..<count {
            let (x, dy) = (
                UnsafePointer(input.base + image * size), UnsafePointer(gradient.base + image * size)
            )
            for group in 0..<groups {
                let first = group * width
                let mean = kept.base[2 * (image * groups + group)]
                let factor = kept.base[2 * (image * groups + group) + 1]
                // Means over the group of g and g·x̂.
                var (sum, product) = (0.0, 0.0)
                for channel in first..<first + width {
                    var (shift, slope) = (0.0, 0.0)
                    for position in 0..<positions {
                        let at = position * channels + channel
                        shift += Double(dy[at])
                        slope += Double(dy[at]) * Double((x[at] - mean) * factor)
                    }
                    parameterGradients?.shift.base[channel] += Float(shift)
                    parameterGradients?.scale.base[channel] += Float(slope)
                    sum += Double(scale.base[channel]) * shift
                    product += Double(scale.base[channel]) * slope
                }
                guard let target = inputGradient.map({ $0.base + image * size }) else { continue }
                let number = Double(positions * width)
                let (meanOfG, meanOfProduct) = (Float(sum / number), Float(product / number))
                for position in 0..<positions {
                    for channel in first..<first + width {
                        let at = position * channels + channel
                        let normal = (x[at] - mean) * factor
                        let value = factor * (scale.base[channel] * dy[at] - meanOfG - normal * meanOfProduct)
                        target[at] = accumulatingInput ? target[at] + value : value
                    }
                }
            }
        }
    }
}

extension GroupNormalization: SeparableLayer {
    package var gradientParts: Int { 1 }

    package func propagate(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        backward(
            at.outputGradient, input: at.inputs[0], count: pass.count, kept: at.kept,
            scale: weights.parameters[at.parameters[0]], parameterGradients: nil,
            inputGradient: at.inputGradients[0], accumulatingInput: at.addsToInputGradient[0])
    }

    package func sumGradient(
        _ part: Int, _ at: Binding, _ weights: Weights, _ pass: BackwardPass, scratch: FloatRegion
    ) {
        backward(
            at.outputGradient, input: at.inputs[0], count: pass.count, kept: at.kept,
            scale: weights.parameters[at.parameters[0]],
            parameterGradients: (pass.gradients[at.parameters[0]], pass.gradients[at.parameters[1]]),
            accumulating: pass.accumulating, inputGradient: nil)
    }
}
