import Foundation
import VAECore

extension RunFolder {
    /// - Throws: `missingInput` unless there is a folder at `path`.
    static func demand(_ path: String) throws(VAEError) {
        guard Folder.exists(path) else {
            throw VAEError(
                .missingInput, path, "is not a folder", expected: "the run folder of a vae-train",
                advice: "Check the path.")
        }
    }

    /// The path of a file that every run has.
    /// - Throws: `missingInput` when the folder does not have it.
    static func part(_ name: String, of path: String) throws(VAEError) -> String {
        guard Folder.holds(name, path) else {
            let isNoRun = name == configuration
            throw VAEError(
                .missingInput, path, "has no \(name)",
                expected: isNoRun ? "the folder of a run" : "the folder of a run of at least one epoch",
                advice: isNoRun
                    ? "Check the path: this is no folder that vae-train wrote."
                    : "vae-train writes it after the first epoch; check that this is the right folder.")
        }
        return join(path, name)
    }

    /// The run folders that a path stands for: itself, or where it is no run's those of its subfolders that are, by name. Where there are
    /// none the path alone, for whoever reads it to say what it lacks.
    package static func runs(in path: String) -> [String] {
        if Folder.holdsFile(configuration, path) { return [path] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let found = names.sorted().map { join(path, $0) }.filter { Folder.holdsFile(configuration, $0) }
        return found.isEmpty ? [path] : found
    }

    /// Whether runs may come to a folder that has none: it is empty, or holds nothing but folders and hidden files. Any other is one that was
    /// not meant, or a run's that has lost its `config.json`.
    package static func awaitsRuns(_ path: String) -> Bool {
        Folder.exists(path) && !Folder.holdsFile(configuration, path) && runs(in: path) == [path]
            && Folder.names(path).allSatisfy { $0.hasPrefix(".") || Folder.exists(join(path, $0)) }
    }
}
