import VAE
import VAECore
import VAEData

/// A run as its folder holds it: what `vae-train` wrote, read again.
package struct Run: Sendable {
    /// The folder.
    package let path: String
    package let record: RunRecord
    /// The model after the last finished epoch.
    package let model: VariationalAutoencoder
    /// The finished epochs.
    package let history: [EpochReport]

    /// - Throws: `missingInput` when the folder, its configuration, its metrics or its model are not there;
    ///   `invalidData` when one of them is damaged, or the model is another than the configuration's.
    package init(_ path: String) throws(VAEError) {
        guard Folder.exists(path) else {
            throw VAEError(
                .missingInput, path, "is not a folder", expected: "the run folder of a vae-train",
                advice: "Check the path.")
        }
        self.path = path
        let record = try RunRecord(contentsOf: Run.part(RunFolder.configuration, of: path))
        self.record = record
        model = try Run.model(Run.part(RunFolder.model, of: path), of: record)
        history = try MetricsTable.read(
            Run.part(RunFolder.metrics, of: path), klWeight: record.training.klWeight)
    }

    /// The path of a file that every run has.
    /// - Throws: `missingInput` when the folder does not have it.
    static func part(_ name: String, of path: String) throws(VAEError) -> String {
        guard Folder.holds(name, path) else {
            let isNoRun = name == RunFolder.configuration
            throw VAEError(
                .missingInput, path, "has no \(name)",
                expected: isNoRun ? "the folder of a run" : "the folder of a run of at least one epoch",
                advice: isNoRun
                    ? "Check the path: this is no folder that vae-train wrote."
                    : "vae-train writes it after the first epoch; check that this is the right folder.")
        }
        return RunFolder.join(path, name)
    }

    /// The model at `path`.
    /// - Throws: `invalidData` when it is damaged, or another than `record` says.
    static func model(_ path: String, of record: RunRecord) throws(VAEError) -> VariationalAutoencoder {
        let model = try VariationalAutoencoder(contentsOf: path)
        guard model.configuration == record.model else {
            throw VAEError(
                .invalidData, path, "is not the model of this run's config.json",
                expected: Run.describe(record.model), found: Run.describe(model.configuration),
                advice: "Take both files from the same run.")
        }
        return model
    }

    /// The images that the model was trained on, or those of another folder.
    /// - Parameter folder: where the images are now; nil for where the run found them.
    /// - Throws: `missingInput` when they are no longer there; `invalidData` when the model is for images of
    ///   another shape.
    package func data(
        folder: String? = nil, progress: (DatasetEvent) -> Void = { _ in }
    ) throws(VAEError) -> Dataset {
        try DataRequest(record, folder: folder).load(for: model.configuration.imageShape, record, progress)
    }

    /// Whether these are the very images of the run. Hashes them all.
    package func isTrained(on data: Dataset) -> Bool { data.contentHash() == record.data.sha256 }

    private static func describe(_ model: ModelConfiguration) -> String {
        "\(model.imageShape) images, \(model.phrase)"
    }
}
