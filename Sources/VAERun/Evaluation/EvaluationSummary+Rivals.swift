import Foundation
import VAECore
import VAEEvaluation
import VAEReport

extension EvaluationSummary.Table {
    /// Where a simpler model is the better one, what usually is the cause and what to try.
    static func rivals(_ record: EvaluationRecord, _ items: Words.Items) -> Self {
        let defeats = Defeat.all(record, items)
        guard !defeats.isEmpty else {
            return Self(
                "Beside simpler models", columns: [],
                remarks: ["No simpler model is better than this one in what is compared."])
        }
        let causes = record.signs.map { Cause.all($0, Cause.Facts(record), items) } ?? []
        var remarks = defeats.map(\.words)
        remarks += causes.map(\.words)
        if causes.isEmpty {
            remarks.append(
                "None of the usual causes is to be seen: try more filters or units, or --schedule cosine.")
        }
        return Self("Beside simpler models", columns: [], remarks: remarks)
    }
}

/// A comparison that a simpler model won.
struct Defeat {
    let words: String

    static func all(_ record: EvaluationRecord, _ items: Words.Items) -> [Defeat] {
        let (loss, baselines) = (record.evaluation.loss, record.evaluation.baselines)
        var found: [Defeat] = []
        let mean = baselines.pixelwiseMean.reconstruction.nats
        if loss.test.loss.nats >= mean {
            found.append(
                Defeat(
                    words:
                        "The pixelwise mean, one \(items.one) for all, is better than the model's loss: "
                        + "\(Words.number(mean)) nats against \(Words.number(loss.test.loss.nats))."))
        }
        guard let linear = baselines.principalComponents else { return found }
        let name = "PCA with \(Words.count(linear.components, "component"))"
        let (mine, other) = (baselines.model, linear.errors)
        if mine.reconstruction.nats >= other.reconstruction.nats {
            found.append(
                Defeat(
                    words:
                        "\(name) reconstructs better: \(Words.number(other.reconstruction.nats)) nats against "
                        + "\(Words.number(mine.reconstruction.nats))."))
        }
        if mine.squaredError.mean >= other.squaredError.mean {
            found.append(
                Defeat(
                    words:
                        "\(name) has the smaller squared error: \(Words.number(other.squaredError.mean, 5)) against "
                        + "\(Words.number(mine.squaredError.mean, 5)) a \(items.value)."))
        }
        if record.signs?.isConditional != true, let clusters = record.evaluation.clusters,
            let neighbours = linear.nearestNeighboursAccuracy,
            let defeat = ofClasses(
                clusters.nearestNeighboursAccuracy, neighbours, linear.whitenedNearestNeighboursAccuracy, name
            )
        {
            found.append(defeat)
        }
        return found
    }

    /// Classes told apart by the neighbours in a rival's codes, where that is better by more than the standard errors.
    /// - Parameter whitened: by the rival's codes with one variance in every direction
    static func ofClasses(_ mine: Estimate, _ other: Estimate, _ whitened: Estimate?, _ name: String)
        -> Defeat?
    {
        guard other.mean - mine.mean > hypot(other.finiteError ?? 0, mine.finiteError ?? 0) else {
            return nil
        }
        var words =
            "The codes of \(name) tell classes apart better: \(Words.percent(other)) of the neighbours' votes "
            + "are right, against \(Words.percent(mine))."
        if let whitened, whitened.mean < mine.mean {
            words +=
                " With all of one variance, as the prior asks of z, they are worse, \(Words.percent(whitened)): "
                + "here the directions that vary most tell classes apart."
        }
        return Defeat(words: words)
    }
}
