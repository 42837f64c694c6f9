import Foundation
import VAE
import VAECore

extension VariationalAutoencoder {
    /// The model as a module of JavaScript, a single file with the weights inside: `encode`, `decode` and `draw` for other web pages, and for
    /// programs of Node and Deno, without anything else.
    ///
    /// It is the encoder and the decoder of the ``Report``'s page, which give the engine's numbers to 1e-4 a pixel. An image takes as long as there, milliseconds
    /// for small ones.
    /// - Throws: `invalidArgument` when the configuration can't be written as JSON.
    /// - Complexity: O(parameters), and 5.3 bytes of the file for each.
    public func javaScriptModule() throws(VAEError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(WebModule(self)) else {
            throw VAEError(.invalidArgument, "model", "can't be written as JSON")
        }
        let title = "\(configuration.imageShape) in \(configuration.latentSize) latent dimensions"
        var bytes = Array(
            """
            // A trained variational autoencoder, \(title), and its weights. Written by vae \(packageVersion).
            //
            //     import { encode, decode, draw, shape, latentSize } from './model.mjs';
            //
            //     const pixels = decode(draw());          // Float32Array, height × width × channels
            //     const { mean } = encode(pixels);

            const modelDocument = 
            """.utf8)
        bytes += Array(json).escapedForScript
        bytes += ";\nconst weightsInBase64 = '".utf8
        bytes += Packing.base64(Packing.bytes(weights.flatMap(\.values)))
        bytes += "';\n\n".utf8
        for source in [
            PackageResources.layers_js, PackageResources.kinds_js, PackageResources.network_js,
            PackageResources.prior_js, PackageResources.module_js,
        ] {
            bytes += source
            bytes += "\n".utf8
        }
        return bytes
    }
}

/// What a module says of its model.
private struct WebModule: Encodable {
    struct Weight: Encodable {
        let name: String
        let shape: [Int]
    }

    struct Codes: Encodable {
        let size, dimension, height, width: Int
    }

    struct Table: Encodable {
        let columns: [String]
        let means, scales: [Double]
    }

    let model: ReportPlan
    let weights: [Weight]
    let classes: [Int]
    /// nil for N(0, I).
    let prior: ReportData.Prior?
    let codes: Codes?
    let table: Table?

    init(_ source: VariationalAutoencoder) throws(VAEError) {
        let configuration = source.configuration
        model = try ReportPlan(configuration)
        weights = source.weights.map { Weight(name: $0.name, shape: $0.shape) }
        classes = configuration.classes
        prior = try ReportData.Prior(source)
        codes = configuration.codebook.flatMap { book in
            source.codeGrid.map {
                Codes(size: book.size, dimension: book.dimension, height: $0.height, width: $0.width)
            }
        }
        table = source.standardization.map {
            Table(columns: $0.columns, means: $0.means, scales: $0.scales)
        }
    }
}
