import VAECore

/// A hidden layer of an encoder or a decoder, as a model that is not made of ``ModelConfiguration/encoderFilters`` and
/// ``ModelConfiguration/encoderUnits`` lists them.
///
/// Where a kernel size or an activation is not given, the model's own is taken. Heads, z and the output layer are not listed: a model
/// has them whatever its layers are.
public indirect enum LayerConfiguration: Sendable, Hashable {
    /// A convolution with TensorFlow's `same` padding: the output is ⌈height / stride⌉ × ⌈width / stride⌉ × filters.
    case convolution(
        filters: Int, kernelSize: Int? = nil, stride: Int = 1, activation: HiddenActivation? = nil)
    /// The transpose of a convolution. With a stride s it gives back the size that the encoder's matching convolution was given, or
    /// where it matches none s times its own.
    case transposedConvolution(
        filters: Int, kernelSize: Int? = nil, stride: Int = 1, activation: HiddenActivation? = nil)
    /// A fully connected layer from all values to (units), or to feature maps (height, width, channels).
    case dense(shape: [Int], activation: HiddenActivation? = nil)
    /// A fully connected layer to feature maps that are as high and wide as the encoder's last, whatever the images' size.
    case featureMaps(channels: Int, activation: HiddenActivation? = nil)
    /// Feature maps made larger by repeating each position, to sizes as those of a transposed convolution.
    case upsampling(factor: Int)
    /// Group normalisation (Wu and He 2018): each image's channels in so many groups, which divide them.
    case groupNormalization(groups: Int)
    /// An activation by itself.
    case activation(HiddenActivation)
    /// x + f(x), with the layers of f (He et al. 2016). Where f makes feature maps of other sizes, x goes through a 1×1 convolution.
    case residual([LayerConfiguration])

    /// Its name in files and in the names of weights.
    package var kind: String {
        switch self {
        case .convolution: "convolution"
        case .transposedConvolution: "transposed_convolution"
        case .dense, .featureMaps: "dense"
        case .upsampling: "upsampling"
        case .groupNormalization: "group_normalization"
        case .activation: "activation"
        case .residual: "residual"
        }
    }

    /// The activation that is given; nil for the model's own, or for a layer without one.
    var activation: HiddenActivation? {
        switch self {
        case .convolution(_, _, _, let activation), .transposedConvolution(_, _, _, let activation),
            .dense(_, let activation), .featureMaps(_, let activation):
            activation
        case .upsampling, .groupNormalization, .activation, .residual: nil
        }
    }

    /// Layers that it is, those of its branch included.
    var count: Int {
        guard case .residual(let branch) = self else { return 1 }
        return branch.reduce(1) { $0 + $1.count }
    }

    /// The name of a layer in messages: "encoder layer 2 (dense)", "layer 1 (dense) of encoder layer 3 (residual)".
    ///
    /// - Parameters:
    ///   - index: from 0, of all layers of a side or a branch
    ///   - branch: the name of the layer whose branch it is in; nil: it is in a side's list
    ///   - side: the encoder or the decoder
    static func place(_ index: Int, _ kind: String, of branch: String?, _ side: String) -> String {
        branch.map { "layer \(index + 1) (\(kind)) of \($0)" } ?? "\(side) layer \(index + 1) (\(kind))"
    }

    /// Checks its sizes one by one, and those of its branch.
    func check(_ name: String, kernelSize standard: Int) throws(VAEError) {
        let sizes: [(String, Int, ClosedRange<Int>)]
        switch self {
        case .convolution(let filters, let kernelSize, let stride, _),
            .transposedConvolution(let filters, let kernelSize, let stride, _):
            sizes = [
                ("filters", filters, ModelConfiguration.filterRange),
                ("kernel size", kernelSize ?? standard, ModelConfiguration.kernelRange),
                ("stride", stride, ModelConfiguration.strideRange),
            ]
        case .dense(let shape, _):
            guard shape.count == 1 || shape.count == 3 else {
                throw VAEError(
                    .invalidArgument, name, "has a shape that is neither units nor feature maps",
                    expected: "1 or 3 sizes", found: "\(shape.count)")
            }
            sizes =
                shape.count == 1
                ? [("units", shape[0], ModelConfiguration.unitRange)]
                : [
                    ("height", shape[0], 1...ModelConfiguration.largestSide),
                    ("width", shape[1], 1...ModelConfiguration.largestSide),
                    ("channels", shape[2], ModelConfiguration.filterRange),
                ]
        case .featureMaps(let channels, _): sizes = [("channels", channels, ModelConfiguration.filterRange)]
        case .upsampling(let factor): sizes = [("factor", factor, 2...16)]
        case .groupNormalization(let groups): sizes = [("groups", groups, ModelConfiguration.filterRange)]
        case .activation: sizes = []
        case .residual(let branch):
            for (index, layer) in branch.enumerated() {
                try layer.check(Self.place(index, layer.kind, of: name, ""), kernelSize: standard)
            }
            sizes = []
        }
        for (size, value, range) in sizes { try VAEError.require("\(size) of \(name)", value, in: range) }
    }
}

/// The JSON form, `{"type": "convolution", "filters": 32, "stride": 2}`: what has its default is left out.
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
