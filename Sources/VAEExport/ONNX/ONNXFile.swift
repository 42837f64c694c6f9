import Kernels
import VAE
import VAECore

/// A part of a model with what the file says of it.
struct ONNXFile {
    let part: ONNXPart
    let graph: ONNXGraph
    /// In the order in which it is written.
    let metadata: [(key: String, value: String)]
    let description: String

    /// What readers of protocol buffers take.
    static let largest = Int(Int32.max)

    /// - Throws: `invalidData` when a weight is not finite; `invalidArgument` when the file would be too large.
    init(_ model: VariationalAutoencoder, _ part: ONNXPart, _ layout: ONNXLayout) throws(VAEError) {
        var boundary = try ONNXBoundary(model, layout)
        try Self.demandFits(boundary.weightBytes(part))
        switch part {
        case .encoder:
            try boundary.encode()
        case .decoder:
            try boundary.readLatents()
            try boundary.decode(as: boundary.imagesName)
        case .both:
            try boundary.encode()
            try boundary.decode(as: "reconstruction")
        }
        self.part = part
        graph = boundary.builder.graph
        metadata = try model.onnxMetadata(part, layout)
        let subject =
            switch part {
            case .encoder: "The encoder"
            case .decoder: "The decoder"
            case .both: "Encoder and decoder"
            }
        description = "\(subject) of a variational autoencoder: \(model.configuration.phrase)"
    }

    /// `ModelProto`.
    var message: ProtobufMessage {
        var message = ProtobufMessage()
        message.add(1, 7)
        message.add(2, "vae")
        message.add(3, packageVersion)
        message.add(6, description)
        message.add(7, graph.message(name: part.rawValue))
        var operators = ProtobufMessage()
        operators.add(1, "")
        operators.add(2, 13)
        message.add(8, operators)
        for (key, value) in metadata {
            var entry = ProtobufMessage()
            entry.add(1, key)
            entry.add(2, value)
            message.add(14, entry)
        }
        return message
    }

    /// - Throws: `invalidArgument` when they are too many.
    func serialized() throws(VAEError) -> [UInt8] {
        let message = message
        try Self.demandFits(message.byteCount)
        return message.serialized()
    }

    /// - Throws: `invalidArgument` when a file of so many bytes could not be read again.
    static func demandFits(_ bytes: Int) throws(VAEError) {
        guard bytes <= largest else {
            throw VAEError(
                .invalidArgument, "ONNX file", "would be too large for the format",
                expected: "at most \(largest) bytes", found: "\(bytes)",
                advice: "Export the encoder and the decoder one by one, or a smaller model.")
        }
    }
}

extension VariationalAutoencoder {
    /// What the file says beside the graph: what the model does not have is not written.
    fileprivate func onnxMetadata(
        _ part: ONNXPart, _ layout: ONNXLayout
    ) throws(VAEError) -> [(key: String, value: String)] {
        let model = try metadata()
        let image = configuration.imageShape
        var entries = [
            ("part", part.rawValue),
            ("image_shape", "\(image.height),\(image.width),\(image.channels)"),
            ("latent_size", "\(configuration.latentSize)"),
            ("likelihood", configuration.likelihood.rawValue),
        ]
        if standardization == nil { entries.append(("layout", layout.rawValue)) }
        if configuration.isConditional {
            entries.append(("classes", configuration.classes.map(String.init).joined(separator: ",")))
        }
        if configuration.codebook == nil { entries.append(("prior", configuration.prior.phrase)) }
        entries += model.sorted { $0.key < $1.key }.filter { $0.key != "format" }.map { ($0.key, $0.value) }
        entries.append(("version", packageVersion))
        return entries.map { (key: $0.0, value: $0.1) }
    }
}
