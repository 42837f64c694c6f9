import ArgumentParser
import VAE

/// The flags that say what a training minimises.
struct ObjectiveFlags: ParsableArguments {
    @Option(help: "Weight of the KL divergence in the loss (beta). (default: 1)")
    var klWeight: Double?

    /// Puts what the flags say in place of the defaults.
    func apply(to training: inout TrainingConfiguration) {
        if let klWeight { training.klWeight = klWeight }
    }
}
