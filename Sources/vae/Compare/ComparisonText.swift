import Foundation
import VAECore
import VAERun

/// A comparison as a table for people.
struct ComparisonText {
    let lines: [String]

    init(_ comparison: RunComparison) {
        func number(_ value: Double?, decimals: Int = 2) -> String {
            value.map { String(format: "%.\(decimals)f", $0) } ?? "-"
        }
        let runs = comparison.runs
        var columns: [TextColumn] = [TextColumn("run", runs.map(\.name), isNumber: false)]
        for difference in comparison.shownDifferences {
            columns.append(TextColumn(difference.name, difference.values.map { $0 ?? "-" }, isNumber: true))
        }
        let hasTest = runs.contains { $0.last?.test != nil }
        let kind = hasTest ? "test " : ""
        func part(_ value: (Losses) -> Double) -> [String] {
            runs.map { run in number(run.last.map { value($0.test ?? $0.train) }) }
        }
        columns += [
            TextColumn("epochs", runs.map { "\($0.history.count)/\($0.record.training.epochs)" }),
            TextColumn("\(kind)loss", part(\.total)),
            TextColumn("reconstruction", part(\.reconstruction)), TextColumn("KL", part(\.kl)),
            TextColumn("best", runs.map { number($0.best?.comparedLoss) }),
            TextColumn("at epoch", runs.map { $0.best.map { "\($0.epoch)" } ?? "-" }),
        ]
        if runs.contains(where: { $0.negativeLogLikelihood != nil }) {
            columns.append(TextColumn("-ln p(x)", runs.map { number($0.negativeLogLikelihood) }))
        }
        columns += [
            TextColumn("parameters", runs.map { grouped(Double($0.record.parameters)) }),
            TextColumn("seconds", runs.map { number($0.seconds, decimals: 1) }),
        ]
        lines = TextColumn.lines(columns) + Self.groupLines(comparison)
    }

    /// The groups of several runs.
    private static func groupLines(_ comparison: RunComparison) -> [String] {
        let groups = comparison.groups.compactMap { group in group.loss.map { (group.name, $0) } }
            .filter { $0.1.count > 1 }
        guard !groups.isEmpty else { return [] }
        func column(_ name: String, _ value: (Spread) -> Double) -> TextColumn {
            TextColumn(name, groups.map { String(format: "%.2f", value($0.1)) })
        }
        return [""]
            + TextColumn.lines([
                TextColumn("seeds of", groups.map(\.0), isNumber: false),
                TextColumn("runs", groups.map { "\($0.1.count)" }), column("mean loss", \.mean),
                column("deviation") { $0.standardDeviation ?? 0 }, column("median", \.median),
                column("least", \.least), column("largest", \.largest),
            ])
    }
}

/// A column of a table in text.
struct TextColumn {
    let name: String
    let values: [String]
    /// Whether its values stand at the right.
    let isNumber: Bool

    private static let longest = 40

    init(_ name: String, _ values: [String], isNumber: Bool = true) {
        func short(_ text: String) -> String {
            let text = text.escapingControlCharacters()
            return text.count > Self.longest ? text.prefix(Self.longest - 1) + "…" : text
        }
        self.name = short(name)
        self.values = values.map(short)
        self.isNumber = isNumber
    }

    /// Rows, a line each, with two spaces between columns.
    static func lines(_ columns: [TextColumn]) -> [String] {
        let widths = columns.map { column in
            max(column.name.count, column.values.map(\.count).max() ?? 0)
        }
        func line(_ texts: [String]) -> String {
            let cells = zip(zip(texts, widths), columns).map { cell, column in
                let pad = String(repeating: " ", count: cell.1 - cell.0.count)
                return column.isNumber ? pad + cell.0 : cell.0 + pad
            }
            return cells.joined(separator: "  ").trimmingSuffix { $0 == " " }
        }
        let count = columns.map(\.values.count).max() ?? 0
        return [line(columns.map(\.name))]
            + (0..<count).map { row in line(columns.map { $0.values[row] }) }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isLeft: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isLeft(last) { text = text.dropLast() }
        return String(text)
    }
}
