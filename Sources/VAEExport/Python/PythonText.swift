/// Lines of Python as its formatters lay them out: four spaces a level, at most 88 columns where a line can be broken.
struct PythonText {
    private(set) var lines: [String] = []

    /// The lines, each with its end.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// Adds lines at a level; those of `block` may be indented further among themselves.
    mutating func add(_ block: String, at level: Int = 0) {
        let indent = String(repeating: "    ", count: level)
        for line in block.split(separator: "\n", omittingEmptySubsequences: false) {
            lines.append(line.isEmpty ? "" : indent + line)
        }
    }

    /// Adds a line with a comment behind it where there is room for one.
    mutating func add(_ line: String, comment: String, at level: Int) {
        let whole = "\(line)  # \(comment)"
        add(whole.count + 4 * level <= Self.width ? whole : line, at: level)
    }

    /// Adds a call: in one line, with its arguments in a line of their own, or with a line for each.
    /// - Parameters:
    ///   - head: what comes before the opening bracket
    ///   - tail: what follows the closing one
    mutating func add(call head: String, _ arguments: [String], tail: String = "", at level: Int) {
        let list = arguments.joined(separator: ", ")
        if head.count + list.count + tail.count + 2 + 4 * level <= Self.width {
            return add("\(head)(\(list))\(tail)", at: level)
        }
        let last = "\(head)(\(list))("
        if tail.count > 2, last.count + 4 * level <= Self.width {
            // The formatter black breaks the last brackets where that is enough.
            add("\(last)\n    \(tail.dropFirst().dropLast())\n)", at: level)
            return
        }
        add("\(head)(", at: level)
        if list.count + 4 * (level + 1) <= Self.width {
            add(list, at: level + 1)
        } else {
            for argument in arguments { add("\(argument),", at: level + 1) }
        }
        add(")\(tail)", at: level)
    }

    /// A function's text in quotes: one line, or where it is too long lines of their own.
    static func docstring(_ text: String, at level: Int) -> String {
        let indent = String(repeating: "    ", count: level)
        let room = width - indent.count - 3
        let quotes = String(repeating: "\"", count: 3)
        if text.count + 3 <= room { return "\(indent)\(quotes)\(text)\(quotes)" }
        // The first line has the quotes before it.
        let lines = wrapped(text.split(separator: " ").map(String.init), width: room - 3)
        return "\(indent)\(quotes)\(lines.joined(separator: "\n\(indent)"))\n\(indent)\(quotes)"
    }

    /// Adds two empty lines, as before a class or a function.
    mutating func addGap() { lines += ["", ""] }

    /// A pair where the two differ, else one number: `2` or `(2, 3)`.
    static func pair(_ first: Int, _ second: Int) -> String {
        first == second ? "\(first)" : "(\(first), \(second))"
    }

    /// A tuple: `(7,)` of one number, `(7, 8)` of two.
    static func tuple(_ parts: [String]) -> String {
        parts.count == 1 ? "(\(parts[0]),)" : "(\(parts.joined(separator: ", ")))"
    }

    /// A list of whole numbers in ascending order: as a range where they follow each other, else in lines of their own.
    static func numbers(_ values: [Int], named name: String) -> String {
        if let first = values.first, let last = values.last, values == Array(first...last) {
            return "\(name) = list(range(\(first == 0 ? "" : "\(first), ")\(last + 1)))"
        }
        let list = values.map(String.init).joined(separator: ", ")
        if name.count + list.count + 5 <= width { return "\(name) = [\(list)]" }
        return
            "\(name) = [\n\(wrapped(values.map { "\($0)," }, width: width - 4).map { "    \($0)\n" }.joined())]"
    }

    /// Words in lines of so many columns.
    static func wrapped(_ words: [String], width: Int) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(word)
            }
        }
        return lines
    }

    static let width = 88
}
