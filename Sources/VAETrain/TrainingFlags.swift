import ArgumentParser
import VAE
import VAEConsole
import VAECore

/// The flags that say how the model is trained.
struct TrainingFlags: ParsableArguments {
    @Option(
        help:
            "Passes over the training images. (default: 15; of pictures 15 to 60, for about 2,000 steps; of a table 10 to 200, for about 6,000)"
    )
    var epochs: Int?

    @Option(
        help:
            "Images of an optimiser step. (default: 128, or all where there are fewer; of pictures 64, and 16 below 20,000 of them; of a table 32 below 20,000 rows)"
    )
    var batchSize: Int?

    @Option(
        help:
            "Make the images black and white: threshold at the middle grey, or stochastic, each pixel white with the probability of its grey value, drawn anew in every epoch. The test set is made so once, the same for all runs. (default: as they are)"
    )
    var binarize: Binarization?

    @Option(
        help: ArgumentHelp(
            "Change the training images at random, anew in every epoch; the test set stays as it is. A list of flip, mirrored left to right or not; shift:N, moved by up to N pixels along either axis; rotate:D, turned by up to D degrees; brightness:B, times a factor of 1 ± B. For example flip,shift:2,rotate:10,brightness:0.1. (default: none)",
            valueName: "list"))
    var augment: Augmentation?

    @Option(
        help: ArgumentHelp(
            "Stop when the test loss has not reached a new low for so many epochs. (default: never)",
            valueName: "epochs"))
    var patience: Int?

    @Option(
        help: "Names every random number of the run: weights, shuffling, noise, built-in digits. (default: 0)"
    )
    var seed: UInt64?

    /// The configuration that the flags ask for.
    /// - Throws: `invalidArgument` when a number is out of range, or a flag has no effect beside the others.
    func configuration(
        _ objective: ObjectiveFlags, _ optimizer: OptimizerFlags
    ) throws(VAEError) -> TrainingConfiguration {
        var training = TrainingConfiguration()
        if let epochs { training.epochs = epochs }
        if let batchSize { training.batchSize = batchSize }
        if let seed { training.seed = seed }
        training.patience = patience
        training.binarization = binarize
        training.augmentation = augment.flatMap { $0.isNothing ? nil : $0 }
        optimizer.apply(to: &training)
        try objective.apply(to: &training)
        var checked = training
        // The data may ask for more than the default; what they get is checked again.
        if epochs == nil { checked.epochs = TrainingConfiguration.mostEpochs }
        try checked.validate()
        try optimizer.check(training.schedule)
        return training
    }
}
extension Augmentation: CheckedArgument {
    public init?(argument: String) {
        guard let augmentation = try? Augmentation(argument) else { return nil }
        self = augmentation
    }

    package static func objection(to text: String) -> String {
        do throws(VAEError) {
            _ = try Augmentation(text)
            return "it is none"
        } catch {
            return "it \(error.problem); expected \(error.expected ?? ""), found \(error.found ?? "")"
                .escapingControlCharacters()
        }
    }
}
