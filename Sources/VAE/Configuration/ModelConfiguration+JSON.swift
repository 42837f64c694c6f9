import VAECore

/// The JSON form in model files, checkpoints and run folders: what a model does not have is not written, so that a file says the same
/// in every version that can say it.
extension ModelConfiguration: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case imageShape, encoderFilters, decoderFilters, kernelSize, latentSize
        /// The units of an encoder that has one dense layer.
        case hiddenUnits
        /// Those of any other.
        case encoderUnits
        case decoderUnits, hiddenActivation, likelihood
        /// The layers of a model that lists them.
        case encoder, decoder
        /// The labels that a conditional model knows.
        case classes
        case prior
        /// The codes of a model that has some.
        case codebook
    }

    /// The names of all fields.
    static let keys = Set(CodingKeys.allCases.map(\.rawValue))

    /// Reads what any version wrote: what later versions added has its default.
    /// - Throws: `DecodingError` when a field is missing or has another type.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let layers =
            values.contains(.encoder) || values.contains(.decoder)
            ? Layers(
                encoder: try values.decode([LayerConfiguration].self, forKey: .encoder),
                decoder: try values.decode([LayerConfiguration].self, forKey: .decoder)) : nil
        /// Filters and units may only be left out by a model that lists its layers.
        func sizes(_ key: CodingKeys) throws -> [Int] {
            if layers != nil, !values.contains(key) { return [] }
            return try values.decode([Int].self, forKey: key)
        }
        /// So may what has a default: such models are written by people, too.
        func value<T: Decodable>(_ key: CodingKeys, _ standard: T) throws -> T {
            if layers != nil, !values.contains(key) { return standard }
            return try values.decode(T.self, forKey: key)
        }
        let standard = ModelConfiguration()
        self.init(
            imageShape: try value(.imageShape, standard.imageShape),
            encoderFilters: try sizes(.encoderFilters), decoderFilters: try sizes(.decoderFilters),
            kernelSize: try value(.kernelSize, standard.kernelSize),
            encoderUnits: values.contains(.hiddenUnits)
                ? [try values.decode(Int.self, forKey: .hiddenUnits)] : try sizes(.encoderUnits),
            decoderUnits: try values.decodeIfPresent([Int].self, forKey: .decoderUnits) ?? [],
            hiddenActivation: try values.decodeIfPresent(HiddenActivation.self, forKey: .hiddenActivation)
                ?? .rectified,
            likelihood: try values.decodeIfPresent(Likelihood.self, forKey: .likelihood) ?? .bernoulli,
            latentSize: try value(.latentSize, standard.latentSize))
        self.layers = layers
        classes = try values.decodeIfPresent([Int].self, forKey: .classes) ?? []
        prior = try values.decodeIfPresent(Prior.self, forKey: .prior) ?? .standard
        codebook = try values.decodeIfPresent(Codebook.self, forKey: .codebook)
    }

    /// Leaves out what the model does not have.
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(imageShape, forKey: .imageShape)
        try values.encode(kernelSize, forKey: .kernelSize)
        try values.encode(latentSize, forKey: .latentSize)
        if let layers {
            try values.encode(layers.encoder, forKey: .encoder)
            try values.encode(layers.decoder, forKey: .decoder)
        } else {
            try values.encode(encoderFilters, forKey: .encoderFilters)
            try values.encode(decoderFilters, forKey: .decoderFilters)
            if encoderUnits.count == 1 {
                try values.encode(encoderUnits[0], forKey: .hiddenUnits)
            } else {
                try values.encode(encoderUnits, forKey: .encoderUnits)
            }
        }
        if !decoderUnits.isEmpty { try values.encode(decoderUnits, forKey: .decoderUnits) }
        if hiddenActivation != .rectified { try values.encode(hiddenActivation, forKey: .hiddenActivation) }
        if likelihood != .bernoulli { try values.encode(likelihood, forKey: .likelihood) }
        if !classes.isEmpty { try values.encode(classes, forKey: .classes) }
        if !prior.isStandard { try values.encode(prior, forKey: .prior) }
        try values.encodeIfPresent(codebook, forKey: .codebook)
    }
}
