import VAECore

/// As JSON in model files, checkpoints and run folders: what a model does not have is not written, so that a file says the same
/// in every version that can say it.
extension ModelConfiguration: Codable {
    private enum CodingKeys: String, CodingKey {
        case imageShape, encoderFilters, decoderFilters, kernelSize, latentSize
        /// The units of an encoder that has one dense layer.
        case hiddenUnits
        /// Those of any other.
        case encoderUnits
        case decoderUnits, hiddenActivation, likelihood
    }

    /// Reads what any version wrote: what later versions added has its default.
    /// - Throws: `DecodingError` when a field is missing or has another type.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            imageShape: try values.decode(ImageShape.self, forKey: .imageShape),
            encoderFilters: try values.decode([Int].self, forKey: .encoderFilters),
            decoderFilters: try values.decode([Int].self, forKey: .decoderFilters),
            kernelSize: try values.decode(Int.self, forKey: .kernelSize),
            encoderUnits: try values.decodeIfPresent([Int].self, forKey: .encoderUnits)
                ?? [values.decode(Int.self, forKey: .hiddenUnits)],
            decoderUnits: try values.decodeIfPresent([Int].self, forKey: .decoderUnits) ?? [],
            hiddenActivation: try values.decodeIfPresent(HiddenActivation.self, forKey: .hiddenActivation)
                ?? .rectified,
            likelihood: try values.decodeIfPresent(Likelihood.self, forKey: .likelihood) ?? .bernoulli,
            latentSize: try values.decode(Int.self, forKey: .latentSize))
    }

    /// Leaves out what the model does not have.
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(imageShape, forKey: .imageShape)
        try values.encode(encoderFilters, forKey: .encoderFilters)
        try values.encode(decoderFilters, forKey: .decoderFilters)
        try values.encode(kernelSize, forKey: .kernelSize)
        try values.encode(latentSize, forKey: .latentSize)
        if encoderUnits.count == 1 {
            try values.encode(encoderUnits[0], forKey: .hiddenUnits)
        } else {
            try values.encode(encoderUnits, forKey: .encoderUnits)
        }
        if !decoderUnits.isEmpty { try values.encode(decoderUnits, forKey: .decoderUnits) }
        if hiddenActivation != .rectified { try values.encode(hiddenActivation, forKey: .hiddenActivation) }
        if likelihood != .bernoulli { try values.encode(likelihood, forKey: .likelihood) }
    }
}
