import VAECore
import VAEEvaluation
import VAEReport

extension EvaluationSummary.Table {
    /// The table of the factors that images were made from; nil where they are not known.
    static func factors(_ record: EvaluationRecord, _ items: Words.Items) -> Self? {
        guard let found = record.evaluation.factors else { return nil }
        let rows = found.factors.map { factor in
            let second = factor.secondDimension.flatMap { dimension in
                factor.secondInformation.map { "z\(dimension), \(Words.number($0))" }
            }
            return Row(
                factor.name,
                [
                    Words.number(factor.gap), "z\(factor.bestDimension), \(Words.number(factor.information))",
                    second ?? "–", Words.number(factor.entropy),
                ])
        }
        return Self(
            "Factors", columns: ["gap", "best, nats", "second, nats", "entropy, nats"], rows: rows,
            remarks: [
                "Mutual information gap \(Words.number(found.mutualInformationGap)), the mean over the factors: what the best dimension "
                    + "says of a factor more than the second, over the factor's entropy. 1 where each factor has a dimension of its own. "
                    + "By counts in \(found.bins) bins of the means."
            ])
    }
}
