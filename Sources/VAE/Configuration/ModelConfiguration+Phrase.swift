extension ModelConfiguration {
    /// The model in a few words: "filters 32-64, 16 hidden units, 2 latent dimensions". What is as usual is not mentioned.
    package var phrase: String {
        var parts = layers.map { Self.phrase(of: $0) } ?? shorthandPhrase
        if let codebook {
            parts.append(
                "\(Self.number(latentSize, "position")) of \(codebook.size) codes of \(Self.number(codebook.dimension, "number"))"
            )
        } else {
            parts.append(Self.number(latentSize, "latent dimension"))
        }
        if likelihood != .bernoulli { parts.append("\(likelihood.name) likelihood") }
        if !classes.isEmpty { parts.append("conditional on \(classes.count) classes") }
        if !prior.isStandard { parts.append(prior.phrase + " as prior") }
        return parts.joined(separator: ", ")
    }

    private static func phrase(of layers: Layers) -> [String] {
        [number(layers.encoder.count, "encoder layer"), number(layers.decoder.count, "decoder layer")]
    }

    private static func number(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    /// Filters and units.
    private var shorthandPhrase: [String] {
        func list(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: "-") }
        var parts: [String] = []
        if !encoderFilters.isEmpty {
            let reversed = Array(decoderFilters.reversed())
            parts.append(
                "filters \(list(encoderFilters))"
                    + (reversed == encoderFilters ? "" : " and \(list(decoderFilters))"))
        }
        let kind = hiddenActivation == .rectified ? "" : "\(hiddenActivation.rawValue) "
        switch (encoderUnits.count, decoderUnits.isEmpty) {
        case (0, true) where isQuantized && !encoderFilters.isEmpty: break
        case (0, true): parts.append(encoderFilters.isEmpty ? "linear" : "no hidden units")
        case (_, true): parts.append("\(list(encoderUnits)) hidden \(kind)units")
        default:
            let encoder = encoderUnits.isEmpty ? "no" : list(encoderUnits)
            let decoder = decoderUnits.isEmpty ? "no" : list(decoderUnits)
            parts.append("\(encoder) hidden \(kind)units, \(decoder) in the decoder")
        }
        return parts
    }
}
