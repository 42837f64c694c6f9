/// Numbers as text: one grammar for whatever is read of them, in files and on command lines.
///
/// Digits with one point among them at most, a sign before and an exponent behind, in ASCII: what all programs read alike. Swift's own initialisers also take
/// hexadecimals, words for what is not finite, and what stands before a NUL byte.
package enum NumberText {
    /// The number that is nearest to the text, infinite where it is too large; nil for another text.
    package static func double(_ text: some StringProtocol) -> Double? {
        isNumber(text.utf8) ? Double(text) : nil
    }

    /// The same in single precision.
    package static func float(_ text: some StringProtocol) -> Float? {
        isNumber(text.utf8) ? Float(text) : nil
    }

    /// A number of things: digits alone, without a sign or zeros before them; nil for another text and for more than fit an `Int`.
    package static func count(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard let first = digits.first, digits.allSatisfy(isDigit), first != 0x30 || digits.count == 1 else {
            return nil
        }
        return Int(text)
    }

    /// Whether bytes are `[+-] (digits [. digits] | . digits) [e [+-] digits]`, where digits behind a point may be missing.
    package static func isNumber(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = bytes[...]
        func take(_ allowed: UInt8...) -> Bool {
            guard let byte = rest.first, allowed.contains(byte) else { return false }
            rest = rest.dropFirst()
            return true
        }
        func digits() -> Bool {
            let before = rest.count
            rest = rest.drop(while: isDigit)
            return rest.count < before
        }
        _ = take(0x2B, 0x2D)
        let hasWhole = digits()
        let hasFraction = take(0x2E) && digits()
        guard hasWhole || hasFraction else { return false }
        if take(0x65, 0x45) {
            _ = take(0x2B, 0x2D)
            guard digits() else { return false }
        }
        return rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
