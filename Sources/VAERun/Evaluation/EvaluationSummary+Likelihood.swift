import Foundation
import VAECore
import VAEEvaluation
import VAEReport

extension EvaluationSummary.Table {
    /// The loss and its parts.
    static func objective(_ record: EvaluationRecord, _ items: Words.Items) -> Self {
        let loss = record.evaluation.loss
        func row(_ name: String, _ value: Evaluation.Value, isPart: Bool = false) -> Row {
            Row(
                name, [Words.number(value.nats, value.standardError), Words.number(value.bitsPerPixel, 4)],
                isPart: isPart)
        }
        let which =
            loss.training.images < record.data.trainImages
            ? "\(grouped(Double(loss.training.images))) of them" : "all of them"
        let gap = loss.test.loss.nats - loss.training.loss.nats
        return Self(
            "Loss", columns: items.units,
            rows: [
                row("loss (−ELBO), z drawn", loss.test.loss),
                row("reconstruction", loss.test.reconstruction, isPart: true),
                row("KL divergence", loss.test.kl, isPart: true),
                row("loss with z = μ", loss.testAtMean.loss),
                row("reconstruction", loss.testAtMean.reconstruction, isPart: true),
                row("loss on training \(items.many)", loss.training.loss),
            ],
            remarks: [
                gap >= 0.005
                    ? "\(items.many.capitalized) it was trained on (\(which)) cost \(Words.number(gap)) nats less than new ones."
                    : "\(items.many.capitalized) it was trained on (\(which)) cost no less than new ones."
            ])
    }

    /// ln p(x).
    static func likelihood(_ record: EvaluationRecord, _ items: Words.Items) -> Self {
        let found = record.evaluation.likelihood
        let value = found.negativeLogLikelihood
        let bound = record.evaluation.loss.test.loss.nats
        var remarks: [String] = []
        let rise = found.withHalfTheSamples - value.nats
        if found.samples > 1 {
            let half =
                "Half the draws give \(Words.number(found.withHalfTheSamples)), \(Words.number(abs(rise)))"
            remarks.append(
                abs(rise) < 0.005
                    ? "Half the draws give the same: more of them would change little."
                    : rise > 0
                        ? "\(half) more; twice as many would lower it by somewhat less than that."
                        : "\(half) less, which is chance: there are too few \(items.many) or draws to tell what more would change."
            )
        }
        if found.images < record.data.testImages {
            remarks.append(
                "Of \(grouped(Double(found.images))) of the test \(items.many); --images takes another number."
            )
        }
        if !found.isLikelihood {
            remarks.append(
                record.isGrey
                    ? "The pixels are grey, and a Bernoulli decoder is no distribution of those: compare models by it. With --binarize it "
                        + "is a likelihood."
                    : "The pixels are shades of colours, and a Bernoulli decoder is no distribution of those: compare models by it. With a "
                        + "Gaussian --likelihood it is a density."
            )
        }
        return Self(
            "Importance-weighted likelihood", columns: items.units,
            rows: [
                Row(
                    "−ln p(x), \(Words.count(found.samples, "draw")) of z",
                    [Words.number(value.nats, value.standardError), Words.number(value.bitsPerPixel, 4)]),
                Row(
                    "below the loss by",
                    found.images == record.data.testImages ? [Words.number(bound - value.nats)] : [],
                    isPart: true),
                Row(
                    "effective draws, of \(grouped(Double(found.samples)))",
                    [Words.number(found.effectiveSamples, 1)],
                    isPart: true),
            ].filter { !$0.values.isEmpty }, remarks: remarks)
    }
}
