import VAE
import VAECore
import VAEData

/// A training that leaves a run folder: from its first step to its last file, or what is left of one that was interrupted.
///
/// The folder holds the configuration, the table of losses, the model of the last and of the best epoch, checkpoints, a web page and
/// pictures: what `vae-train` leaves, and what `vae` reads. It is locked for as long as the session exists.
public final class RunSession {
    /// The path of the run folder.
    public var path: String { folder.path }
    /// The model as it is now. Copies the parameters.
    public var model: VariationalAutoencoder {
        trainer.model.standardizing(by: data.standardization)
    }
    /// A report for each finished epoch, those of earlier sessions included.
    public var history: [EpochReport] { trainer.history }
    /// The images that are trained on and measured on.
    public let data: Dataset
    /// The position at which an earlier session was interrupted; nil for a run that begins.
    public internal(set) var resumed: Position?

    package let trainer: Trainer
    /// The number of workers asked for; the trainer may use fewer.
    package let threads: Int
    let folder: RunFolder
    let checkpoints: CheckpointStore
    let record: RunRecord

    /// A new run.
    ///
    /// - Parameters:
    ///   - data: images of one shape, which the model takes on. Without test images a tenth of the training images is held out: `Dataset.holdingOutTest(fraction:)`.
    ///     A table is standardised by its training rows, and the model's file keeps how.
    ///   - model: the network's sizes; its image shape is not read. nil for what suits the data: ``DataDefaults``
    ///   - training: how to train; the seed names every random number. nil for what suits the data
    ///   - folder: the run folder, which must be empty or not there yet; nil for `runs/<date>-<name of the data>`
    ///   - threads: workers; the bits of the model do not depend on it
    ///   - products: what computes the matrix products
    /// - Throws: `invalidArgument` when a size or setting is out of range, or there are fewer than two images; `unavailable` when there is not
    ///   memory enough; `cannotCreate` when the folder is not empty or can't be made.
    public convenience init(
        _ data: Dataset, model: ModelConfiguration? = nil, training: TrainingConfiguration? = nil,
        folder: String? = nil, threads: Int = Machine.physicalCores, products: Products = .filtered
    ) throws(VAEError) {
        let data = try data.holdingOutTest().standardized()
        let defaults = try DataDefaults(data)
        var model = model ?? defaults.model
        model.imageShape = data.train.shape
        model = try model.fittingCodes()
        let trainer = try Trainer(model, training ?? defaults.training, threads: threads, products: products)
        try self.init(trainer, data, try RunRecord.Data(data), folder: folder, threads: threads)
    }

    /// The rest of a run that was interrupted, killed or cut off, from its last checkpoint; it ends with the same bits as if it had not
    /// been.
    ///
    /// - Parameters:
    ///   - path: the run folder
    ///   - data: the run's images; nil to load them again from where its configuration says, which data sets made in memory have no place for
    ///   - epochs: more epochs than were planned; nil for as many
    ///   - threads: workers; the bits of the model do not depend on it
    /// - Throws: `missingInput` when there is no such run or its images are no longer there; `invalidData` when a file of the run is damaged, or the
    ///   images are not the run's; `unavailable` when another session has the folder; `invalidArgument` when `epochs` is less than was
    ///   planned; `cannotCreate` or `inputOutput` when the folder can't be written to.
    public convenience init(
        resuming path: String, data: Dataset? = nil, epochs: Int? = nil,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        let run = try InterruptedRun(path)
        let trainer = try run.trainer(epochs: epochs, threads: threads)
        let images =
            if let data { try run.checked(data) } else { try run.data(at: nil) }
        try self.init(run, trainer, images, threads: threads)
    }

    /// A new run of a trainer that has done no step.
    /// - Parameter images: what to write down of the data
    /// - Throws: `cannotCreate` when the folder is not empty or can't be made.
    package init(
        _ trainer: Trainer, _ data: Dataset, _ images: RunRecord.Data, folder: String?, threads: Int
    ) throws(VAEError) {
        // Before the first epoch that would be lost otherwise.
        if let standardization = data.standardization { _ = try VariationalAutoencoder.json(standardization) }
        self.trainer = trainer
        self.data = data
        self.threads = threads
        self.folder = try RunFolder(
            folder, dataset: data.name,
            hasPenalty: trainer.configuration.hasPenalty(for: trainer.modelConfiguration))
        checkpoints = CheckpointStore(self.folder.path)
        record = RunRecord(
            model: trainer.modelConfiguration, training: trainer.configuration,
            parameters: trainer.model.parameterCount, data: images,
            environment: .current(trainer, threads: threads))
    }

    /// The rest of a run.
    /// - Parameters:
    ///   - trainer: what `run.trainer` made
    ///   - data: what `run.data` loaded
    /// - Throws: `cannotCreate` or `inputOutput` when the folder can't be written to.
    package init(
        _ run: InterruptedRun, _ trainer: Trainer, _ data: Dataset, threads: Int
    ) throws(VAEError) {
        self.trainer = trainer
        self.data = data
        self.threads = threads
        var record = run.record
        record.training = trainer.configuration
        record.resumptions = (record.resumptions ?? []) + [.current(trainer, threads: threads)]
        self.record = record
        folder = try run.folder()
        checkpoints = run.store
        resumed = Position(trainer.checkpoint())
    }
}
