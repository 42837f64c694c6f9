import Kernels

/// The function applied to a hidden layer's sums.
public enum HiddenActivation: String, Sendable, Hashable, Codable, CaseIterable {
    /// max(0, x), the rectified linear unit.
    case rectified = "relu"
    /// x, or 0.01·x where x is negative (Maas, Hannun and Ng 2013).
    case leakyRectified = "leaky-relu"
    /// The hyperbolic tangent.
    case tanh
    /// x·σ(x), the sigmoid linear unit, also called swish (Elfwing, Uchibe and Doya 2017).
    case silu
    /// Nothing: before a normalisation or a sum that an activation follows.
    case identity = "none"

    var kernel: Activation {
        switch self {
        case .rectified: .rectified
        case .leakyRectified: .leakyRectified
        case .tanh: .tanh
        case .silu: .silu
        case .identity: .identity
        }
    }

    /// Reads a name.
    /// - Throws: `DecodingError` with the names that there are.
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let activation = HiddenActivation(rawValue: name) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "there is no such activation; there are \(Self.allCases.map(\.rawValue).joined(separator: ", "))"
                ))
        }
        self = activation
    }
}
