import Foundation
import VAECore

/// `series.json`: a training that is repeated with several seeds, each in a folder beside the file. It says what is still to be trained.
package struct SeriesRecord: Codable, Sendable {
    package static let fileName = "series.json"

    /// Ascending.
    package let seeds: [UInt64]
    /// Of the command that began the series, without its name.
    package let arguments: [String]
    /// The folder in which it was given, for paths among the arguments.
    package let directory: String

    package init(seeds: [UInt64], arguments: [String], directory: String) {
        self.seeds = seeds
        self.arguments = arguments
        self.directory = directory
    }

    /// The folder of the run with a seed.
    package static func folder(_ seed: UInt64, of path: String) -> String {
        RunFolder.join(path, "seed-\(seed)")
    }

    /// Makes the folder of a series, new as a run's is, and writes the record into it.
    /// - Returns: the folder
    /// - Throws: `cannotCreate` when it exists and is not empty, or can't be made.
    package func begin(_ requested: String?, name: String) throws(VAEError) -> String {
        let folder = try RunFolder.make(requested, dataset: name, in: "runs")
        Folder.removeLeftovers(folder)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try DurableFile.write(
                Array(try encoder.encode(self)) + [10], to: RunFolder.join(folder, Self.fileName))
        } catch let error as VAEError {
            throw error
        } catch {
            throw .json(Self.fileName, error)
        }
        return folder
    }

    /// The record of the series in a folder; nil where there is none.
    /// - Throws: `invalidData` when it isn't one.
    package init?(of folder: String) throws(VAEError) {
        guard Folder.holdsFile(Self.fileName, folder) else { return nil }
        let path = RunFolder.join(folder, Self.fileName)
        let bytes = try DurableFile.read(path, limit: RunRecord.longest)
        do {
            try RunRecord.checkKeys(bytes)
            self = try JSONDecoder().decode(SeriesRecord.self, from: Data(bytes))
        } catch {
            throw VAEError(
                .invalidData, path, "is not the record of a series of runs", found: RunRecord.reason(error),
                advice: "Go on with its runs one by one: vae-train --resume \(folder)/seed-N.")
        }
    }
}
