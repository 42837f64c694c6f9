import Kernels
import VAECore

/// A search for a learning rate: the first steps of a training, each at a higher rate than the one before, and the loss of their batches.
///
/// The rate of step t of T is lowest · (highest / lowest)^(t / (T − 1)). Where it is too low the loss stays as it is, then it falls, and
/// where the rate is too high it rises again, at last without bound. The suggestion is a tenth of the rate at which the smoothed loss is
/// lowest: at that rate itself steps are as large as they can be for a moment, and a training needs some way to settle. (The steepest
/// descent, the other usual choice, is for Adam where the loss leaves its beginning, which depends on where it begins: on MNIST at 0.0003, a thirteenth
/// of what the grid in Documentation/Objectives.md says.)
///
/// All settings of the training but its schedules hold: batches, objective, optimiser, seed, augmentation. So the result has the same
/// bits for any number of threads. The KL divergence has the weight that its schedule ends with.
///
/// Source: Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3, with an exponential rise as usual since.
public struct LearningRateFinder: Sendable, Equatable {
    /// The range of rates and how it is gone through.
    public struct Options: Sendable, Hashable {
        /// The rate of the first step.
        public var lowest: Double
        /// The rate of the last step, unless the loss rises before.
        public var highest: Double
        /// Optimiser steps, 20 to 100,000.
        public var steps: Int
        /// The search ends where the running mean of the losses is above its least by more than so many times its size, and above where
        /// it began, at a loss four times the least for one that is positive; above 0.
        public var rise: Double

        /// Settings that suit Adam.
        public init(lowest: Double = 1e-6, highest: Double = 1, steps: Int = 300, rise: Double = 3) {
            self.lowest = lowest
            self.highest = highest
            self.steps = steps
            self.rise = rise
        }

        func check() throws(VAEError) {
            try VAEError.require(
                "lowest learning rate", Float(lowest) > 0 && Float(lowest).isFinite,
                expected: "a positive, finite number in single precision", found: "\(lowest)")
            try VAEError.require(
                "highest learning rate", highest > lowest && Float(highest).isFinite,
                expected: "above the lowest, \(lowest), and finite", found: "\(highest)")
            try VAEError.require("steps of the search", steps, in: 20...100_000)
            try VAEError.require(
                "rise", rise > 0 && rise.isFinite, expected: "above 0", found: "\(rise)")
        }
    }

    /// One step.
    public struct Point: Sendable, Hashable {
        /// What the step was taken with.
        public let learningRate: Double
        /// The mean loss of its batch, before the step, in nats.
        public let loss: Double
        /// The mean of the losses about it, weighted by a Gaussian of a fortieth of all steps: of both sides, so that it does not lag behind.
        public let smoothed: Double
    }

    /// The reason why there are no more steps.
    public enum End: String, Sendable, Hashable, Codable {
        /// The highest rate was reached.
        case reached
        /// The loss rose too far.
        case rose
        /// The loss or a parameter was no longer a finite number.
        case diverged
    }

    /// In the order of the steps, which is that of the rates. One that diverged is not among them.
    public let points: [Point]
    /// The reason why there are no more of them.
    public let end: End
    /// A rate to train with; nil where the loss did not fall below where it began.
    public let suggestion: Double?

    /// Trains a model for the steps of the search, and throws it away.
    ///
    /// - Parameters:
    ///   - model: what would be trained
    ///   - training: how; its learning rate, schedule, epochs and patience are not used
    ///   - images: training images of the model's shape, one batch of them at least
    ///   - options: the rates
    ///   - threads: workers; the bits of the result do not depend on it
    ///   - products: what computes them
    ///   - onStep: called after every step with its number from 1, on the calling thread
    /// - Throws: `invalidArgument` for a value out of range or images that the model does not take; what reading images throws;
    ///   `CancellationError` when the surrounding task is cancelled; and what `onStep` throws. A loss that diverges is an ``end``.
    public init(
        _ model: ModelConfiguration, _ training: TrainingConfiguration, images: ImageSet,
        options: Options = Options(), threads: Int = Machine.physicalCores, products: Products = .tiles,
        onStep: (Int) throws -> Void = { _ in }
    ) throws {
        try options.check()
        let trainer = try Trainer(model, training, threads: threads, products: products)
        let (losses, end) = try trainer.losses(of: images, options, onStep)
        self.init(losses, end: end, options)
    }

    /// What follows from the losses of the first steps.
    init(_ losses: [Double], end: End, _ options: Options) {
        let smoothed = Self.smoothed(losses, width: Double(options.steps) / 40)
        points = losses.indices.map {
            Point(learningRate: options.rate($0), loss: losses[$0], smoothed: smoothed[$0])
        }
        self.end = end
        let lowest = smoothed.indices.min { smoothed[$0] < smoothed[$1] }
        suggestion = lowest.flatMap { lowest in
            lowest > 0 ? 0.1 * options.rate(lowest) : nil
        }
    }

    /// Means weighted by a Gaussian of a standard deviation of `width` steps, cut off at three of them and at the ends.
    static func smoothed(_ losses: [Double], width: Double) -> [Double] {
        let reach = Int((3 * width).rounded(.up))
        let weights = (0...reach).map { Elementary.exp(-0.5 * Double($0 * $0) / (width * width)) }
        return losses.indices.map { step in
            var (sum, total) = (0.0, 0.0)
            for other in max(0, step - reach)...min(losses.count - 1, step + reach) {
                sum += weights[abs(other - step)] * losses[other]
                total += weights[abs(other - step)]
            }
            return sum / total
        }
    }
}

extension LearningRateFinder.Options {
    /// The rate of a step, from 0.
    func rate(_ step: Int) -> Double {
        guard step < steps - 1 else { return highest }
        return lowest * Elementary.exp(Elementary.log(highest / lowest) * Double(step) / Double(steps - 1))
    }
}
