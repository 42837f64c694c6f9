import Foundation
import VAE
import VAECore

/// Weights of another program made a model.
///
/// A tensor of the file is found by its name: that which an export gives it, or the one that ``names`` says. Where an NPZ archive has none of these
/// names, its arrays are taken in their order, from the encoder's first layer to the decoder's last, kernel before bias.
public struct WeightImport: Sendable {
    /// The layouts of the file's tensors.
    public var layout: WeightLayout
    /// The model that they are of; nil for what a file's own metadata say, or else the default model.
    public var configuration: ModelConfiguration?
    /// For weights of the model, as `VariationalAutoencoder.weights` names them, the names of the file's tensors.
    public var names: [String: String]

    /// What a file is to be taken for.
    public init(
        layout: WeightLayout, configuration: ModelConfiguration? = nil, names: [String: String] = [:]
    ) {
        self.layout = layout
        self.configuration = configuration
        self.names = names
    }

    /// A model, and what there is to say of how it was read.
    public struct Result: Sendable {
        /// The model.
        public let model: VariationalAutoencoder
        /// Sentences: tensors taken by their order, numbers that were rounded, tensors that the file does not have.
        public let notes: [String]
    }

    /// Reads a `.safetensors` or `.npz` file.
    /// - Throws: `missingInput` or `inputOutput` when it can't be read; `invalidData` when it is damaged, a tensor is missing, unexpected, of another
    ///   shape or type, or holds a number that is not finite; `invalidArgument` when the configuration is not valid, or ``names`` has a weight that
    ///   the model does not have.
    /// - Complexity: O(parameters), and memory for the file and for them twice.
    public func read(_ path: String) throws(VAEError) -> Result {
        let file = try WeightFile(contentsOf: path)
        let inFile = try Self.configuration(of: file)
        let configuration = self.configuration ?? inFile ?? ModelConfiguration()
        try configuration.validate()
        let topology = try Topology(configuration)
        try Self.demandSize(of: topology.plan.layout, file)
        var wanted = try WantedTensor.all(of: topology, layout)
        var notes: [String] = []
        let matched = try WeightMatching(file: file, names: names).match(&wanted, &notes)

        // Values that a file of another program can't have are those of a model before its first step.
        let untrained = try VariationalAutoencoder(configuration)
        var rounded = 0
        var values: [String: [Float]] = [:]
        for (tensor, array) in zip(wanted, matched) {
            guard let array else { continue }
            let (numbers, isRounded) = try file.values(of: array)
            values[tensor.own] = tensor.rearrangement?.scatter(numbers) ?? numbers
            rounded += isRounded ? 1 : 0
        }
        for weight in untrained.weights where values[weight.name] == nil {
            values[weight.name] = weight.values
        }
        if rounded > 0 {
            notes.append("Numbers of \(rounded) tensors are rounded from double to single precision.")
        }
        let model = try VariationalAutoencoder(configuration) { (entry) throws(VAEError) in
            values[entry.name] ?? []
        }
        let standardization = try VariationalAutoencoder.standardization(
            in: file.metadata, of: configuration, path)
        return Result(model: model.standardizing(by: standardization), notes: notes)
    }

    /// Of what a model calls for, which metadata may say of any size, nothing is made that a file is far too small for.
    private static func demandSize(of layout: ParameterLayout, _ file: WeightFile) throws(VAEError) {
        guard layout.trainedCount >> 2 > max(file.count, 1 << 22) else { return }
        throw VAEError(
            .invalidData, file.path, "has far fewer numbers than its model has parameters",
            expected: "\(layout.trainedCount)", found: "\(file.count)",
            advice: "Check that the model is this one.")
    }

    /// The configuration in the metadata of a file that an export wrote; nil where there is none.
    private static func configuration(of file: WeightFile) throws(VAEError) -> ModelConfiguration? {
        guard let json = file.metadata[VariationalAutoencoder.configurationKey] else { return nil }
        guard json.utf8.count <= VariationalAutoencoder.longestConfiguration,
            JSONText.repeatedKey(in: Array(json.utf8)) == nil,
            let configuration = try? JSONDecoder().decode(ModelConfiguration.self, from: Data(json.utf8))
        else {
            throw VAEError(
                .invalidData, file.path, "has a configuration that can't be read",
                expected: "JSON of at most \(VariationalAutoencoder.longestConfiguration) bytes",
                found: "\(json.utf8.count) bytes", advice: "Say the model in a file of its own.")
        }
        do throws(VAEError) {
            try configuration.validate()
        } catch {
            throw VAEError(.invalidData, file.path, "has a configuration that is not valid: \(error)")
        }
        return configuration
    }
}
