import Foundation
import VAECore
import VAEEvaluation
import VAEReport

extension EvaluationSummary.Table {
    /// Rows for dimensions; more would hide what they are about.
    private static let mostRows = 10

    /// The table of what the latents carry.
    static func latents(_ record: EvaluationRecord, _ items: Words.Items) -> Self {
        let latents = record.evaluation.latents
        let size = record.model.latentSize
        let shown = latents.dimensions.sorted { ($1.kl, $0.index) < ($0.kl, $1.index) }.prefix(mostRows)
        var rows = shown.map { dimension in
            Row(
                "z\(dimension.index)\(dimension.collapsed ? ", collapsed" : dimension.active ? "" : ", inactive")",
                [Words.number(dimension.kl), Words.number(dimension.varianceOfMean, 3)])
        }
        if size > shown.count {
            let rest = record.evaluation.loss.test.kl.nats - shown.reduce(0) { $0 + $1.kl }
            rows.append(Row("the other \(grouped(Double(size - shown.count)))", [Words.number(max(rest, 0))]))
        }
        rows.append(Row("mutual information I(x; z)", [Words.number(latents.mutualInformation)]))
        rows.append(Row("aggregate gap KL(q(z) ‖ p(z))", [Words.number(latents.aggregateGap)]))
        var remarks = [
            "\(latents.activeUnits) of \(Words.count(size, "dimension")) active. \(collapse(latents, size, items))"
        ]
        remarks.append(
            "The KL divergence is the two together: z tells \(items.many) apart as if there were about \(kinds(latents)) of them, "
                + "and the gap is how far the posteriors, all together, are from the prior that samples are drawn from."
        )
        if latents.isSaturated {
            remarks.append(
                "Mutual information is at its limit, ln \(grouped(Double(latents.aggregateImages))) = "
                    + "\(Words.number(latents.mutualInformationLimit)): it is at least this, and the gap at most this."
            )
        }
        return Self(
            "Latent dimensions", columns: ["KL, nats", "variance of μ"], rows: rows, remarks: remarks)
    }

    /// e to the mutual information.
    private static func kinds(_ latents: Evaluation.Latents) -> String {
        let number = exp(min(max(latents.mutualInformation.mean, 0), 30)).rounded()
        return number == 1 ? "one kind" : "\(grouped(number)) kinds"
    }

    private static func collapse(
        _ latents: Evaluation.Latents, _ size: Int, _ items: Words.Items
    ) -> String {
        func names(_ isMeant: (Evaluation.Latents.Dimension) -> Bool, _ count: Int) -> String {
            let all = latents.dimensions.filter(isMeant).map { "z\($0.index)" }
            let shown = all.prefix(12)
            // Of thousands of dimensions only some have names here.
            if shown.isEmpty { return grouped(Double(count)) }
            let names = shown.joined(separator: ", ")
            return count > shown.count ? "\(names) and \(grouped(Double(count - shown.count))) more" : names
        }
        let hardly =
            latents.hardlyUsed.isEmpty
            ? ""
            : " Hardly used, with less than \(Words.number(LatentActivity.leastUse, 1)) nats: "
                + names({ latents.hardlyUsed.contains($0) }, latents.hardlyUsed.count) + "."
        if latents.collapse == .none {
            return "No posterior collapse\(hardly.isEmpty ? "" : " by definition").\(hardly)"
        }
        var text =
            latents.collapse == .complete
            ? "Posterior collapse: complete. The decoder draws the same for every \(items.one)."
            : "Posterior collapse: partial."
        if latents.collapsed > 0, latents.collapse != .complete {
            text += " On the prior: \(names({ $0.collapsed }, latents.collapsed))."
        }
        if latents.still > 0, latents.collapse != .complete, size > 1 {
            text += " Still, off the prior: \(names({ $0.still }, latents.still))."
        }
        return latents.collapse == .complete ? text : text + hardly
    }

    /// The table of how far classes lie apart; nil where nothing is to be said.
    static func clusters(_ record: EvaluationRecord, _ items: Words.Items) -> Self? {
        let found = record.evaluation
        guard let clusters = found.clusters else {
            let reason = found.omissions.first { $0.stage == .separation }?.reason
            return reason.map { Self("Clusters", columns: [], remarks: ["Left out: \($0)."]) }
        }
        let linear = found.baselines.principalComponents
        let mixture = clusters.mixture
        func row(
            _ name: String, _ mine: Estimate, _ other: Estimate?
        ) -> Row {
            Row(name, [Words.percent(mine)] + (other.map { [Words.percent($0)] } ?? []))
        }
        let whitened = linear?.whitenedNearestNeighboursAccuracy.map {
            Row("of codes whitened", ["", Words.percent($0)], isPart: true)
        }
        let rows = [
            row(
                "\(clusters.neighbours) nearest neighbours, accuracy", clusters.nearestNeighboursAccuracy,
                linear?.nearestNeighboursAccuracy),
            whitened,
            row("linear discriminant, accuracy", clusters.linearAccuracy, linear?.linearAccuracy),
            Row("silhouette of the classes, −1 to 1", [Words.number(clusters.silhouette, 3)]),
            Row("mixture of \(mixture.components) Gaussians, nats a code", [Words.number(mixture.test)]),
            Row("one Gaussian", [Words.number(mixture.singleGaussian)], isPart: true),
            Row("the prior", [Words.number(mixture.prior)], isPart: true),
        ]
        return Self(
            "Clusters", columns: ["latent means"] + (linear.map { ["PCA, \($0.components)"] } ?? []),
            rows: rows.compactMap(\.self),
            remarks: [
                "Fitted to training \(items.many), measured on test \(items.many); \(clusters.classes) classes. "
                    + "Log-densities of codes: higher is better."
            ]
                + (mixture.flooredComponents > 0
                    ? [
                        "\(Words.count(mixture.flooredComponents, "component")) of the mixture at the least width allowed."
                    ] : []))
    }

    /// Reconstructions and samples against baselines.
    static func images(_ record: EvaluationRecord, _ items: Words.Items) -> Self? {
        let baselines = record.evaluation.baselines
        var rows: [Row] = []
        func row(_ name: String, _ errors: Evaluation.Baselines.Errors) {
            rows.append(
                Row(
                    name,
                    [
                        Words.number(errors.squaredError, 4),
                        Words.number(errors.reconstruction.nats, errors.reconstruction.standardError),
                    ]))
        }
        row("this model, z = μ", baselines.model)
        if let linear = baselines.principalComponents {
            row("PCA, \(Words.count(linear.components, "component"))", linear.errors)
        }
        row("pixelwise mean", baselines.pixelwiseMean)
        var remarks: [String] = []
        if let frechet = record.evaluation.frechet {
            remarks.append(
                "Fréchet distance of draws from the prior to test \(items.many): \(Words.number(frechet.samples)); of training "
                    + "\(items.many) to test \(items.many), its floor: \(Words.number(frechet.floor)). In the space of \(frechet.features) principal "
                    + "components of the training \(items.many) (\(Words.percent(frechet.varianceShare)) of their variance), "
                    + "\(grouped(Double(frechet.images))) \(items.many) a side.")
        }
        for omission in record.evaluation.omissions where omission.stage != .separation {
            remarks.append("Left out: \(omission.part) (\(omission.reason)).")
        }
        return Self(
            items.many.capitalized, columns: ["squared error a \(items.value)", items.units[0]], rows: rows,
            remarks: remarks)
    }
}
