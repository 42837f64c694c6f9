import Foundation
import VAE
import VAECore

/// The folder of a run that is under way, to be written to: made new for it, and never one that holds something already, or that of a
/// run which goes on. Locked for as long as the run lasts. What is read again of it is a ``SavedRun`` or an ``InterruptedRun``.
package struct RunFolder {
    package let path: String
    private let metrics: AppendingFile
    private let lock: FolderLock

    package static let configuration = "config.json"
    /// The model after the last finished epoch.
    package static let model = "model.safetensors"
    /// The model after the epoch with the lowest test loss.
    package static let best = "best.safetensors"
    package static let metrics = "metrics.csv"

    /// `requested`, or `<parent>/<date>-<dataset>` with a number behind it when that is taken.
    /// - Parameter hasPenalty: whether the losses of the run have one, and columns for it
    /// - Throws: `cannotCreate` when the folder exists and is not empty, or can't be made or written to.
    package init(
        _ requested: String?, dataset: String, in parent: String = "runs", hasPenalty: Bool = false
    ) throws(VAEError) {
        let path = try RunFolder.make(requested, dataset: dataset, in: parent)
        self.path = path
        lock = try FolderLock(path)
        metrics = try AppendingFile(RunFolder.join(path, RunFolder.metrics))
        try metrics.append(MetricsTable.header(hasPenalty: hasPenalty))
    }

    /// The folder of a run that goes on after the epochs of `history`: its table of metrics gets exactly their rows.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written to.
    init(
        resuming path: String, history: [EpochReport], lock: FolderLock, hasPenalty: Bool
    ) throws(VAEError) {
        self.path = path
        self.lock = lock
        let table = RunFolder.join(path, RunFolder.metrics)
        let lines = [MetricsTable.header(hasPenalty: hasPenalty)] + history.map(MetricsTable.row)
        try DurableFile.write(Array(lines.map { $0 + "\n" }.joined().utf8), to: table)
        metrics = try AppendingFile(table, .existing)
    }

    /// Makes a folder that is new or empty: `requested`, or one with the date and the data in its name.
    /// - Throws: `cannotCreate` when the folder exists and is not empty, or can't be made.
    static func make(
        _ requested: String?, dataset: String, in parent: String
    ) throws(VAEError) -> String {
        if let requested {
            try Folder.createNew(requested)
            return requested
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd-HHmmss"
        let first = "\(parent)/\(formatter.string(from: Date()))-\(name(for: dataset))"
        var path = first
        var number = 2
        while FileManager.default.fileExists(atPath: path) {
            path = "\(first)-\(number)"
            number += 1
        }
        try Folder.createNew(path)
        return path
    }

    /// The part of a run's name that comes from its data set, whose name may be that of any folder.
    static func name(for dataset: String) -> String {
        // Code point by code point: behind a letter, marks that nobody sees would count as part of it.
        String(
            dataset.unicodeScalars.prefix(40).map {
                $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-" || $0 == "_"
                    ? Character($0) : "-"
            })
    }

    /// The path of a file of the run.
    package func file(_ name: String) -> String { RunFolder.join(path, name) }

    package static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// Writes down a finished epoch: its row, and the model that it ended with.
    /// - Parameter isBest: whether no epoch had a lower loss.
    package func add(_ report: EpochReport, _ model: VariationalAutoencoder, isBest: Bool) throws(VAEError) {
        try metrics.append(MetricsTable.row(report))
        try save(model, isBest: isBest)
    }

    /// Writes the model of the last finished epoch.
    package func save(_ model: VariationalAutoencoder, isBest: Bool) throws(VAEError) {
        try model.write(to: file(RunFolder.model))
        if isBest { try model.write(to: file(RunFolder.best)) }
    }

    /// Writes `value` as sorted, indented JSON.
    package func write(_ value: some Encodable, to name: String) throws(VAEError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let json: Foundation.Data
        do { json = try encoder.encode(value) } catch { throw .json(file(name), error) }
        try DurableFile.write(Array(json) + [10], to: file(name))
    }
}
