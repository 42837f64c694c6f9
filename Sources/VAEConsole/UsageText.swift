import VAECore

/// The words of the argument parser about a command line that is wrong, fit for a terminal: what was typed shows its control characters, and
/// a flag that does not exist is answered by one that was meant, or by none.
struct UsageText {
    let shown: String

    /// - Parameters:
    ///   - text: what the parser says
    ///   - arguments: what was typed
    ///   - synonyms: flags of other programs, and this one's for the same
    init(_ text: String, _ arguments: some Sequence<String>, synonyms: [String: String]) {
        var text = text
        for argument in arguments {
            // The parser quotes arguments, and values behind an equals sign.
            for part in [argument[...], argument.drop { $0 != "=" }.dropFirst()] where !part.isEmpty {
                text = text.replacing("'\(part)'", with: "'\(String(part).escapingControlCharacters())'")
            }
        }
        text = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).escapingControlCharacters() }.joined(separator: "\n")
        shown = text.replacing(/Unknown option '([^']*)'(?:\. Did you mean '([^']*)'\?)?/) { match in
            let (unknown, near) = (String(match.1), match.2.map(String.init))
            let meant = synonyms[unknown] ?? near.flatMap { Self.isSlip(unknown, for: $0) ? $0 : nil }
            return "Unknown option '\(unknown)'" + (meant.map { ". Did you mean '\($0)'?" } ?? "")
        }
    }

    /// Whether one word is another with a slip in every four letters at most: a letter too many, too few or another, or two in the wrong order. The parser itself
    /// takes three slips in any word, and finds "data" in "beta".
    static func isSlip(_ typed: String, for word: String) -> Bool {
        let (typed, word) = (Array(typed.drop { $0 == "-" }), Array(word.drop { $0 == "-" }))
        // The slips between beginnings of the two: of the last row, the one before it, and the one that is filled.
        var (before, last) = ([Int](), Array(0...word.count))
        for (row, letter) in typed.enumerated() {
            var next = [row + 1]
            for (column, other) in word.enumerated() {
                var least = min(
                    last[column + 1] + 1, next[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == word[column - 1], typed[row - 1] == other {
                    least = min(least, before[column - 1] + 1)
                }
                next.append(least)
            }
            (before, last) = (last, next)
        }
        return last[word.count] <= max(1, word.count / 4)
    }
}
