import VAECore

/// p(z), what the latent space is held against and drawn from.
public enum Prior: Sendable, Hashable {
    /// N(0, I).
    case standard
    /// A mixture of so many diagonal Gaussians, whose weights, means and variances are trained with the model.
    case mixture(components: Int)
    /// A mixture of q(z|u) over so many pseudo-inputs u, images that are trained with the model. It begins with training images.
    ///
    /// Source: Tomczak and Welling, "VAE with a VampPrior", 2018.
    case vamp(pseudoInputs: Int)

    /// Components of the mixture that it is; 1 for N(0, I).
    public var components: Int {
        switch self {
        case .standard: 1
        case .mixture(let count), .vamp(let count): count
        }
    }

    /// Whether nothing of it is trained.
    public var isStandard: Bool { self == .standard }

    /// The prior in words.
    package var phrase: String {
        switch self {
        case .standard: "N(0, I)"
        case .mixture(let count): "a mixture of \(count) Gaussians"
        case .vamp(let count): "a VampPrior of \(count) pseudo-inputs"
        }
    }

    static let mostComponents = 4096

    func validate(_ model: ModelConfiguration) throws(VAEError) {
        guard !isStandard else { return }
        try VAEError.require("prior components", components, in: 1...Self.mostComponents)
        guard case .vamp = self else { return }
        guard !model.isConditional else {
            throw VAEError(
                .invalidArgument, "prior", "is of pseudo-inputs, which have no class to tell the encoder of",
                expected: "standard or mixture for a conditional model", found: "vamp")
        }
    }
}

extension Prior: Codable {
    private enum Kind: String, Codable { case standard, mixture, vamp }
    private enum CodingKeys: String, CodingKey { case kind, components }

    /// Reads {"kind": "mixture", "components": 10}.
    /// - Throws: `DecodingError` for another kind, or when the number is missing.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try values.decode(Kind.self, forKey: .kind)
        self =
            switch kind {
            case .standard: .standard
            case .mixture: .mixture(components: try values.decode(Int.self, forKey: .components))
            case .vamp: .vamp(pseudoInputs: try values.decode(Int.self, forKey: .components))
            }
    }

    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let kind: Kind =
            switch self {
            case .standard: .standard
            case .mixture: .mixture
            case .vamp: .vamp
            }
        try values.encode(kind, forKey: .kind)
        if !isStandard { try values.encode(components, forKey: .components) }
    }
}
