extension Int {
    /// The number in the small digits of an index, as in z₁₂.
    package var subscripted: String { String(String(self).map { Self.small[$0]?.0 ?? $0 }) }

    /// The number in the small digits of a power, as in 10⁻³.
    var raised: String { String(String(self).map { Self.small[$0]?.1 ?? $0 }) }

    private static let small: [Character: (Character, Character)] = [
        "0": ("₀", "⁰"), "1": ("₁", "¹"), "2": ("₂", "²"), "3": ("₃", "³"), "4": ("₄", "⁴"), "5": ("₅", "⁵"),
        "6": ("₆", "⁶"), "7": ("₇", "⁷"), "8": ("₈", "⁸"), "9": ("₉", "⁹"), "-": ("₋", "⁻"),
    ]
}
