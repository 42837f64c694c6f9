import ArgumentParser
import VAE
import VAECore

/// The flags that say what a training minimises.
struct ObjectiveFlags: ParsableArguments {
    @Option(help: "Weight of the KL divergence in the loss (beta). (default: 1)")
    var klWeight: Double?

    @Option(
        help: ArgumentHelp(
            "Epochs over which the KL weight rises from 0, step by step; --warm-up is the learning rate's. The test loss always has the full weight. (default: none)",
            valueName: "epochs"))
    var klWarmUp: Int?

    @Option(
        help: ArgumentHelp(
            "Let the KL weight rise N times, in the first half of each Nth of the training, in place of --kl-warm-up. The test loss always has the full weight. (default: none)",
            valueName: "n"))
    var klCycles: Int?

    @Option(
        help: ArgumentHelp(
            "Take each latent dimension of an image for at least so many nats of KL while training: what is below costs nothing, so that no dimension is pressed to 0. The test loss has KL itself. (default: none)",
            valueName: "nats"))
    var freeBits: Double?

    @Option(
        help: ArgumentHelp(
            "Train with KL weight × |KL − C| in place of KL weight × KL, where C rises from 0 to so many nats an image over --capacity-epochs. The test loss has the full C. (default: none)",
            valueName: "nats"))
    var capacity: Double?

    @Option(help: ArgumentHelp("With --capacity: epochs over which C rises.", valueName: "epochs"))
    var capacityEpochs: Int?

    @Option(
        help: ArgumentHelp(
            "Train on the importance-weighted bound of so many draws of z of each image, which is nearer to ln p(x) the more there are: an image is encoded once and decoded so often. The test loss is the same bound. (default: one draw and the KL divergence)",
            valueName: "k"))
    var importanceSamples: Int?

    @Flag(
        help:
            "With --importance-samples: the encoder's gradient with less noise, which many draws need.")
    var doublyReparameterised = false

    /// Puts what the flags say in place of the defaults.
    /// - Throws: `invalidArgument` when a flag has no effect beside the others, or lacks one.
    func apply(to training: inout TrainingConfiguration) throws(VAEError) {
        if let klWeight { training.klWeight = klWeight }
        if let klWarmUp {
            guard klCycles == nil else {
                throw VAEError(
                    .invalidArgument, "KL cycles", "can't be combined with --kl-warm-up",
                    expected: "one of the two", found: "both")
            }
            // 0 is what there is without the flag, as with --warm-up.
            if klWarmUp != 0 { training.klSchedule = KLSchedule(warmUpEpochs: klWarmUp) }
        }
        if let klCycles { training.klSchedule = KLSchedule(cycles: klCycles) }
        training.freeBits = freeBits
        guard (capacity == nil) == (capacityEpochs == nil) else {
            throw VAEError(
                .invalidArgument, capacity == nil ? "capacity epochs" : "capacity",
                "needs the other flag of the two", expected: "--capacity NATS --capacity-epochs N",
                found: capacity == nil ? "no --capacity" : "no --capacity-epochs")
        }
        guard importanceSamples != nil || !doublyReparameterised else {
            throw VAEError(
                .invalidArgument, "doubly reparameterised", "needs the other flag of the two",
                expected: "--importance-samples K", found: "none")
        }
        training.importance = importanceSamples.map {
            ImportanceWeighting(samples: $0, isDoublyReparameterised: doublyReparameterised)
        }
        if let capacity, let capacityEpochs {
            training.capacity = KLCapacity(nats: capacity, epochs: capacityEpochs)
        }
    }
}
