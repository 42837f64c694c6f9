import Foundation
import VAE
import VAECore
import VAEData
import VAEFigures
import VAERun

/// A ranking as text, as a picture and as JSON.
extension AnomaliesCommand {
    func table(_ ranking: Ranking) -> [String] {
        let names = ranking.entries.map(\.name.description)
        let width = max(names.map(\.count).max() ?? 0, 5)
        let labels = ranking.entries.map { String($0.shownLabel.prefix(40)) }
        let labelWidth = max(5, labels.map(\.count).max() ?? 0)
        func line(_ rank: String, _ name: String, _ label: String, _ cells: [String]) -> String {
            func right(_ text: String, _ width: Int) -> String {
                String(repeating: " ", count: max(0, width - text.count)) + text
            }
            return
                ([right(rank, 5), right(name, width)]
                + (ranking.labelNoun != nil ? [right(label, labelWidth)] : [])
                + cells.map { right($0, 24) }).joined(separator: "  ")
        }
        let isTable = ranking.noun == "row"
        var lines = [
            line(
                "rank", ranking.noun, ranking.labelNoun ?? "",
                [by.name(lessEntropy: ranking.isLessEntropy) + ", nats"]
                    + (ranking.isLessEntropy ? ["H"] : []) + ["reconstruction", "KL"])
                + (isTable ? "  columns that cost most, nats" : "")
        ]
        for (index, entry) in ranking.entries.enumerated() {
            let error = entry.standardError.map { " ± " + fixed($0) } ?? ""
            lines.append(
                line(
                    "\(index + 1)", names[index], labels[index],
                    [fixed(entry.excess) + error] + (entry.entropy.map { [fixed($0)] } ?? []) + [
                        fixed(entry.losses.reconstruction), fixed(entry.losses.kl),
                    ])
                    + (isTable
                        ? "  "
                            + entry.columns.map { "\($0.column.prefix(40)) \(fixed($0.nats))" }
                            .joined(separator: ", ") : ""))
        }
        lines.append(
            "\(by.ranking(ranking.entries.count, lessEntropy: ranking.isLessEntropy)) of \(grouped(Double(ranking.count))) \(ranking.noun)s."
        )
        if ranking.isLessEntropy {
            lines.append(
                "H is the entropy of the image's own shades, which no Bernoulli model gets below.")
        }
        if let draws = ranking.draws {
            lines.append("± is the error of the estimate from \(grouped(Double(draws))) draws.")
        }
        return lines
    }

    func csv(_ ranking: Ranking) -> String {
        let hasClasses = ranking.entries.contains { $0.className != nil }
        var text =
            "rank,\(ranking.noun),label,\(hasClasses ? "class," : "")\(by.rawValue == "likelihood" ? "negative_log_likelihood" : by.rawValue),"
        text += "standard_error,reconstruction_at_mean,kl_at_mean\(ranking.isLessEntropy ? ",entropy" : "")"
        let columns = ranking.entries.first?.columns.count ?? 0
        for place in 0..<columns { text += ",column\(place + 1),nats\(place + 1)" }
        text += "\n"
        for (index, entry) in ranking.entries.enumerated() {
            var fields = [
                "\(index + 1)", LatentTable.field(entry.name.description),
                entry.label.map { LatentTable.field($0.description) } ?? "",
            ]
            if hasClasses { fields.append(LatentTable.field(entry.className ?? "")) }
            fields += [
                "\(entry.value)", entry.standardError.map { "\($0)" } ?? "",
                "\(entry.losses.reconstruction)", "\(entry.losses.kl)",
            ]
            fields += entry.entropy.map { ["\($0)"] } ?? []
            fields += entry.columns.flatMap { [LatentTable.field($0.column), "\($0.nats)"] }
            text += fields.joined(separator: ",") + "\n"
        }
        return text
    }

    func picture(
        _ ranking: Ranking, _ input: ImageOptions.Input, _ model: VariationalAutoencoder, _ threads: Int
    ) throws(VAEError) -> ReconstructionGrid {
        let shown = input.images.selecting(ranking.entries.map(\.position))
        let headings = ranking.entries.map { entry in
            entry.name.description.split(separator: "/").last.map(String.init) ?? ""
        }
        let labels = ranking.entries.map { $0.shownLabel.isEmpty ? "" : ": \($0.shownLabel)" }
        let groups = zip(headings, labels).map { ReconstructionGrid.Group($0 + $1, count: 1) }
        let bands = stride(from: 0, to: groups.count, by: Self.perRow).map {
            Array(groups[$0..<min($0 + Self.perRow, groups.count)])
        }
        let name = by.name(lessEntropy: ranking.isLessEntropy)
        let how =
            (by != .likelihood
                ? "\(name) at z = μ, in nats"
                : ranking.draws.map { "\(name) from \(grouped(Double($0))) draws of z, in nats" }
                    ?? "\(name), in nats")
            + (ranking.isLessEntropy ? ", H the entropy of the shades" : "")
        return try ReconstructionGrid(
            inputs: FloatImages(shown, at: 0..<shown.count),
            reconstructions: FloatImages(
                shape: shown.shape, values: model.reconstruct(shown, threads: threads)),
            losses: ranking.entries.map(\.excess), bands: bands,
            title:
                "\(by.ranking(nil, lessEntropy: ranking.isLessEntropy)) of \(grouped(Double(ranking.count))) images",
            subtitle:
                "below, \(how); above, \(input.names == nil ? "number" : "file")\(ranking.labelNoun.map { " and \($0)" } ?? "")",
            lossHeading: by == .loss && !ranking.isLessEntropy ? "loss, nats" : "\(name), nats")
    }

    func document(_ ranking: Ranking, _ trained: SavedRun, files: [String]?) -> Document {
        Document(
            files: files, model: trained.path, measure: by.rawValue,
            samples: ranking.draws, seed: ranking.draws == nil ? nil : seed ?? 0,
            count: ranking.count,
            images: ranking.entries.map {
                Document.Image(
                    image: $0.name, label: $0.label, value: $0.value, entropy: $0.entropy,
                    standardError: $0.standardError,
                    reconstruction: $0.losses.reconstruction, kl: $0.losses.kl,
                    columns: $0.columns.isEmpty ? nil : $0.columns)
            })
    }

    /// The document that `--json` prints. Values are in nats.
    struct Document: Encodable {
        struct Image: Encodable {
            let image: ImageName
            let label: ImageLabel?
            let value: Double
            /// Taken off the value before images are ranked; nil where there is none.
            let entropy: Double?
            let standardError: Double?
            let reconstruction: Double
            let kl: Double
            /// Of a row, those that cost most.
            let columns: [ColumnCost]?
        }
        let files: [String]?
        let model: String
        let measure: String
        let samples: Int?
        let seed: UInt64?
        /// Images that were ranked.
        let count: Int
        /// The least likely first.
        let images: [Image]
    }

    private func fixed(_ value: Double) -> String { String(format: "%.2f", value) }
}
