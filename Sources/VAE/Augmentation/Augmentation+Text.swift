import VAECore

/// The text of the command line: `flip,shift:2,rotate:10,brightness:0.1`, or `none`.
extension Augmentation: CustomStringConvertible {
    /// A kind of change, by its name in the text, in the order in which they are written.
    enum Kind: String, CaseIterable {
        case flip, shift, rotate, brightness

        /// What may stand in the text.
        var form: String {
            switch self {
            case .flip: "flip"
            case .shift: "shift:N with N from 1 to \(Augmentation.shifts.upperBound) pixels"
            case .rotate: "rotate:D with D above 0 and at most 180 degrees"
            case .brightness: "brightness:B with B above 0 and at most 1"
            }
        }
    }

    /// The changes that a text names, in any order, each at most once: `flip`, `shift:N` in pixels, `rotate:D` in degrees, `brightness:B`
    /// as a share. `none` names none.
    /// - Throws: `invalidArgument` when a name is unknown or given twice, or a number is missing, too many, or out of range.
    public init(_ text: String) throws(VAEError) {
        self.init()
        guard text != "none" else { return }
        var seen: Set<Kind> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let kind = Kind(rawValue: String(words[0])) else {
                throw VAEError(
                    .invalidArgument, Self.subject, "names no change of images",
                    expected: "flip, shift:N, rotate:D and brightness:B with commas between, or none",
                    found: quoted(String(part)))
            }
            guard seen.insert(kind).inserted else {
                throw VAEError(
                    .invalidArgument, Self.subject, "names \(kind) twice", expected: "each at most once",
                    found: quoted(text))
            }
            try set(kind, words.count == 2 ? String(words[1]) : nil)
        }
    }

    private mutating func set(_ kind: Kind, _ number: String?) throws(VAEError) {
        let isGood: Bool
        switch kind {
        case .flip:
            flip = true
            isGood = number == nil
        case .shift:
            shift = number.flatMap { Int($0) } ?? 0
            isGood = Self.shifts.contains(shift)
        case .rotate:
            rotation = number.flatMap { NumberText.double($0) } ?? 0
            isGood = Self.rotations.contains(rotation)
        case .brightness:
            brightness = number.flatMap { NumberText.double($0) } ?? 0
            isGood = Self.brightnesses.contains(brightness)
        }
        try Self.require(isGood, kind, quoted(kind.rawValue + (number.map { ":\($0)" } ?? "")))
    }

    static func require(_ isGood: Bool, _ kind: Kind, _ found: String) throws(VAEError) {
        guard !isGood else { return }
        throw VAEError(
            .invalidArgument, Self.subject, "has no valid \(kind)", expected: kind.form, found: found)
    }

    /// Whether there is nothing that it would change.
    package var isNothing: Bool { self == Augmentation() }

    /// The text that ``init(_:)`` reads, in the order `flip`, `shift`, `rotate`, `brightness`.
    public var description: String {
        func text(_ number: Double) -> String {
            let text = "\(number)"
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        let parts = [
            flip ? "flip" : nil, shift == 0 ? nil : "shift:\(shift)",
            rotation == 0 ? nil : "rotate:\(text(rotation))",
            brightness == 0 ? nil : "brightness:\(text(brightness))",
        ].compactMap(\.self)
        return parts.isEmpty ? "none" : parts.joined(separator: ",")
    }
}
