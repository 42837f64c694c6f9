import Foundation
import VAE
import VAECore

/// The folder that a run leaves behind, made new for it and never one that holds something already.
struct RunFolder {
    let path: String
    private let metrics: AppendingFile

    /// `requested`, or `runs/<date>-<dataset>` with a number behind it when that is taken.
    /// - Throws: `cannotCreate` when the folder exists and is not empty, or can't be made or written to.
    init(_ requested: String?, dataset: String) throws(VAEError) {
        let path = try RunFolder.make(requested, dataset: dataset)
        self.path = path
        metrics = try AppendingFile(path + "/metrics.csv")
        try metrics.append(
            "epoch,train_loss,train_reconstruction,train_kl,test_loss,test_reconstruction,test_kl,seconds,"
                + "images_per_second")
    }

    private static func make(_ requested: String?, dataset: String) throws(VAEError) -> String {
        if let requested {
            try Folder.createNew(requested)
            return requested
        }
        let name = dataset.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "-" }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd-HHmmss"
        let first = "runs/\(formatter.string(from: Date()))-\(String(name))"
        var path = first
        var number = 2
        while FileManager.default.fileExists(atPath: path) {
            path = "\(first)-\(number)"
            number += 1
        }
        try Folder.createNew(path)
        return path
    }

    /// The path of a file of the run.
    func file(_ name: String) -> String { path + "/" + name }

    /// Adds a row for a finished epoch; empty fields where there is no test set.
    func append(_ report: EpochReport) throws(VAEError) {
        let losses = fields(report.train) + (report.test.map(fields) ?? ["", "", ""])
        let times = [String(format: "%.3f", report.seconds), String(format: "%.1f", report.imagesPerSecond)]
        try metrics.append((["\(report.epoch)"] + losses + times).joined(separator: ","))
    }

    private func fields(_ losses: Losses) -> [String] {
        [losses.total, losses.reconstruction, losses.kl].map { String(format: "%.6f", $0) }
    }

    /// Writes `value` as sorted, indented JSON.
    func write(_ value: some Encodable, to name: String) throws(VAEError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(value) else {
            throw VAEError(.inputOutput, file(name), "can't be written as JSON")
        }
        try DurableFile.write(Array(json) + [10], to: file(name))
    }
}

/// `config.json`: everything a run was made of, resolved.
struct RunRecord: Encodable {
    struct Data: Encodable {
        let name: String
        let source: String
        let sha256: String
        let trainImages: Int
        let testImages: Int
    }

    struct Environment: Encodable {
        let version: String
        let blas: String
        let blasKernels: String
        let convolutions: String
        /// The instruction set of direct convolutions; absent where the processor has none.
        let tiles: String?
        let processor: String
        let threads: Int
        let started: String
        let command: [String]
    }

    let model: ModelConfiguration
    let training: TrainingConfiguration
    let parameters: Int
    let data: Data
    let environment: Environment
}
