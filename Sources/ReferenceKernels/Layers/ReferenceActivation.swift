import Kernels

extension Reference {
    /// Every value through `activation`.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func activated<T: ReferenceScalar>(_ values: [T], _ activation: Activation) -> [T] {
        switch activation {
        case .identity: values
        case .rectified: rectified(values)
        case .leakyRectified: values.map { $0 < 0 ? T(Activation.leakySlope) * $0 : $0 }
        case .tanh: values.map { T.tanh($0) }
        case .silu: values.map { $0 * sigmoid($0) }
        }
    }

    /// ∂L/∂sum from ∂L/∂output and the output of a layer with an invertible `activation`.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func activationGradient<T: ReferenceScalar>(
        _ gradient: [T], output: [T], _ activation: Activation
    ) -> [T] {
        switch activation {
        case .identity: gradient
        case .rectified: rectifiedGradient(gradient, output: output)
        case .leakyRectified:
            gradient.indices.map { output[$0] > 0 ? gradient[$0] : T(Activation.leakySlope) * gradient[$0] }
        case .tanh: gradient.indices.map { gradient[$0] * (1 - output[$0] * output[$0]) }
        case .silu: preconditionFailure("the derivative of silu from its value")
        }
    }

    /// ∂L/∂x from ∂L/∂silu(x) and x: σ(x)·(1 + x·(1 − σ(x))).
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func siluGradient<T: ReferenceScalar>(_ gradient: [T], input: [T]) -> [T] {
        gradient.indices.map {
            let s = sigmoid(input[$0])
            return gradient[$0] * s * (1 + input[$0] * (1 - s))
        }
    }

    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func rectified<T: ReferenceScalar>(_ values: [T]) -> [T] { values.map { $0 > 0 ? $0 : 0 } }

    /// ∂L/∂sum from ∂L/∂output and the output of a rectified layer.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func rectifiedGradient<T: ReferenceScalar>(_ gradient: [T], output: [T]) -> [T] {
        gradient.indices.map { output[$0] > 0 ? gradient[$0] : 0 }
    }
}

extension ActivationLayer: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        Reference.activated(inputs[0], activation)
    }

    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        let below =
            activation == .silu
            ? Reference.siluGradient(gradient, input: inputs[0])
            : Reference.activationGradient(gradient, output: output, activation)
        return ReferenceGradients(inputs: [below], parameters: [])
    }
}
