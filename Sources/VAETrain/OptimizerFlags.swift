import ArgumentParser
import VAE
import VAECore

/// The flags that say which steps a training takes.
struct OptimizerFlags: ParsableArguments {
    @Option(help: "Adam's step size. (default: 0.001)")
    var learningRate: Double?

    @Option(help: "What Adam adds to the root it divides by. (default: 1e-7)")
    var adamEpsilon: Double?

    @Option(
        help:
            "What becomes of the step size: constant; cosine, falling to 0 at the end; step, times --step-factor every --step-epochs. (default: constant; of pictures cosine)"
    )
    var schedule: LearningRateSchedule.Decay?

    @Option(
        help: ArgumentHelp(
            "Epochs over which the step size first rises; --kl-warm-up is the KL weight's. (default: 0)",
            valueName: "epochs"))
    var warmUp: Int?

    @Option(help: "With --schedule step: epochs between two falls. (default: 10)")
    var stepEpochs: Int?

    @Option(help: "With --schedule step: what the step size is multiplied by. (default: 0.1)")
    var stepFactor: Double?

    @Option(
        help: ArgumentHelp(
            "AdamW: take the step size times so much of themselves off the kernels in every step. (default: none, Adam)",
            valueName: "factor"))
    var weightDecay: Double?

    @Option(
        help: ArgumentHelp(
            "Shorten gradients of a larger norm, over all parameters, to this one. (default: none)",
            valueName: "norm"))
    var clipNorm: Double?

    @Option(
        help: ArgumentHelp(
            "Average the parameters over the steps, with this decay, such as 0.999, and less at first: the test loss, the model's files and the pictures are those of the average. (default: none)",
            valueName: "decay"))
    var averageWeights: Double?

    /// Puts what the flags say in place of the defaults.
    func apply(to training: inout TrainingConfiguration) {
        if let learningRate { training.learningRate = learningRate }
        if let adamEpsilon { training.epsilon = adamEpsilon }
        if let schedule { training.schedule.decay = schedule }
        if let warmUp { training.schedule.warmUpEpochs = warmUp }
        if let stepEpochs { training.schedule.stepEpochs = stepEpochs }
        if let stepFactor { training.schedule.stepFactor = stepFactor }
        training.weightDecay = weightDecay
        training.clipNorm = clipNorm
        training.averaging = averageWeights
    }

    /// - Throws: `invalidArgument` when a flag has no effect beside the others.
    func check(_ schedule: LearningRateSchedule) throws(VAEError) {
        guard schedule.decay == .step || stepEpochs == nil && stepFactor == nil else {
            throw VAEError(
                .invalidArgument, stepEpochs == nil ? "step factor" : "step epochs",
                "has no effect with this schedule", expected: "--schedule step",
                found: "--schedule \(schedule.decay.rawValue)")
        }
    }
}

extension LearningRateSchedule.Decay: ExpressibleByArgument {}
