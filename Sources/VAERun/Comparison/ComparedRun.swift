import VAE
import VAECore

/// A run as it is compared with others: what it was made of and how far it came. Its images are not needed, nor a finished epoch.
package struct ComparedRun: Sendable {
    /// As it was named.
    package let path: String
    /// The last part of the path, or the path where another run's is the same.
    package internal(set) var name: String
    package let record: RunRecord
    package let settings: RunSettings
    /// The finished epochs.
    package let history: [EpochReport]
    /// −ln p(x) of test images in nats, where `vae evaluate` has measured the last model.
    package let negativeLogLikelihood: Double?

    /// Seconds of all epochs, without what is measured after them.
    package var seconds: Double { history.reduce(0) { $0 + $1.seconds } }
    package var last: EpochReport? { history.last }
    package var best: EpochReport? { history.best }
    package var seed: UInt64 { record.training.seed }

    /// Reads the run in a folder. One that trains may be read.
    /// - Throws: `missingInput` when there is no such folder or it is no run's; `invalidData` when a file of it is damaged.
    package init(folder path: String) throws(VAEError) {
        try RunFolder.demand(path)
        self.path = path
        name = Self.lastPart(of: path)
        record = try RunRecord(contentsOf: RunFolder.part(RunFolder.configuration, of: path))
        settings = try RunSettings(record)
        history =
            Folder.holdsFile(RunFolder.metrics, path)
            ? try MetricsTable.read(
                RunFolder.join(path, RunFolder.metrics), klWeight: record.training.klWeight,
                model: record.model) : []
        // One of an earlier model, or that a later version wrote, says nothing of this one.
        let evaluation =
            Folder.holdsFile(EvaluationRecord.fileName, path)
            ? try? EvaluationRecord.ofRun(path, SavedRun(path).model) : nil
        negativeLogLikelihood = evaluation?.evaluation.likelihood.negativeLogLikelihood.nats
    }

    private static func lastPart(of path: String) -> String {
        path.split(separator: "/").last { $0 != "." }.map(String.init) ?? path
    }
}
