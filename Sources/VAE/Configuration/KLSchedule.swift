import VAECore

/// The course of the KL divergence's weight over a training: rising once, or in cycles, to what the configuration says.
///
/// Like the learning rate's it is a function of the number of steps taken and nothing else, and has no state that a checkpoint could lose.
public struct KLSchedule: Sendable, Hashable, Codable {
    /// Epochs over which the weight rises once in a straight line, step by step; nil for cycles.
    ///
    /// Source: Bowman et al., "Generating Sentences from a Continuous Space", 2016, section 3.1; Sønderby et al., "Ladder Variational
    /// Autoencoders", 2016.
    public let warmUpEpochs: Int?
    /// Equal parts of the training in whose first half the weight rises from 0, to stay where it is in the second; nil for one warm-up.
    ///
    /// Source: Fu et al., "Cyclical Annealing Schedule: A Simple Approach to Mitigating KL Vanishing", 2019, equations 6 and 7 with R = ½.
    public let cycles: Int?

    /// One rise over the first epochs, 1 to all of the training's.
    public init(warmUpEpochs: Int) {
        self.warmUpEpochs = warmUpEpochs
        cycles = nil
    }

    /// Cycles over the whole training, 1 to as many as it has epochs.
    public init(cycles: Int) {
        self.cycles = cycles
        warmUpEpochs = nil
    }

    /// The share of the full weight that a step is taken with, from 0 to 1.
    ///
    /// - Parameters:
    ///   - step: from 0, over the whole training
    ///   - epochs: of the whole training; only cycles depend on it
    package func factor(step: Int, stepsPerEpoch: Int, epochs: Int) -> Double {
        if let cycles {
            let (steps, cycles) = (stepsPerEpoch * epochs, max(1, cycles))
            let whole = (steps + cycles - 1) / cycles
            return min(1, 2 * Double(step % whole) * Double(cycles) / Double(steps))
        }
        let rising = (warmUpEpochs ?? 0) * stepsPerEpoch
        return step < rising ? Double(step + 1) / Double(rising) : 1
    }

    /// - Throws: `invalidArgument` naming the field, its range and its value.
    func validate(epochs: Int) throws(VAEError) {
        guard (warmUpEpochs == nil) != (cycles == nil) else {
            throw VAEError(
                .invalidArgument, "KL cycles", "and a warm-up of the KL weight exclude each other",
                expected: "one of the two", found: warmUpEpochs == nil ? "none" : "both")
        }
        if let warmUpEpochs { try VAEError.require("KL warm-up epochs", warmUpEpochs, in: 1...epochs) }
        if let cycles { try VAEError.require("KL cycles", cycles, in: 1...epochs) }
    }
}

/// A target for the KL divergence of each image, which rises in a straight line from 0: the objective has γ·|KL − C| in place of β·KL,
/// with ``TrainingConfiguration/klWeight`` as γ.
///
/// Source: Burgess et al., "Understanding disentangling in β-VAE", 2018, equation 8.
public struct KLCapacity: Sendable, Hashable, Codable {
    /// C after its rise, in nats an image.
    public var nats: Double
    /// Epochs over which C rises, step by step.
    public var epochs: Int

    /// A target in nats above 0, and 1 to all of the training's epochs.
    public init(nats: Double, epochs: Int) {
        self.nats = nats
        self.epochs = epochs
    }

    /// C at a step from 0, in nats.
    func target(step: Int, stepsPerEpoch: Int) -> Double {
        nats * min(1, Double(step + 1) / Double(max(1, epochs * stepsPerEpoch)))
    }
}
