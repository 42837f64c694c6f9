import Kernels
import VAECore

/// What one step minimises beside the reconstruction: weight · penalty.
struct StepObjective: Sendable {
    let weight: Double
    let penalty: DivergencePenalty
}

extension TrainingConfiguration {
    /// Whether something else than klWeight · KL is added to the reconstruction, at some step or at all: then losses say what.
    package var hasPenalty: Bool { klSchedule != nil || measuresPenalty }

    /// Whether the penalty is no multiple of the KL divergence, and is measured beside it.
    var measuresPenalty: Bool { freeBits != nil || capacity != nil || importance != nil }

    /// The objective of a step, from 0 over the whole training.
    func objective(step: Int, stepsPerEpoch: Int) -> StepObjective {
        let factor = klSchedule?.factor(step: step, stepsPerEpoch: stepsPerEpoch, epochs: epochs) ?? 1
        let penalty: DivergencePenalty =
            if let freeBits {
                .freeBits(freeBits)
            } else if let capacity {
                .capacity(capacity.target(step: step, stepsPerEpoch: stepsPerEpoch))
            } else {
                .divergence
            }
        return StepObjective(weight: klWeight * factor, penalty: penalty)
    }

    /// The objective once every schedule has reached its height.
    var finalObjective: StepObjective {
        let penalty: DivergencePenalty =
            if let freeBits {
                .freeBits(freeBits)
            } else if let capacity { .capacity(capacity.nats) } else { .divergence }
        return StepObjective(weight: klWeight, penalty: penalty)
    }

    /// The loss of measured images, with the full weight after every epoch, so that epochs can be compared: reconstruction + klWeight · KL,
    /// with free bits too, and with a capacity reconstruction + klWeight · |KL − C| for the C that is risen to.
    func mean(_ losses: ImageLosses) -> Losses {
        var mean = losses.mean(klWeight: klWeight)
        guard hasPenalty, importance == nil else { return mean }
        mean.penalty = klWeight * mean.kl
        if let target = capacity?.nats {
            let sum = PairwiseSum.of(losses.kl.count) { abs(Double(losses.kl[$0]) - target) }
            mean.penalty = klWeight * sum / Double(max(losses.kl.count, 1))
        }
        return mean
    }

    /// - Throws: `invalidArgument` naming what is out of its range or can't go with the rest.
    func validateObjective() throws(VAEError) {
        func positive(_ name: String, _ value: Double) throws(VAEError) {
            try VAEError.require(
                name, Float(value) > 0 && Float(value).isFinite,
                expected: "a positive, finite number in single precision", found: "\(value)")
        }
        func exclude(_ name: String, _ other: String?) throws(VAEError) {
            guard let other else { return }
            throw VAEError(
                .invalidArgument, name, "can't be combined with \(other)", expected: "one of the two",
                found: "both")
        }
        try klSchedule?.validate(epochs: epochs)
        if let importance {
            try importance.validate()
            let name = "importance samples"
            try exclude(
                name, klSchedule == nil ? nil : "a schedule of the KL weight, which their bound has none of")
            try exclude(name, freeBits == nil ? nil : "free bits")
            try exclude(name, capacity == nil ? nil : "a capacity")
            try exclude(name, klWeight == 1 ? nil : "a KL weight: their bound on ln p(x) has none")
        }
        if let freeBits {
            try positive("free bits", freeBits)
            try exclude("free bits", capacity == nil ? nil : "a capacity")
        }
        if let capacity {
            try positive("capacity", capacity.nats)
            try VAEError.require("capacity epochs", capacity.epochs, in: 1...epochs)
            try exclude(
                "capacity", klSchedule == nil ? nil : "a schedule of the KL weight: it has a rise of its own")
        }
        guard !hasPenalty || klWeight > 0 else {
            throw VAEError(
                .invalidArgument, "KL weight",
                "leaves nothing for a schedule, free bits or a capacity to act on",
                expected: "above 0", found: "\(klWeight)")
        }
    }

    /// - Throws: `invalidArgument` where the objective needs a divergence in closed form, which the model's prior has not.
    func checkPrior(of model: ModelConfiguration) throws(VAEError) {
        guard !model.prior.isStandard else { return }
        for (name, isThere) in [("free bits", freeBits != nil), ("capacity", capacity != nil)] where isThere {
            throw VAEError(
                .invalidArgument, name, "needs the KL divergence of each image in closed form",
                expected: "N(0, I) as the prior", found: model.prior.phrase)
        }
    }

    /// - Throws: `invalidArgument` where epochs of so many images can't be compared, or cycles have a single step, whose weight is 0.
    func checkObjective(images: Int, hasTest: Bool) throws(VAEError) {
        guard patience == nil || hasTest || !hasPenalty else {
            throw VAEError(
                .invalidArgument, "patience", "compares training losses of different objectives",
                expected: "test images, whose loss always has the last one", found: "none")
        }
        let steps = (images + batchSize - 1) / batchSize * epochs
        guard let cycles = klSchedule?.cycles, cycles > steps / 2 else { return }
        throw VAEError(
            .invalidArgument, "KL cycles", "leave no step for the weight to rise",
            expected: "at most \(steps / 2), for cycles of two steps", found: "\(cycles)")
    }

    /// - Throws: `invalidArgument` naming what is out of its range.
    func validateOptimizer() throws(VAEError) {
        if let weightDecay {
            try VAEError.require(
                "weight decay", weightDecay > 0 && learningRate * weightDecay < 1,
                expected: "above 0, and less than 1 / learning rate", found: "\(weightDecay)")
        }
        if let clipNorm {
            try VAEError.require(
                "gradient norm", clipNorm > 0 && Float(clipNorm).isFinite,
                expected: "a positive, finite number", found: "\(clipNorm)")
        }
        if let averaging {
            try VAEError.require(
                "decay of the average", averaging > 0 && Float(averaging) < 1,
                expected: "above 0 and below 1 in single precision", found: "\(averaging)")
        }
    }
}
