/// A layer whose way back comes apart, so that several threads can share the images of one gradient: first each takes some images to their inputs'
/// gradients, and when all are there each sums some of the weights' gradient over all images. Both together leave the bits of `backward`.
///
/// Layers without parameters do not need it: their way back is the first step.
package protocol SeparableLayer: Layer {
    /// Parts of the gradient of the parameters that share no float, and of those the same number for every call; 0 where the way back does not come
    /// apart.
    var gradientParts: Int { get }
    /// The gradients of those inputs that need one. What `sumGradient` needs takes the place of the output's gradient.
    func propagate(_ at: Binding, _ weights: Weights, _ pass: BackwardPass)
    /// One part of the gradient of the parameters, after `propagate` of all images.
    /// - Parameter scratch: as much as the layer `needs`
    func sumGradient(
        _ part: Int, _ at: Binding, _ weights: Weights, _ pass: BackwardPass, scratch: FloatRegion
    )
}

extension Activation {
    /// The first half of `backward`: the gradient alone, in place.
    func propagate(_ gradient: FloatRegion, output: FloatRegion, rows: Int, channels: Int) {
        multiplyByDerivative(gradient.prefix(rows * channels), known: output.prefix(rows * channels))
    }

    /// The second half, of a gradient that the first has been at: its rows added up, in the order of `backward`.
    static func sumRows(
        _ gradient: FloatRegion, rows: Int, into biasGradient: FloatRegion, accumulating: Bool
    ) {
        Activation.identity.backward(
            gradient, output: gradient, rows: rows, biasGradient: biasGradient, accumulating: accumulating)
    }
}

// MARK: The layers with products

/// The last part is the bias.
extension Convolution2D: SeparableLayer {
    package var gradientParts: Int { direct.map { $0.gradientParts + 1 } ?? 0 }

    package func propagate(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        guard let direct else { preconditionFailure("a convolution by sgemm comes apart") }
        activation.propagate(
            at.outputGradient, output: at.output, rows: pass.count * geometry.positions, channels: filters)
        guard let below = at.inputGradients[0] else { return }
        direct.up(
            at.outputGradient, count: pass.count, kernel: weights.parameters[at.parameters[0]],
            packed: weights.packed[at.packed], bias: nil, activation: .identity, into: below,
            accumulating: at.addsToInputGradient[0], scratch: at.scratch)
    }

    package func sumGradient(
        _ part: Int, _ at: Binding, _ weights: Weights, _ pass: BackwardPass, scratch: FloatRegion
    ) {
        guard let direct, part < direct.gradientParts else {
            return Activation.sumRows(
                at.outputGradient, rows: pass.count * geometry.positions,
                into: pass.gradients[at.parameters[1]], accumulating: pass.accumulating)
        }
        direct.kernelGradient(
            at.inputs[0], at.outputGradient, count: pass.count, into: pass.gradients[at.parameters[0]],
            accumulating: pass.accumulating, scratch: scratch, part: part)
    }
}

/// The last part is the bias.
extension TransposedConvolution2D: SeparableLayer {
    package var gradientParts: Int { direct.map { $0.gradientParts + 1 } ?? 0 }

    package func propagate(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        guard let direct else { preconditionFailure("a transposed convolution by sgemm comes apart") }
        activation.propagate(
            at.outputGradient, output: at.output, rows: pass.count * geometry.height * geometry.width,
            channels: geometry.channels)
        guard let below = at.inputGradients[0] else { return }
        direct.down(
            at.outputGradient, count: pass.count, kernel: weights.parameters[at.parameters[0]],
            packed: weights.packed[at.packed], bias: nil, activation: .identity, into: below,
            accumulating: at.addsToInputGradient[0], scratch: at.scratch)
    }

    package func sumGradient(
        _ part: Int, _ at: Binding, _ weights: Weights, _ pass: BackwardPass, scratch: FloatRegion
    ) {
        guard let direct, part < direct.gradientParts else {
            return Activation.sumRows(
                at.outputGradient, rows: pass.count * geometry.height * geometry.width,
                into: pass.gradients[at.parameters[1]], accumulating: pass.accumulating)
        }
        direct.kernelGradient(
            at.outputGradient, at.inputs[0], count: pass.count, into: pass.gradients[at.parameters[0]],
            accumulating: pass.accumulating, scratch: scratch, part: part)
    }
}

/// The last part is the bias.
extension Dense: SeparableLayer {
    package var gradientParts: Int { direct.map { $0.gradientParts.count + 1 } ?? 0 }

    package func propagate(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        guard let direct else { preconditionFailure("a dense layer by sgemm comes apart") }
        activation.propagate(at.outputGradient, output: at.output, rows: pass.count, channels: outputs)
        guard let below = at.inputGradients[0] else { return }
        direct.inputGradient(
            at.outputGradient, count: pass.count, kernel: weights.parameters[at.parameters[0]],
            packed: weights.packed[at.packed], into: below, accumulating: at.addsToInputGradient[0])
    }

    package func sumGradient(
        _ part: Int, _ at: Binding, _ weights: Weights, _ pass: BackwardPass, scratch: FloatRegion
    ) {
        guard let direct, part < direct.gradientParts.count else {
            return Activation.sumRows(
                at.outputGradient, rows: pass.count, into: pass.gradients[at.parameters[1]],
                accumulating: pass.accumulating)
        }
        direct.kernelGradient(
            at.inputs[0], at.outputGradient, count: pass.count, into: pass.gradients[at.parameters[0]],
            accumulating: pass.accumulating, of: direct.gradientParts[part])
    }
}
