import Kernels
import VAE
import VAECore
import VAEData

/// A run that is to go on: its folder, locked, and where it stood. It has a checkpoint where a ``SavedRun`` has a model, and need not have
/// finished an epoch; ``RunSession`` takes it from there.
package struct InterruptedRun {
    package let path: String
    package let record: RunRecord
    package let store: CheckpointStore
    /// nil when the run ended before its first checkpoint, and begins anew; those of former versions have none before the first epoch.
    package let checkpoint: Checkpoint?
    /// Why the newest checkpoint was not taken but the one before it; nil when it was.
    package let fallback: VAEError?
    private let lock: FolderLock

    /// - Throws: `missingInput` when there is no such folder, or not that of a run; `unavailable` when a run writes to it now;
    ///   `invalidData` when its record or both of its checkpoints are damaged, or belong to different runs.
    package init(_ path: String) throws(VAEError) {
        try RunFolder.demand(path)
        self.path = path
        lock = try FolderLock(path)
        guard Folder.holds(RunFolder.configuration, path) else {
            let isUnbegun = RunFolder.isUnbegun(
                Folder.names(path).filter { !Folder.isLeftover($0) }, in: path)
            throw VAEError(
                .missingInput, path, "has no \(RunFolder.configuration)", expected: "the folder of a run",
                advice: isUnbegun
                    ? "A run that was ended so early has trained nothing: give the command that began it again, which takes this folder."
                    : CheckpointStore(path).isEmpty
                        ? "Check the path."
                        : "Restore the file: the checkpoint alone does not say which images it is of.")
        }
        record = try RunRecord(contentsOf: RunFolder.join(path, RunFolder.configuration))
        store = CheckpointStore(path)
        let found = try store.read()
        checkpoint = found?.checkpoint
        fallback = found?.fallback
        if let checkpoint {
            try check(checkpoint)
        } else {
            try checkIsUntrained()
        }
    }

    /// The folder, ready for what follows the checkpoint.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written to.
    package func folder() throws(VAEError) -> RunFolder {
        Folder.removeLeftovers(path)
        return try RunFolder(
            resuming: path, history: checkpoint?.history ?? [], lock: lock,
            hasPenalty: record.training.hasPenalty(for: record.model))
    }

    /// The trainer as it was.
    /// - Parameters:
    ///   - epochs: more than were planned; nil for as many
    ///   - threads: workers
    ///   - ranks: the processes that go on with it together; nil for one alone
    /// - Throws: as `Trainer.init(resuming:)`.
    package func trainer(
        epochs: Int?, threads: Int, ranks: (any Communicator)? = nil
    ) throws(VAEError) -> Trainer {
        let epochs = epochs ?? record.training.epochs
        guard epochs >= record.training.epochs else {
            throw VAEError(
                .invalidArgument, "epochs", "can be raised only",
                expected: "\(record.training.epochs) or more", found: "\(epochs)")
        }
        guard epochs == record.training.epochs || record.training.schedule.decay != .cosine else {
            let command = record.environment.command.joined(separator: " ").prefix(300)
            throw VAEError(
                .invalidArgument, "epochs", "can't be raised: the learning rate falls along a cosine",
                expected: "\(record.training.epochs), where the cosine ends", found: "\(epochs)",
                advice:
                    "A cosine over \(counted(epochs, "epoch")) has other rates from the first step on, so that it is another training: begin a new run "
                    + "with this one's flags (\(command)) and --epochs \(epochs). Runs with --schedule constant or step can be trained on."
            )
        }
        if let checkpoint {
            return try Trainer(resuming: checkpoint, epochs: epochs, threads: threads, ranks: ranks)
        }
        let beginning = try Trainer(
            record.model, record.training, threads: threads, products: products, ranks: ranks)
        guard epochs != record.training.epochs else { return beginning }
        return try Trainer(
            resuming: beginning.checkpoint(), epochs: epochs, threads: threads, ranks: ranks)
    }

    /// The engine that computed the run's products.
    package var products: Products {
        checkpoint?.products
            ?? (record.environment.products ?? record.environment.convolutions)
            .flatMap(Products.init(anyVersion:)) ?? .tiles
    }

    /// The run's images, loaded again.
    /// - Parameters:
    ///   - path: where they are now; nil for where the run found them
    ///   - storage: where they are while they are used; the run may have had another
    /// - Throws: `missingInput` when they are no longer there; `invalidData` when they are not the ones of the run.
    package func data(
        at path: String?, storage: ImageStorage = ImageStorage(), progress: (DatasetEvent) -> Void = { _ in }
    ) throws(VAEError) -> Dataset {
        try record.dataset(at: path, storage, progress: progress)
    }

    /// The same images, if they are the run's, with its test set.
    /// - Throws: `invalidData` when they are others.
    func checked(_ data: Dataset) throws(VAEError) -> Dataset { try record.checked(data) }

    private func check(_ checkpoint: Checkpoint) throws(VAEError) {
        // Epochs may have been raised since.
        var training = record.training
        training.epochs = checkpoint.configuration.epochs
        guard checkpoint.modelConfiguration == record.model, checkpoint.configuration == training,
            record.training.epochs >= training.epochs
        else {
            let differences = try RunSettings.differences(
                record.model, record.training, checkpoint.modelConfiguration, checkpoint.configuration)
            throw VAEError(
                .invalidData, RunFolder.join(path, CheckpointStore.newest),
                "is not a checkpoint of this run's \(RunFolder.configuration)",
                expected: differences.expected, found: differences.found,
                advice: "Take both files from the same run.")
        }
    }

    /// Without a checkpoint there must be no epoch either that beginning anew would lose.
    private func checkIsUntrained() throws(VAEError) {
        guard !Folder.holds(RunFolder.model, path) else {
            throw VAEError(
                .missingInput, path, "has a model but no checkpoint", expected: CheckpointStore.newest,
                advice: "Restore the checkpoint, or begin a new run in another folder.")
        }
    }
}
