import Kernels
import VAECore

/// The course of the learning rate over a training: rising over the first epochs, then by one of three laws.
///
/// It is a function of the number of steps taken and nothing else, so it has no state that a checkpoint could lose.
public struct LearningRateSchedule: Sendable, Hashable, Codable {
    /// The law by which the rate falls after the warm-up.
    public enum Decay: String, Sendable, Hashable, Codable, CaseIterable {
        /// Stays as it is.
        case constant
        /// Falls along half a cosine, to 0 after the last step.
        ///
        /// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016, without restarts.
        case cosine
        /// Is multiplied by `stepFactor` every `stepEpochs` epochs.
        case step
    }

    /// The law by which the rate falls after the warm-up.
    public var decay: Decay
    /// Epochs over which the rate rises in a straight line, step by step, to its full height; 0 for none. They come before the
    /// decay begins, but `step` counts its epochs from the first.
    public var warmUpEpochs: Int
    /// Epochs between two falls of `step`.
    public var stepEpochs: Int
    /// The factor by which `step` multiplies the rate.
    public var stepFactor: Double

    /// A schedule; the default keeps the rate as it is. ``TrainingConfiguration/validate()`` checks its numbers.
    ///
    /// - Parameters:
    ///   - decay: the law by which the rate falls
    ///   - warmUpEpochs: epochs of rising, less than those of the training
    ///   - stepEpochs: epochs between two falls of `step`, 1 to 1,000,000
    ///   - stepFactor: what each fall multiplies the rate by, above 0 and at most 1
    public init(
        _ decay: Decay = .constant, warmUpEpochs: Int = 0, stepEpochs: Int = 10, stepFactor: Double = 0.1
    ) {
        self.decay = decay
        self.warmUpEpochs = warmUpEpochs
        self.stepEpochs = stepEpochs
        self.stepFactor = stepFactor
    }

    /// The share of the full learning rate that a step is taken with, from 0 to 1.
    ///
    /// - Parameters:
    ///   - step: from 0, over the whole training
    ///   - epochs: of the whole training; only the cosine depends on it
    package func factor(step: Int, stepsPerEpoch: Int, epochs: Int) -> Double {
        let rising = warmUpEpochs * stepsPerEpoch
        if step < rising { return Double(step + 1) / Double(rising) }
        switch decay {
        case .constant: return 1
        case .cosine:
            let (done, all) = (step - rising, epochs * stepsPerEpoch - rising)
            return 0.5
                * (1
                    + Elementary.sineAndCosine(turns: 0.5 * Double(min(done, all)) / Double(max(all, 1)))
                    .cosine)
        case .step: return Elementary.power(stepFactor, step / stepsPerEpoch / stepEpochs)
        }
    }

    /// - Throws: `invalidArgument` naming the field, its range and its value.
    func validate(epochs: Int) throws(VAEError) {
        let ranges = [
            ("warm-up epochs", warmUpEpochs, 0, epochs - 1), ("step epochs", stepEpochs, 1, 1_000_000),
        ]
        for (name, value, lowest, highest) in ranges where value < lowest || value > highest {
            throw VAEError(
                .invalidArgument, name, "is out of range", expected: "\(lowest) to \(highest)",
                found: "\(value)")
        }
        guard stepFactor > 0 && stepFactor <= 1 else {
            throw VAEError(
                .invalidArgument, "step factor", "is out of range", expected: "above 0 and at most 1",
                found: "\(stepFactor)")
        }
    }
}
