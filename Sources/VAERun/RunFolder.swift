import Foundation
import VAE
import VAECore

/// The folder that a run leaves behind, made new for it and never one that holds something already.
package struct RunFolder {
    package let path: String
    private let metrics: AppendingFile

    package static let configuration = "config.json"
    package static let model = "model.safetensors"
    package static let metrics = "metrics.csv"

    /// `requested`, or `runs/<date>-<dataset>` with a number behind it when that is taken.
    /// - Throws: `cannotCreate` when the folder exists and is not empty, or can't be made or written to.
    package init(_ requested: String?, dataset: String) throws(VAEError) {
        let path = try RunFolder.make(requested, dataset: dataset)
        self.path = path
        metrics = try AppendingFile(RunFolder.join(path, RunFolder.metrics))
        try metrics.append(MetricsTable.header)
    }

    private static func make(_ requested: String?, dataset: String) throws(VAEError) -> String {
        if let requested {
            try Folder.createNew(requested)
            return requested
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd-HHmmss"
        let first = "runs/\(formatter.string(from: Date()))-\(name(for: dataset))"
        var path = first
        var number = 2
        while FileManager.default.fileExists(atPath: path) {
            path = "\(first)-\(number)"
            number += 1
        }
        try Folder.createNew(path)
        return path
    }

    /// What a data set, whose name may be that of any folder, adds to the name of a run.
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

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// Adds a row for a finished epoch.
    package func append(_ report: EpochReport) throws(VAEError) {
        try metrics.append(MetricsTable.row(report))
    }

    /// Writes `value` as sorted, indented JSON.
    package func write(_ value: some Encodable, to name: String) throws(VAEError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(value) else {
            throw VAEError(.inputOutput, file(name), "can't be written as JSON")
        }
        try DurableFile.write(Array(json) + [10], to: file(name))
    }
}
