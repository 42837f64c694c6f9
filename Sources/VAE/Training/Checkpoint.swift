import Kernels
import VAECore

/// A training between two of its steps: all that it takes to go on and end with the same bits as if it had never stopped.
///
/// `Trainer.checkpoint()` takes one, `Trainer.init(resuming:)` goes on from one, on any number of threads. It is a value: it can
/// be kept, passed between threads, written to a file and read back. Its random numbers need no state, as each is
/// named by seed, purpose, epoch and image; nor does its schedule, which depends on the number of steps.
///
///     try trainer.checkpoint().write(to: "checkpoint.safetensors")
///     …
///     let trainer = try Trainer(resuming: Checkpoint(contentsOf: "checkpoint.safetensors"))
///     let model = try trainer.fit(train, test: test)
public struct Checkpoint: Sendable, Equatable {
    /// The shapes of the model in training.
    public let modelConfiguration: ModelConfiguration
    /// The settings of the training.
    public let configuration: TrainingConfiguration
    /// The engine asked to compute the products; with the other one the bits would differ, and so they do on a processor without
    /// tiles.
    public let products: Products
    /// One report for each finished epoch.
    public let history: [EpochReport]
    /// Optimiser steps of the running epoch, 0 between epochs.
    public var stepsOfEpoch: Int { progress.stepsOfEpoch }
    /// Optimiser steps since the beginning.
    public var stepsTaken: Int { progress.stepsTaken }

    let progress: Progress
    /// In the order of the network's layout, as are Adam's running means.
    let parameters: [Float]
    let firstMoment: [Float]
    let secondMoment: [Float]
    /// The moving average of the parameters; nil where there is none.
    var averages: [Float]?
    /// Digests of other files of the same run by their names, as they are when the finished epochs are written down; none in a checkpoint
    /// of no run, and in those of former versions.
    package var files: [String: SHA256.Digest] = [:]

    /// The model as it was then, with the average of its parameters where the configuration asks for one.
    /// - Throws: `invalidArgument` when its configuration is not valid.
    public func model() throws(VAEError) -> VariationalAutoencoder {
        VariationalAutoencoder(
            network: try Network(modelConfiguration, products: products), parameters: averages ?? parameters)
    }
}

extension Trainer {
    /// The training as it is: between two calls of `fit`, or within one of its callbacks. Copies weights and moments.
    public func checkpoint() -> Checkpoint {
        exchange?.collect(.moments)
        return Checkpoint(
            modelConfiguration: modelConfiguration, configuration: configuration, products: products,
            history: history, progress: progress, parameters: parameters.region.array(),
            firstMoment: firstMoment.region.array(), secondMoment: secondMoment.region.array(),
            averages: averages?.region.array())
    }

    /// Goes on where a checkpoint was taken: `fit` then trains for what is left.
    ///
    /// - Parameters:
    ///   - checkpoint: where the training stands
    ///   - epochs: more epochs than were planned; nil for as many
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when `epochs` is less than was planned, or is raised and the learning rate falls along a cosine or the KL
    ///   weight has cycles, which would have been others from the first step; `unavailable` when there is not memory enough.
    public convenience init(
        resuming checkpoint: Checkpoint, epochs: Int? = nil, threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        try self.init(resuming: checkpoint, epochs: epochs, threads: threads, ranks: nil)
    }

    /// The same as one of several ranks, which all go on from the same checkpoint.
    /// - Throws: as the other, and as the trainer of several ranks that begins.
    package convenience init(
        resuming checkpoint: Checkpoint, epochs: Int? = nil, threads: Int, ranks: (any Communicator)?
    ) throws(VAEError) {
        var training = checkpoint.configuration
        if let epochs, epochs != training.epochs {
            guard epochs > training.epochs else {
                throw VAEError(
                    .invalidArgument, "epochs", "can be raised only",
                    expected: "\(training.epochs) or more", found: "\(epochs)")
            }
            guard training.schedule.decay != .cosine else {
                throw VAEError(
                    .invalidArgument, "epochs", "can't be raised: the learning rate falls along a cosine",
                    expected: "\(training.epochs), where the cosine ends", found: "\(epochs)",
                    advice:
                        "A cosine over \(counted(epochs, "epoch")) has other rates from the first step on: begin a new training of so many. One at a constant rate can be gone on with."
                )
            }
            guard training.klSchedule?.cycles == nil else {
                throw VAEError(
                    .invalidArgument, "epochs", "can't be raised: the KL weight has cycles",
                    expected: "\(training.epochs), where the last cycle ends", found: "\(epochs)",
                    advice: "Begin a new training of \(counted(epochs, "epoch")).")
            }
            training.epochs = epochs
        }
        try self.init(
            checkpoint.modelConfiguration, training, threads: threads, products: checkpoint.products,
            ranks: ranks)
        restore(checkpoint)
    }

    private func restore(_ checkpoint: Checkpoint) {
        history = checkpoint.history
        progress = checkpoint.progress
        parameters.region.copy(from: checkpoint.parameters.span)
        firstMoment.region.copy(from: checkpoint.firstMoment.span)
        secondMoment.region.copy(from: checkpoint.secondMoment.span)
        if let values = checkpoint.averages { averages?.region.copy(from: values.span) }
        engine.pack(weights)
    }
}
