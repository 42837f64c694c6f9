import VAE
import VAECore
import VAEData
import VAEEvaluation

/// `evaluation.json`: an `Evaluation`, and of which model and images it is. Documentation/Evaluation.md says what each number is.
///
/// The evaluation's names stand beside the others in the file, in snake case. From it alone an ``EvaluationSummary``, which is shown, can be
/// made again. The same model, data and settings give the same bytes.
package struct EvaluationRecord: Equatable, Sendable {
    /// The version of the layout; another number is another layout.
    package let version: Int
    /// The version of the program that wrote it.
    package let program: String
    package let model: Model
    package let data: Data
    package let settings: Settings
    /// nil in files of earlier versions.
    package let signs: TrainingSigns?
    package let evaluation: Evaluation

    package static let currentVersion = 1

    package struct Model: Codable, Equatable, Sendable {
        /// The file's name in the run folder.
        package let file: String
        /// The SHA-256 of the file that the model's configuration and weights make: whether this is still the model that was evaluated.
        package let sha256: String
        package let parameters: Int
        package let latentSize: Int
        package let imageShape: ImageShape
        package let likelihood: String

        /// - Throws: `unavailable` when the model can't be written for its SHA-256.
        init(_ model: VariationalAutoencoder, file: String) throws(VAEError) {
            self.file = file
            sha256 = try model.sha256.description
            parameters = model.parameterCount
            latentSize = model.configuration.latentSize
            imageShape = model.configuration.imageShape
            likelihood = model.configuration.likelihood.rawValue
        }
    }

    package struct Data: Codable, Equatable, Sendable {
        package let name: String
        /// `Dataset.contentHash()`.
        package let sha256: String
        package let trainImages: Int
        package let testImages: Int
    }

    package struct Settings: Codable, Equatable, Sendable {
        package let seed: UInt64
        package let draws: Int
        /// `none`, `threshold` or `stochastic`.
        package let binarize: String
    }

    /// - Parameters:
    ///   - options: those of the evaluation
    ///   - model: what was measured
    ///   - file: the model's, its name alone
    ///   - data: what it was measured on, as it was before it became black and white
    ///   - signs: of the model and its training
    /// - Throws: `unavailable` when the model can't be written for its SHA-256.
    package init(
        _ evaluation: Evaluation, options: Evaluation.Options, of model: VariationalAutoencoder, file: String,
        data: Dataset, signs: TrainingSigns? = nil
    ) throws(VAEError) {
        version = Self.currentVersion
        program = packageVersion
        self.model = try Model(model, file: file)
        self.data = Data(
            name: data.name, sha256: try data.contentHash(), trainImages: data.train.count,
            testImages: evaluation.loss.test.images)
        settings = Settings(
            seed: options.seed, draws: options.draws, binarize: options.binarization?.rawValue ?? "none")
        self.signs = signs
        self.evaluation = evaluation
    }
}

extension EvaluationRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, program, model, data, settings
        case signs = "training"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        version = try values.decode(Int.self, forKey: .version)
        program = try values.decode(String.self, forKey: .program)
        model = try values.decode(Model.self, forKey: .model)
        data = try values.decode(Data.self, forKey: .data)
        settings = try values.decode(Settings.self, forKey: .settings)
        signs = try values.decodeIfPresent(TrainingSigns.self, forKey: .signs)
        evaluation = try Evaluation(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(version, forKey: .version)
        try values.encode(program, forKey: .program)
        try values.encode(model, forKey: .model)
        try values.encode(data, forKey: .data)
        try values.encode(settings, forKey: .settings)
        try values.encodeIfPresent(signs, forKey: .signs)
        // The same object: its names stand beside those above.
        try evaluation.encode(to: encoder)
    }
}
