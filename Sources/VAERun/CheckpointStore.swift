import VAE
import VAECore

/// A run's checkpoints: the newest, and the one before it for when the newest is damaged.
package final class CheckpointStore {
    package static let newest = "checkpoint.safetensors"
    package static let older = "checkpoint.previous.safetensors"

    private let folder: String
    /// Whether the newest may take the place of the older one: a damaged one must not.
    private var newestIsSound = true
    /// Steps and epochs of the newest, if it is sound and known.
    private var newestPosition: (steps: Int, epochs: Int)?
    /// Digests of the run's models, which every checkpoint gets.
    package private(set) var files: [String: SHA256.Digest] = [:]

    package init(_ folder: String) { self.folder = folder }

    /// Whether there is none, sound or not.
    package var isEmpty: Bool { !Folder.holds(Self.newest, folder) && !Folder.holds(Self.older, folder) }

    /// Writes a new generation, unless training has not moved since the last. On failure both that were there are as they were, or the newest is the older one.
    /// - Parameter model: that of an epoch which has just ended, whose file is written next
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written.
    package func write(_ checkpoint: Checkpoint, with model: ModelFile? = nil) throws(VAEError) {
        for name in model?.names ?? [] { files[name] = model?.sha256 }
        var checkpoint = checkpoint
        checkpoint.files = files
        let position = (checkpoint.stepsTaken, checkpoint.history.count)
        if let newestPosition, newestPosition == position { return }
        newestPosition = nil
        try checkpoint.write(
            to: path(Self.newest), keepingOldAs: newestIsSound ? path(Self.older) : nil)
        newestIsSound = true
        newestPosition = position
    }

    /// The result of `read`.
    package struct Found {
        package let checkpoint: Checkpoint
        /// Why the newest was not taken; nil when it was.
        package let fallback: VAEError?
    }

    /// The newest checkpoint that is sound; nil when there has never been one.
    /// - Throws: `invalidData` or `inputOutput` when neither can be used.
    package func read() throws(VAEError) -> Found? {
        let found = try newestSound()
        files = found?.checkpoint.files ?? [:]
        return found
    }

    /// Takes a file of a run whose checkpoints had no digests for what it was.
    func know(_ name: String, _ digest: SHA256.Digest) { files[name] = digest }

    private func newestSound() throws(VAEError) -> Found? {
        let failure: VAEError
        do throws(VAEError) {
            return Found(checkpoint: try Checkpoint(contentsOf: path(Self.newest)), fallback: nil)
        } catch {
            failure = error
        }
        let hasOlder = Folder.holds(Self.older, folder)
        if isEmpty { return nil }
        newestIsSound = false
        guard hasOlder else { throw failure }
        do throws(VAEError) {
            return Found(checkpoint: try Checkpoint(contentsOf: path(Self.older)), fallback: failure)
        } catch {
            throw VAEError(
                failure.kind, failure.subject, "\(failure.problem), and \(Self.older) \(error.problem)",
                expected: failure.expected, found: failure.found,
                advice:
                    "Restore one of the two files; the model of the last finished epoch is in \(RunFolder.model)."
            )
        }
    }

    private func path(_ name: String) -> String { RunFolder.join(folder, name) }
}
