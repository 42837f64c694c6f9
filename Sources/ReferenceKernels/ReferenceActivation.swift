/// What follows a layer's sum.
package enum ReferenceActivation: Sendable {
    case identity
    /// max(0, x).
    case rectified
    case tanh
}

extension Reference {
    /// Every value through `activation`.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func activated<T: ReferenceScalar>(_ values: [T], _ activation: ReferenceActivation) -> [T]
    {
        switch activation {
        case .identity: values
        case .rectified: rectified(values)
        case .tanh: values.map { T.tanh($0) }
        }
    }

    /// ∂L/∂sum from ∂L/∂output and the output of a layer with `activation`.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func activationGradient<T: ReferenceScalar>(
        _ gradient: [T], output: [T], _ activation: ReferenceActivation
    ) -> [T] {
        switch activation {
        case .identity: gradient
        case .rectified: rectifiedGradient(gradient, output: output)
        case .tanh: gradient.indices.map { gradient[$0] * (1 - output[$0] * output[$0]) }
        }
    }
}
