import Foundation
import VAECore
import VAEEvaluation

/// A usual cause of a result that a simpler model betters, of which there are signs, and what helps.
struct Cause {
    let sign: String
    let remedy: String

    var words: String { "\(sign) Try \(remedy)." }

    /// What was measured, as far as it is known.
    struct Facts {
        /// A value's, of the reconstructions, or of the best simpler model.
        let squaredError: Double
        /// The test loss, or the training loss where there is no test set, in nats, its standard error, and the training loss.
        let loss: Double
        let standardError: Double?
        let trainingLoss: Double?
        /// KL(q(z|x) ‖ p(z)), in nats.
        let kl: Double
        /// Dimensions that carry something; nil where that was not measured.
        let usedUnits: Int?
        let latentSize: Int

        /// What a loss may waver by.
        var uncertainty: Double { standardError ?? 0.01 * abs(loss) }
    }

    /// The causes of which there are signs, those first that are surest.
    static func all(_ signs: TrainingSigns, _ facts: Facts, _ items: Words.Items) -> [Cause] {
        [
            variance(signs, facts), narrowLayer(signs, facts), tooFewEpochs(signs, facts),
            overfitting(signs, facts, items), unusedLatents(signs, facts, items),
        ].compactMap(\.self)
    }

    private static func variance(_ signs: TrainingSigns, _ facts: Facts) -> Cause? {
        guard let variance = signs.variance, variance > 2 * facts.squaredError else { return nil }
        let ratio = Words.number(variance / facts.squaredError, 1)
        return Cause(
            sign:
                "σ² is \(Words.number(variance, 4)), \(ratio) times the squared error: it is still on its way, and noise that wide hides "
                + "what could be learnt.", remedy: "more epochs")
    }

    private static func narrowLayer(_ signs: TrainingSigns, _ facts: Facts) -> Cause? {
        guard let layer = signs.narrowestLayer else { return nil }
        let size = facts.latentSize
        return Cause(
            sign:
                "The layer \(layer.name) lets \(Words.count(layer.values, "number")) pass, fewer than the \(grouped(Double(size))) latent "
                + "dimensions: they can't be filled.",
            remedy: "--hidden \(4 * size), or --hidden none behind convolutions")
    }

    private static func tooFewEpochs(_ signs: TrainingSigns, _ facts: Facts) -> Cause? {
        guard signs.epochs > 0, signs.epoch == signs.epochs, signs.bestEpoch == signs.epochs else {
            return nil
        }
        if let fall = signs.lateFall, fall <= max(0.1 * facts.uncertainty, 0.5) { return nil }
        let sign =
            signs.lateFall.map {
                "The loss was still falling: by \(Words.number($0)) nats in the last fifth of \(signs.epochs) epochs."
            } ?? "One epoch is little."
        let epochs = max(2 * signs.epochs, 5)
        return Cause(
            sign: sign,
            remedy: signs.canGoOn
                ? "more epochs (vae-train --resume RUN --epochs \(epochs))"
                : "a new run with --epochs \(epochs)")
    }

    private static func overfitting(_ signs: TrainingSigns, _ facts: Facts, _ items: Words.Items) -> Cause? {
        guard let best = signs.bestEpoch, best < signs.epochs, signs.epoch == signs.epochs,
            let gap = facts.trainingLoss.map({ facts.loss - $0 }), gap > facts.uncertainty
        else { return nil }
        return Cause(
            sign:
                "Training \(items.many) cost \(Words.number(gap)) nats less than new ones, and the test loss was lowest after epoch \(best) of "
                + "\(signs.epochs): what is learnt by heart does not help.",
            remedy:
                "more \(items.many), --augment, fewer epochs or a smaller model; --best takes the model of epoch \(best)"
        )
    }

    static func unusedLatents(_ signs: TrainingSigns, _ facts: Facts, _ items: Words.Items) -> Cause? {
        let weighted = signs.klWeight > 1
        if facts.kl < 0.1 {
            return Cause(
                sign:
                    "z says nothing of the \(items.one): the KL divergence is \(Words.number(facts.kl)) nats (posterior collapse).",
                remedy: weighted
                    ? "--kl-weight 1"
                    : "a smaller --learning-rate, another --seed, --kl-warm-up, or a --kl-weight below 1")
        }
        // The half is as many as chance leaves unused of two.
        if let used = facts.usedUnits, used < facts.latentSize, 2 * used <= facts.latentSize {
            let size = Words.count(facts.latentSize, "latent dimension")
            // Both are asked of one that is used: a mean that stands off the prior costs nats as well, and tells nothing apart.
            let least =
                "\(Words.number(LatentActivity.leastUse, 1)) nats or more and a mean that moves from \(items.one) to \(items.one)"
            return Cause(
                sign: used == 0
                    ? "None of \(size) has \(least)."
                    : "Of \(size) only \(used) \(used == 1 ? "is" : "are") used, with \(least).",
                remedy: weighted
                    ? "--kl-weight 1"
                    : "another --seed, --kl-warm-up, a --kl-weight below 1, or a deeper model")
        }
        guard weighted else { return nil }
        return Cause(
            sign: "The KL divergence counts \(Words.number(signs.klWeight, 1)) times in training.",
            remedy: "--kl-weight 1")
    }
}

extension Cause.Facts {
    init(_ record: EvaluationRecord) {
        let (loss, evaluation) = (record.evaluation.loss, record.evaluation)
        self.init(
            squaredError: evaluation.baselines.model.squaredError.mean, loss: loss.test.loss.nats,
            standardError: loss.test.loss.standardError, trainingLoss: loss.training.loss.nats,
            kl: loss.test.kl.nats, usedUnits: evaluation.latents.usedUnits,
            latentSize: record.model.latentSize)
    }
}
