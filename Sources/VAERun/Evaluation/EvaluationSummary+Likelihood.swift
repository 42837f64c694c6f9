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
        if let points = found.points {
            remarks.append(
                "Integrated over z: \(grouped(Double(points))) points, most of them where some \(items.one)'s integrand is. The error is "
                    + "\(Words.number(found.integrationError ?? 0, 4)) nats at most, on average, where no mode lies unseen between the points of "
                    + "the first grid, which are a tenth of the prior's standard deviation apart, or in three dimensions a fifth."
            )
        }
        if let samples = found.samples, samples > 1, let withHalf = found.withHalfTheSamples {
            let rise = withHalf - value.nats
            let half =
                "Half the draws give \(Words.number(withHalf)), \(Words.number(abs(rise)))"
            remarks.append(
                abs(rise) < 0.005
                    ? "Half the draws give the same: more of them would change little."
                    : rise > 0
                        ? "\(half) more; twice as many would lower it by somewhat less than that."
                        : "\(half) less, which is chance: there are too few \(items.many) or draws to tell what more would change."
            )
        }
        if found.samples != nil {
            remarks.append(
                (found.proposal == .mixture
                    ? "Draws are of the posterior, of a wider one and of the prior. "
                    : "Draws are of the posterior. ")
                    + "A mode of p(z|x) that none of them comes upon is missing here, and neither number shows it."
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
            found.samples == nil ? "Likelihood" : "Importance-weighted likelihood", columns: items.units,
            rows: [
                Row(
                    "−ln p(x), \(found.samples.map { Words.count($0, "draw") + " of z" } ?? "by quadrature")",
                    [Words.number(value.nats, value.standardError), Words.number(value.bitsPerPixel, 4)]),
                Row(
                    "below the loss by",
                    found.images == record.data.testImages ? [Words.number(bound - value.nats)] : [],
                    isPart: true),
                Row(
                    "effective draws, of \(grouped(Double(found.samples ?? 0)))",
                    found.effectiveSamples.map { [Words.number($0, 1)] } ?? [], isPart: true),
            ].filter { !$0.values.isEmpty }, remarks: remarks)
    }
}
