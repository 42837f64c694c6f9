import VAECore
import VAEReport

/// An evaluation as lines for a terminal.
struct EvaluationText {
    private(set) var lines: [String] = []
    private let bold: (String) -> String
    private static let width = 100

    /// - Parameter bold: makes a heading stand out where that is possible
    init(_ evaluation: EvaluationSummary, title: String, bold: @escaping (String) -> String) {
        // What files say is made harmless before, and what makes a heading bold after that.
        self.bold = { bold($0.escapingControlCharacters()) }
        lines.append(bold(title))
        wrap(evaluation.lead, indent: "")
        if let scale = evaluation.scale { add(scale) }
        for table in evaluation.tables { add(table) }
    }

    private mutating func add(_ scale: EvaluationSummary.Scale) {
        let names = scale.marks.map(\.name)
        let nameWidth = names.map(\.count).max() ?? 0
        let valueWidth = max(scale.marks.map(\.value.count).max() ?? 0, scale.unit.count)
        heading(scale.title, [scale.unit], nameWidth: nameWidth, widths: [valueWidth])
        for mark in scale.marks {
            // A bar in eighths, of what lies above the best.
            let eighths = Int((mark.place * 8 * 16).rounded())
            let blocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
            let bar = String(repeating: "█", count: max(eighths, 0) / 8) + blocks[max(eighths, 0) % 8]
            let name = mark.kind == .model ? bold(padded(mark.name, nameWidth)) : padded(mark.name, nameWidth)
            lines.append(
                "  \(name)  \(padded(mark.value, valueWidth, right: true))  \(padded(bar, 16))  \(mark.note.escapingControlCharacters())"
                    .trimmed)
        }
        wrap(scale.remark, indent: "  ")
    }

    private mutating func add(_ table: EvaluationSummary.Table) {
        let names = table.rows.map { ($0.isPart ? "  " : "") + $0.name }
        let nameWidth = names.map(\.count).max() ?? 0
        let widths = table.columns.indices.map { column in
            table.rows.reduce(table.columns[column].count) { width, row in
                column < row.values.count ? max(width, row.values[column].count) : width
            }
        }
        heading(table.title, table.columns, nameWidth: nameWidth, widths: widths)
        for (row, name) in zip(table.rows, names) {
            let cells = zip(row.values, widths).map { padded($0, $1, right: true) }
            lines.append("  " + ([padded(name, nameWidth)] + cells).joined(separator: "  ").trimmed)
        }
        for remark in table.remarks { wrap(remark, indent: "  ") }
    }

    private mutating func heading(_ title: String, _ columns: [String], nameWidth: Int, widths: [Int]) {
        let cells = zip(columns, widths).map { padded($0, $1, right: true) }
        lines.append("")
        lines.append(([bold(padded(title, nameWidth + 2))] + cells).joined(separator: "  ").trimmed)
    }

    /// Words on lines of at most 100 characters.
    private mutating func wrap(_ text: String, indent: String) {
        var line = indent
        for word in text.escapingControlCharacters().split(separator: " ") {
            if line.count + 1 + word.count > Self.width, line != indent {
                lines.append(line)
                line = indent
            }
            line += (line == indent ? "" : " ") + word
        }
        if line != indent { lines.append(line) }
    }

    private func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
        let text = text.escapingControlCharacters()
        let space = String(repeating: " ", count: max(0, width - text.count))
        return right ? space + text : text + space
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
