import VAE
import VAECore
import VAEData

/// A run read again: one of its models with what is known of how it came to be. Of a model file that lies in no run's folder
/// there is the model alone.
///
/// Nothing is locked or written: a run may be read while it trains. To go on with one there is ``InterruptedRun``.
package struct SavedRun: Sendable {
    /// The model's file.
    package let path: String
    /// The folder of the run, nil for a model of none.
    package let folder: String?
    package let model: VariationalAutoencoder
    /// The record of its training; nil for a model of no run.
    package let record: RunRecord?
    /// The finished epochs, where they were read already.
    private var epochs: [EpochReport]?

    package var configuration: ModelConfiguration { model.configuration }

    /// Reads the model at `path`.
    ///
    /// - Parameters:
    ///   - path: a run folder, whose `config.json` must go with the model, or a safetensors file. A file beside the
    ///     `config.json` of its run counts as part of it.
    ///   - best: takes the model after the epoch with the lowest test loss from a run folder, instead of the last one.
    /// - Throws: `missingInput` when there is no such folder or file, or the folder has no model or configuration;
    ///   `invalidData` when one of them is damaged, or the model of a folder is another than its configuration's;
    ///   `invalidArgument` for `best` with a file.
    package init(_ path: String, best: Bool = false) throws(VAEError) {
        if Folder.exists(path) {
            let record = try RunRecord(contentsOf: RunFolder.part(RunFolder.configuration, of: path))
            self.path = try RunFolder.part(best ? RunFolder.best : RunFolder.model, of: path)
            model = try SavedRun.model(self.path, of: record)
            self.record = record
            folder = path
            return
        }
        guard !best else {
            throw VAEError(
                .invalidArgument, "best", "chooses a model of a run folder",
                found: "\(path), which is no folder",
                advice: "Name the folder, or best.safetensors itself.")
        }
        let (parent, name) = SavedRun.split(path)
        guard !name.isEmpty, Folder.holds(name, parent) else {
            throw VAEError(
                .missingInput, path, "does not exist", expected: "a run folder or a model.safetensors",
                advice: "Check the path.")
        }
        guard Folder.holdsFile(name, parent) else {
            throw VAEError(
                .missingInput, path, "can't be read as a file", expected: "a regular file",
                found: "a pipe, a device or a link to nothing",
                advice: "Name a run folder or a model.safetensors.")
        }
        let model = try VariationalAutoencoder(contentsOf: path)
        self.path = path
        self.model = model
        // Any file may lie beside a config.json, which then says nothing about it.
        var record: RunRecord?
        if Folder.holdsFile(RunFolder.configuration, parent) {
            record = try? RunRecord(contentsOf: RunFolder.join(parent, RunFolder.configuration))
        }
        self.record = record?.model == model.configuration ? record : nil
        folder = self.record == nil ? nil : parent
    }

    /// Reads a whole run: its last model, or its best, and its table of metrics.
    /// - Throws: `missingInput` when the folder, its configuration, its metrics or its model are not there;
    ///   `invalidData` when one of them is damaged, or the model is another than the configuration's.
    package init(folder path: String, best: Bool = false) throws(VAEError) {
        try RunFolder.demand(path)
        try self.init(path, best: best)
        epochs = try MetricsTable.read(
            RunFolder.part(RunFolder.metrics, of: path), klWeight: record?.training.klWeight ?? 1,
            model: record?.model)
    }

    /// The finished epochs of the run; none for a model without a run, or without a table of metrics.
    /// - Throws: `invalidData` when the table is damaged.
    package func history() throws(VAEError) -> [EpochReport] {
        if let epochs { return epochs }
        guard let folder, let record, Folder.holdsFile(RunFolder.metrics, folder) else { return [] }
        return try MetricsTable.read(
            RunFolder.join(folder, RunFolder.metrics), klWeight: record.training.klWeight, model: record.model
        )
    }

    /// The epochs that made the model: all of the run, or of its best model those up to the one with the lowest test loss.
    /// - Throws: `invalidData` when the table is damaged.
    package func modelHistory() throws(VAEError) -> [EpochReport] {
        let all = try history()
        return modelFile == RunFolder.best ? Array(all.prefix(all.best?.epoch ?? all.count)) : all
    }

    /// The images that the model was trained on, or those of another path.
    /// - Parameter path: where the images are now; nil for where the run found them.
    /// - Throws: `missingInput` when they are no longer there, or the model is of no run and no path is given;
    ///   `invalidData` when the model is for images of another shape.
    package func data(
        at place: String? = nil, progress: (DatasetEvent) -> Void = { _ in }
    ) throws(VAEError) -> Dataset {
        let request: DataRequest
        if let record {
            request = try DataRequest(record, at: place)
        } else if let place {
            request = DataRequest(.auto, path: place, limit: nil, seed: 0, options: importOptions)
        } else {
            throw VAEError(
                .missingInput, path, "does not say which images it was trained on",
                expected: "a model in the folder of its run, with config.json",
                advice: "Name images, or say where its data set is: --data PATH.")
        }
        return try request.load(for: model, record, progress)
    }

    /// What is to be made of files for the model: what the run made of its own, in the model's colours.
    package var importOptions: ImportOptions {
        var options = record?.data.options ?? ImportOptions()
        if model.standardization == nil {
            options.pictures.isGrey = configuration.imageShape.channels == 1
        } else {
            options.isTable = true
        }
        return options
    }

    /// Whether these are the very images of the run; false where there is no run. Hashes them all.
    package func isTrained(on data: Dataset) throws(VAEError) -> Bool {
        guard let record else { return false }
        return try data.has(contentHash: record.data.sha256)
    }

    /// The model at `path`.
    /// - Throws: `invalidData` when it is damaged, or another than `record` says.
    private static func model(_ path: String, of record: RunRecord) throws(VAEError) -> VariationalAutoencoder
    {
        func describe(_ model: ModelConfiguration) -> String { "\(model.imageShape) images, \(model.phrase)" }
        let model = try VariationalAutoencoder(contentsOf: path)
        guard model.configuration == record.model else {
            throw VAEError(
                .invalidData, path, "is not the model of this run's config.json",
                expected: describe(record.model), found: describe(model.configuration),
                advice: "Take both files from the same run.")
        }
        return model
    }

    /// The folder that a path lies in, and its last part.
    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: 0x2F) else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.utf8.index(after: slash)...]))
    }
}
