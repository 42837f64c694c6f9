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
    /// What was in the place of the best model, and was not it.
    package static let damagedBest = "best.damaged.safetensors"
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
        // Another program may have had the folder until now.
        try Folder.checkIsEmpty(path) { RunFolder.isUnbegun($0, in: path) }
        Folder.removeLeftovers(path, and: [RunFolder.metrics])
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

    /// Whether names are all that a run leaves which is killed before it has written its configuration: nothing, temporary files, a
    /// table without a row. The command that began it begins again in such a folder.
    static func isUnbegun(_ names: Set<String>, in path: String) -> Bool {
        guard names.isSubset(of: [metrics]) else { return false }
        guard names.contains(metrics) else { return true }
        let longest = MetricsTable.header(hasPenalty: true) + "\n"
        guard Folder.holdsFile(metrics, path),
            let bytes = try? DurableFile.read(join(path, metrics), limit: longest.utf8.count)
        else { return false }
        return [true, false].contains {
            (MetricsTable.header(hasPenalty: $0) + "\n").utf8.starts(with: bytes)
        }
    }

    /// Makes a folder that is new or empty: `requested`, or one with the date and the data in its name. One in which a run was killed before
    /// it had written its configuration counts as empty.
    /// - Throws: `cannotCreate` when the folder exists and is not empty, or can't be made.
    static func make(
        _ requested: String?, dataset: String, in parent: String
    ) throws(VAEError) -> String {
        if let requested {
            try Folder.createNew(requested) { isUnbegun($0, in: requested) }
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

    /// Writes down the row of a finished epoch.
    package func add(_ report: EpochReport) throws(VAEError) {
        try metrics.append(MetricsTable.row(report))
    }

    /// Writes the model of the last finished epoch: after the checkpoint, which has its digest and from which it can be made again. The other
    /// way round a run that is killed in between would have a file that is neither the checkpoint's nor damaged.
    package func save(_ model: ModelFile) throws(VAEError) {
        for name in model.names { try DurableFile.write(model.bytes, to: file(name)) }
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
