import Foundation
import VAECore

extension VariationalAutoencoder {
    /// Writes the model as a safetensors file: a float32 tensor for each weight, named and shaped as in `weights`
    /// (Keras's layouts), and the configuration, and a table's standardisation, as JSON in the metadata.
    ///
    /// The bytes depend on configuration and weights alone. The file appears whole or not at all.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written; what was there is left as it was.
    public func write(to path: String) throws(VAEError) {
        try DurableFile.write(serialized(), to: path)
    }

    /// SHA-256 of the file that `write(to:)` writes: whether two models are the same, to the bit.
    package var sha256: SHA256.Digest {
        get throws(VAEError) { SHA256.digest(of: try serialized()) }
    }

    /// The bytes of the file that `write(to:)` writes.
    package func serialized() throws(VAEError) -> [UInt8] {
        try SafeTensors(tensors(), metadata: metadata()).serialized()
    }

    /// Reads a model that `write(to:)` wrote.
    /// - Throws: `missingInput` when there is no such file, `invalidData` when it is damaged, is not a model of this engine,
    ///   or holds tensors that its configuration does not call for.
    public init(contentsOf path: String) throws(VAEError) {
        let file = try SafeTensors(contentsOf: path)
        guard let format = file.metadata[Self.formatKey], format.utf8.elementsEqual(Self.format.utf8),
            let json = file.metadata[Self.configurationKey]
        else {
            let format = file.metadata[Self.formatKey]
            let isCheckpoint = format?.utf8.starts(with: Checkpoint.family.utf8) == true
            throw VAEError(
                .invalidData, path,
                isCheckpoint ? "is the checkpoint of a training" : "is not a model of this engine",
                expected:
                    "metadata \"\(Self.formatKey)\" = \"\(Self.format)\" and \"\(Self.configurationKey)\"",
                found: format.map { "\"\(Self.formatKey)\" = \(quoted($0))" } ?? "no format",
                advice: isCheckpoint
                    ? "Take the model.safetensors beside it, or go on from it with vae-train --resume."
                    : "Take a model.safetensors that vae-train or write(to:) wrote; vae import makes one of other programs' weights."
            )
        }
        // JSON is read into something many times its size, and the longest configuration takes some twenty kilobytes.
        guard json.utf8.count <= Self.longestConfiguration else {
            throw VAEError(
                .invalidData, path, "has a configuration that is too long",
                expected: "at most \(Self.longestConfiguration) bytes", found: "\(json.utf8.count)",
                advice: "Get the file again.")
        }
        if let key = JSONText.repeatedKey(in: Array(json.utf8)) {
            throw VAEError(
                .invalidData, path, "has a configuration that says \(quoted(key)) twice",
                advice: "Get the file again.")
        }
        guard let configuration = try? JSONDecoder().decode(ModelConfiguration.self, from: Data(json.utf8))
        else {
            throw VAEError(.invalidData, path, "has a configuration that can't be read")
        }
        let network: Network
        do throws(VAEError) {
            network = try Network(configuration)
        } catch {
            throw VAEError(.invalidData, path, "has a configuration that is not valid: \(error)")
        }
        guard file.tensors.count == network.layout.entries.count else {
            throw VAEError(
                .invalidData, path, "has other tensors than its configuration calls for",
                expected: "\(network.layout.entries.count)", found: "\(file.tensors.count)")
        }
        // Every tensor's size is checked before room is made for all.
        var tensors: [SafeTensors.Tensor] = []
        do throws(VAEError) {
            for entry in network.layout.entries {
                tensors.append(try file.tensor(entry.name, shape: entry.shape))
            }
        } catch {
            throw error.inFile(path)
        }
        var parameters: [Float] = []
        parameters.reserveCapacity(network.layout.count)
        do throws(VAEError) {
            for tensor in tensors { try tensor.append(to: &parameters) }
        } catch {
            throw error.inFile(path)
        }
        parameters += [Float](repeating: 0, count: network.layout.count - parameters.count)
        let standardization = try Self.standardization(in: file.metadata, of: configuration, path)
        self = Self(network: network, parameters: parameters).standardizing(by: standardization)
    }

    private func tensors() throws(VAEError) -> [SafeTensors.Tensor] {
        var tensors: [SafeTensors.Tensor] = []
        for weight in weights {
            tensors.append(
                try SafeTensors.Tensor(name: weight.name, shape: weight.shape, floats: weight.values))
        }
        return tensors
    }

    /// The text of a model's file: its format, its configuration and a table's standardisation as JSON, by key.
    package func metadata() throws(VAEError) -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let json = try? encoder.encode(configuration) else {
            throw VAEError(.invalidArgument, "model configuration", "can't be written as JSON")
        }
        var metadata = [
            Self.formatKey: Self.format, Self.configurationKey: String(decoding: json, as: UTF8.self),
        ]
        if let standardization { metadata[Self.standardizationKey] = try Self.json(standardization) }
        return metadata
    }

    /// The form in which a model's file keeps a standardisation.
    /// - Throws: `invalidArgument` when it is longer than one that is read again.
    package static func json(_ standardization: Standardization) throws(VAEError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let json = try? encoder.encode(standardization), json.count <= longestStandardization else {
            throw VAEError(
                .invalidArgument, "table", "has too many columns, or too long names of them",
                expected: "at most \(longestStandardization) bytes of names, means and scales",
                found: "\(standardization.columns.count) columns")
        }
        return String(decoding: json, as: UTF8.self)
    }

    /// The standardisation that a file's metadata hold; nil for none.
    /// - Throws: `invalidData` when it is damaged, or of another number of columns than the model has.
    package static func standardization(
        in metadata: [String: String], of configuration: ModelConfiguration, _ path: String
    ) throws(VAEError) -> Standardization? {
        guard let json = metadata[standardizationKey] else { return nil }
        guard json.utf8.count <= longestStandardization, JSONText.repeatedKey(in: Array(json.utf8)) == nil,
            let found = try? JSONDecoder().decode(Standardization.self, from: Data(json.utf8))
        else {
            throw VAEError(
                .invalidData, path, "has a table's standardisation that can't be read",
                expected: "names, means and scales of columns, at most \(longestStandardization) bytes",
                found: "\(json.utf8.count) bytes", advice: "Get the file again.")
        }
        guard found.columns.count == configuration.imageShape.count else {
            throw VAEError(
                .invalidData, path, "has another number of columns than its configuration has values",
                expected: "\(configuration.imageShape.count)", found: "\(found.columns.count)")
        }
        return found
    }

    private static let formatKey = "format"
    private static let format = "vae-1"
    package static let configurationKey = "configuration"
    package static let longestConfiguration = 32_768
    package static let standardizationKey = "standardization"
    /// Sixteen thousand columns, the widest image, with names of usual lengths.
    private static let longestStandardization = 1 << 20
}

extension VAEError {
    /// The same error about a part of the file at `path`.
    func inFile(_ path: String) -> VAEError {
        VAEError(
            kind, path, "\(subject) \(problem)", expected: expected, found: found, advice: advice)
    }
}
