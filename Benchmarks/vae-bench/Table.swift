import Foundation

/// Rows of text in columns: the first to the left, the others to the right.
struct Table {
    private var rows: [[String]] = []

    init(_ titles: String...) { rows.append(titles) }
    init(_ titles: [String]) { rows.append(titles) }

    mutating func add(_ cells: String...) { rows.append(cells) }
    mutating func add(_ cells: [String]) { rows.append(cells) }

    var text: String {
        let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 ? cell + padding : "   " + padding + cell
            }
            // Trailing blanks would wrap on a narrow terminal.
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

/// A number with `digits` behind the point and commas between thousands.
func number(_ value: Double, _ digits: Int = 0) -> String {
    guard value.isFinite else { return "\(value)" }
    let text = String(format: "%.\(digits)f", value)
    let whole = text.prefix { $0 != "." }
    var grouped = ""
    for (index, character) in whole.enumerated() {
        let left = whole.count - index
        if index > 0, left.isMultiple(of: 3), whole.dropFirst(index - 1).first != "-" { grouped += "," }
        grouped.append(character)
    }
    return grouped + text.dropFirst(whole.count)
}

/// "1 thread", "2 threads".
func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
}
