import Foundation
import VAECore
import VAEReport

extension EvaluationSummary {
    /// An evaluation in the words that the page and the terminal have for it.
    /// - Parameter isTable: whether the model is of a table's rows
    package init(_ record: EvaluationRecord, ofTable isTable: Bool = false) {
        let items: Words.Items = isTable ? .rows : record.isGrey ? .images : .colourImages
        let data = record.data
        let binarised =
            switch record.settings.binarize {
            case "threshold": ", black and white by a threshold"
            case "stochastic": ", black and white by chance"
            default: ""
            }
        self.init(
            lead:
                "\(grouped(Double(data.testImages))) test \(items.many) of \(DataName(data.name).title)\(binarised); "
                + "\(grouped(Double(data.trainImages))) training \(items.many) where something is fitted. "
                + "± is a standard error over \(items.many).",
            scale: Scale(record, items),
            tables: [
                .rivals(record, items), .objective(record, items), .likelihood(record, items),
                .latents(record, items), .factors(record, items),
                .clusters(record, items), .images(record, items),
            ].compactMap(\.self))
    }
}

extension EvaluationSummary.Scale {
    /// From the worst that is sensible to the best there can be.
    fileprivate init?(_ record: EvaluationRecord, _ items: Words.Items) {
        let loss = record.evaluation.loss
        var marks: [(name: String, value: Double, kind: Mark.Kind, note: String)] = [
            (
                "pixelwise mean of the training \(items.many)",
                record.evaluation.baselines.pixelwiseMean.reconstruction.nats,
                .baseline,
                "one \(items.one) for all"
            ),
            ("this model: loss", loss.test.loss.nats, .model, "reconstruction + KL"),
            (
                "this model: reconstruction", loss.testAtMean.reconstruction.nats, .model,
                "z = μ, latents not paid for"
            ),
        ]
        if let linear = record.evaluation.baselines.principalComponents {
            marks.append(
                (
                    "PCA, \(Words.count(linear.components, "component"))", linear.errors.reconstruction.nats,
                    .baseline,
                    "reconstruction, components not paid for"
                ))
        }
        if let floor = loss.greyEntropy, floor.nats > 0 {
            marks.append(
                (
                    record.isGrey ? "entropy of the grey pixels" : "entropy of the pixels' colours",
                    floor.nats, .floor, "no Bernoulli model gets below it"
                ))
        }
        // Black and white pixels have their floor at 0, densities have none.
        let low = (marks.map(\.value) + (loss.greyEntropy.map { [$0.nats] } ?? [])).min() ?? 0
        let worst = marks.map(\.value).max() ?? 0
        guard worst > low, (worst - low).isFinite else { return nil }
        let sorted = marks.enumerated().sorted {
            ($1.element.value, $0.offset) < ($0.element.value, $1.offset)
        }
        self.init(
            title: "What is a good value for the loss?", unit: items.units[0],
            marks: sorted.map(\.element).map {
                Mark(
                    $0.name, Words.number($0.value), place: ($0.value - low) / (worst - low), kind: $0.kind,
                    note: $0.note)
            }, remark: Self.remark(record))
    }

    private static func remark(_ record: EvaluationRecord) -> String {
        let loss = record.evaluation.loss
        let gained = record.evaluation.baselines.pixelwiseMean.reconstruction.nats - loss.test.loss.nats
        let mean =
            gained > 0
            ? "\(Words.number(gained)) nats better than the pixelwise mean"
            : "no better than the pixelwise mean: the model has learnt nothing that helps"
        guard gained > 0, let floor = loss.greyEntropy, let share = loss.shareOfTheWay else {
            return "The loss is \(mean)."
        }
        return floor.nats > 0
            ? "The loss is \(mean), \(Words.percent(share)) of the way to the floor. What is left is detail that "
                + "the latents do not hold, and the KL divergence that they cost."
            : "The loss is \(mean), \(Words.percent(share)) of it. Pixels are black or white, so that the floor is 0, "
                + "which only a model that knew every image beforehand would reach."
    }
}

extension EvaluationRecord {
    /// Whether pixels have one value, so that words of pixels and of values mean the same.
    var isGrey: Bool { model.imageShape.channels == 1 }
}
