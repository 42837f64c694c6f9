import Kernels

/// What follows the sums of every hidden layer.
public enum HiddenActivation: String, Sendable, Hashable, Codable, CaseIterable {
    /// max(0, x), the rectified linear unit.
    case rectified = "relu"
    /// The hyperbolic tangent.
    case tanh

    var kernel: Activation {
        switch self {
        case .rectified: .rectified
        case .tanh: .tanh
        }
    }
}
