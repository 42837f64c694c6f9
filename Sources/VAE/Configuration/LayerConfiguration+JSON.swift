/// As JSON, `{"type": "convolution", "filters": 32, "stride": 2}`: what has its default is left out.
extension LayerConfiguration: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case type, filters, kernelSize, stride, activation, shape, units, channels, factor, groups, layers
    }

    /// Any key, to find those that no layer has.
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// - Throws: `DecodingError` when the type is unknown, a size is missing or of another type, or a key has no meaning for the layer.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let type = try values.decode(String.self, forKey: .type)
        func number(_ key: CodingKeys) throws -> Int { try values.decode(Int.self, forKey: key) }
        func optional(_ key: CodingKeys) throws -> Int? { try values.decodeIfPresent(Int.self, forKey: key) }
        let activation: () throws -> HiddenActivation? = {
            try values.decodeIfPresent(HiddenActivation.self, forKey: .activation)
        }
        let keys: Set<CodingKeys>
        switch type {
        case "convolution":
            self = .convolution(
                filters: try number(.filters), kernelSize: try optional(.kernelSize),
                stride: try optional(.stride) ?? 1, activation: try activation())
            keys = [.filters, .kernelSize, .stride, .activation]
        case "transposed_convolution":
            self = .transposedConvolution(
                filters: try number(.filters), kernelSize: try optional(.kernelSize),
                stride: try optional(.stride) ?? 1, activation: try activation())
            keys = [.filters, .kernelSize, .stride, .activation]
        case "dense":
            if values.contains(.channels) {
                self = .featureMaps(channels: try number(.channels), activation: try activation())
                keys = [.channels, .activation]
            } else if values.contains(.shape) {
                self = .dense(
                    shape: try values.decode([Int].self, forKey: .shape), activation: try activation())
                keys = [.shape, .activation]
            } else {
                self = .dense(shape: [try number(.units)], activation: try activation())
                keys = [.units, .activation]
            }
        case "upsampling":
            self = .upsampling(factor: try number(.factor))
            keys = [.factor]
        case "group_normalization":
            self = .groupNormalization(groups: try number(.groups))
            keys = [.groups]
        case "activation":
            self = .activation(try values.decode(HiddenActivation.self, forKey: .activation))
            keys = [.activation]
        case "residual":
            self = .residual(try values.decode([LayerConfiguration].self, forKey: .layers))
            keys = [.layers]
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: values,
                debugDescription:
                    "there is no layer of this type; there are convolution, transposed_convolution, dense, upsampling, group_normalization, activation and residual"
            )
        }
        let known = Set((keys.union([.type])).map(\.rawValue))
        let found = try decoder.container(keyedBy: AnyKey.self).allKeys
        if let unknown = found.filter({ !known.contains($0.stringValue) }).min(by: {
            $0.stringValue < $1.stringValue
        }) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath + [unknown],
                    debugDescription:
                        "a layer of the type \(type) has no such key; it has \(known.sorted().joined(separator: ", "))"
                ))
        }
    }

    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(kind, forKey: .type)
        try values.encodeIfPresent(activation, forKey: .activation)
        switch self {
        case .convolution(let filters, let kernelSize, let stride, _),
            .transposedConvolution(let filters, let kernelSize, let stride, _):
            try values.encode(filters, forKey: .filters)
            try values.encodeIfPresent(kernelSize, forKey: .kernelSize)
            if stride != 1 { try values.encode(stride, forKey: .stride) }
        case .dense(let shape, _):
            if shape.count == 1 {
                try values.encode(shape[0], forKey: .units)
            } else {
                try values.encode(shape, forKey: .shape)
            }
        case .featureMaps(let channels, _): try values.encode(channels, forKey: .channels)
        case .upsampling(let factor): try values.encode(factor, forKey: .factor)
        case .groupNormalization(let groups): try values.encode(groups, forKey: .groups)
        case .activation(let activation): try values.encode(activation, forKey: .activation)
        case .residual(let layers): try values.encode(layers, forKey: .layers)
        }
    }
}
