import Foundation
import VAECore
import VAERun

/// The files that a command must not write over: those that it reads, and those that a run consists of.
struct OutputCheck {
    /// A run folder or a model file.
    let run: String
    /// Files and folders that are read.
    var inputs: [String] = []

    /// The files that a run can't be without, or is taken up from.
    private static let parts: Set<String> = [
        RunFolder.configuration, RunFolder.metrics, RunFolder.model, RunFolder.best, CheckpointStore.newest,
        CheckpointStore.older, "film.safetensors", EvaluationRecord.fileName, RunReport.fileName,
    ]

    /// - Throws: `invalidArgument` when a file at `out` is one of them.
    func callAsFunction(_ out: String?) throws(VAEError) {
        guard let out, FileManager.default.fileExists(atPath: out), !Folder.exists(out) else { return }
        let place = Self.resolved(out)
        let name = (place as NSString).lastPathComponent
        let isEvaluation = name.hasPrefix("evaluation-") && name.hasSuffix(".json")
        let isOfRuns = Self.parts.contains(name) || isEvaluation
        let isPart = Self.resolved(run) == place || (isOfRuns && Self.isWithin(run, place))
        // A folder of pictures is read whole.
        let isRead = inputs.contains { Self.resolved($0) == place || Self.isWithin($0, place) }
        guard isPart || isRead else { return }
        throw VAEError(
            .invalidArgument, "--out", isPart ? "is a file of the run" : "is one of the files that are read",
            found: out, advice: "Choose another name; what is there would be lost.")
    }

    /// For files that are made once and not made again beside a run, as pictures are: nothing that is there is replaced.
    /// - Throws: `cannotCreate` when there is something at `out` already.
    static func demandNew(_ out: String) throws(VAEError) {
        // Of a link itself, wherever it leads. An empty path is for who writes to it to refuse.
        guard (try? FileManager.default.attributesOfItem(atPath: out)) != nil else { return }
        throw VAEError(
            .cannotCreate, out, "is there already, and is kept", expected: "the name of a new file",
            advice: "Choose another name, or move what is there away.")
    }

    private static func isWithin(_ folder: String, _ place: String) -> Bool {
        Folder.exists(folder) && (place as NSString).deletingLastPathComponent == resolved(folder)
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
