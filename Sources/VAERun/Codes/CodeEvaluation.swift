import Foundation
import VAE
import VAECore
import VAEData
import VAEReport

/// `evaluation.json` of a model with a codebook: a `CodeReport`, and of which model and images it is.
///
/// The report's names stand beside the others in the file, in snake case. The same model, data and settings give the same bytes.
package struct CodeEvaluation: Equatable, Sendable {
    /// The version of the layout; another number is another layout.
    package let version: Int
    /// The version of the program that wrote it.
    package let program: String
    package let model: EvaluationRecord.Model
    package let data: EvaluationRecord.Data
    package let settings: Settings
    /// What the pixelwise mean of the training images, one for all, costs: nats a test image.
    package let pixelwiseMean: Double
    package let report: CodeReport

    package struct Settings: Codable, Equatable, Sendable {
        /// `none`, `threshold` or `stochastic`.
        package let binarize: String
    }

    /// - Parameters:
    ///   - model: what was measured
    ///   - file: the model's, its name alone
    ///   - data: what it was measured on, as it was before it became black and white
    /// - Throws: `unavailable` when the model can't be written for its SHA-256.
    package init(
        _ report: CodeReport, pixelwiseMean: Double, binarization: Binarization?,
        of model: VariationalAutoencoder, file: String, data: Dataset
    ) throws(VAEError) {
        version = EvaluationRecord.currentVersion
        program = packageVersion
        self.model = try EvaluationRecord.Model(model, file: file)
        self.data = EvaluationRecord.Data(
            name: data.name, sha256: try data.contentHash(), trainImages: data.train.count,
            testImages: report.images)
        settings = Settings(binarize: binarization?.rawValue ?? "none")
        self.pixelwiseMean = pixelwiseMean
        self.report = report
    }

    /// The file's bytes.
    /// - Throws: `invalidData` when a number is not finite.
    package func json() throws(VAEError) -> [UInt8] { try EvaluationRecord.json(self) }

    /// The evaluation of a run's model, nil where there is none or the model has become another since.
    /// - Parameter file: the name of the model's file
    /// - Throws: `invalidData` when it is damaged.
    package static func ofRun(
        _ folder: String, _ model: VariationalAutoencoder, file: String = RunFolder.model
    ) throws(VAEError) -> CodeEvaluation? {
        let name = EvaluationRecord.fileName(ofModel: file)
        guard Folder.holdsFile(name, folder) else { return nil }
        let path = RunFolder.join(folder, name)
        let found: CodeEvaluation = try EvaluationRecord.read(path)
        return found.model.sha256 == (try model.sha256.description) ? found : nil
    }
}

extension CodeEvaluation: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, program, model, data, settings, pixelwiseMean
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        version = try values.decode(Int.self, forKey: .version)
        program = try values.decode(String.self, forKey: .program)
        model = try values.decode(EvaluationRecord.Model.self, forKey: .model)
        data = try values.decode(EvaluationRecord.Data.self, forKey: .data)
        settings = try values.decode(Settings.self, forKey: .settings)
        pixelwiseMean = try values.decode(Double.self, forKey: .pixelwiseMean)
        report = try CodeReport(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(version, forKey: .version)
        try values.encode(program, forKey: .program)
        try values.encode(model, forKey: .model)
        try values.encode(data, forKey: .data)
        try values.encode(settings, forKey: .settings)
        try values.encode(pixelwiseMean, forKey: .pixelwiseMean)
        // The same object: its names stand beside those above.
        try report.encode(to: encoder)
    }
}
