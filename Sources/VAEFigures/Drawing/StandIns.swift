import Foundation

/// The stand-ins for letters that a font lacks: ASCII, which every font has.
enum StandIns {
    /// Every character outside ASCII that figures write of themselves.
    static let table: [Unicode.Scalar: String] = {
        var table: [Unicode.Scalar: String] = [
            "−": "-", "–": "-", "…": "...", "×": "x", "·": "*", "→": "->", "σ": " sigma", "μ": "mu",
            "±": "+-",
        ]
        for (index, digit) in (small + raised).enumerated() { table[digit] = ascii[index % ascii.count] }
        return table
    }()

    private static let ascii = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "-"]
    /// The letters of an index, as in z₁₂.
    static let small: [Unicode.Scalar] = Array("₀₁₂₃₄₅₆₇₈₉₋".unicodeScalars)
    /// The letters of a power, as in 10⁻³.
    static let raised: [Unicode.Scalar] = Array("⁰¹²³⁴⁵⁶⁷⁸⁹⁻".unicodeScalars)

    /// The text with stand-ins for what `isMissing` names. Letters with accents lose them, and what has no likeness in ASCII becomes
    /// a question mark.
    ///
    /// A number in small or raised digits is written in one kind of digit: fonts often have ¹, ² and ³ and no other.
    static func text(_ text: String, isMissing: (Unicode.Scalar) -> Bool) -> String {
        let scalars = Array(text.unicodeScalars)
        let missing = Set(scalars.filter { !$0.isASCII && isMissing($0) })
        guard !missing.isEmpty else { return text }
        let plain = [small, raised].filter { !missing.isDisjoint(with: $0) }.reduce(missing) { $0.union($1) }
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            guard plain.contains(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            // 10⁻³ is 10^-3.
            if raised.contains(scalar), index == 0 || !raised.contains(scalars[index - 1]) { result += "^" }
            result += table[scalar] ?? likeness(of: scalar)
        }
        return result
    }

    /// The letter below an accent, nothing for an accent itself.
    private static func likeness(of scalar: Unicode.Scalar) -> String {
        let parts = String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars
        let letters = parts.filter { $0.properties.generalCategory != .nonspacingMark }
        guard letters.allSatisfy(\.isASCII) else { return "?" }
        return letters.reduce(into: "") { $0.unicodeScalars.append($1) }
    }
}
