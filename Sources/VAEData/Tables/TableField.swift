import VAECore

/// A field of a table of text: its bytes without blanks and quotes around them.
struct TableField {
    private let bytes: ArraySlice<UInt8>
    /// Whether doubled quotes stand for quotes.
    private let isQuoted: Bool

    init(_ bytes: ArraySlice<UInt8>) {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        let quote = UInt8(ascii: "\"")
        isQuoted = bytes.count >= 2 && bytes.first == quote && bytes.last == quote
        self.bytes = isQuoted ? bytes.dropFirst().dropLast() : bytes
    }

    /// At most `count` bytes of the text, as UTF-8.
    func text(_ count: Int) -> String {
        guard isQuoted else { return String(decoding: bytes.prefix(count), as: UTF8.self) }
        var result: [UInt8] = []
        var isSecond = false
        for byte in bytes where result.count < count {
            if byte == UInt8(ascii: "\""), isSecond {
                isSecond = false
            } else {
                result.append(byte)
                isSecond = byte == UInt8(ascii: "\"")
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Bytes of the text, or a few more.
    var count: Int { bytes.count }

    /// Whether it says that there is no number: nothing, or what programs write for that.
    var isGap: Bool {
        if bytes.isEmpty { return true }
        guard bytes.count <= 9 else { return false }
        var word = String(decoding: bytes, as: UTF8.self).lowercased()
        if word.hasPrefix("-") || word.hasPrefix("+") { word.removeFirst() }
        return Self.gaps.contains(word)
    }

    private static let gaps: Set<String> = [
        "nan", "na", "n/a", "#n/a", "<na>", "null", "none", "inf", "infinity", "?",
    ]

    /// Whether it says that a number is not known, which of infinity it is.
    var isUnknown: Bool {
        isGap && !String(decoding: bytes, as: UTF8.self).lowercased().contains("inf")
    }

    /// The number, rounded to the nearest in single precision, infinite where it is too large; nil for what is none.
    /// - Parameter allowsComma: whether a comma may stand for the point.
    func number(allowsComma: Bool) -> Float? {
        if let number = shortNumber(allowsComma) { return number }
        guard bytes.count <= 64, let first = bytes.first,
            first == 0x2B || first == 0x2D || first == 0x2E || (0x30...0x39).contains(first)
                || allowsComma && first == 0x2C
        else { return nil }
        var text: [UInt8] = []
        for byte in bytes {
            // Hexadecimals are numbers to Swift and to nobody else, and so are the letters of infinity and NaN after a sign.
            switch byte {
            case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x65, 0x45: text.append(byte)
            case 0x2C where allowsComma: text.append(0x2E)
            default: return nil
            }
        }
        return NumberText.float(String(decoding: text, as: UTF8.self))
    }

    /// A number of few digits without an exponent, which a division of two numbers that single precision has exactly rounds as
    /// well as can be; nil for others.
    private func shortNumber(_ allowsComma: Bool) -> Float? {
        var (digits, places): (Int32, Int) = (0, -1)
        var isNegative = false
        var isNumber = false
        guard bytes.count <= 11 else { return nil }
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x30...0x39:
                digits = digits * 10 + Int32(byte - 0x30)
                guard digits <= 1 << 24 else { return nil }
                if places >= 0 { places += 1 }
                isNumber = true
            case 0x2D where index == 0: isNegative = true
            case 0x2B where index == 0: break
            case 0x2E where places < 0: places = 0
            case 0x2C where places < 0 && allowsComma: places = 0
            default: return nil
            }
        }
        guard isNumber, places < Self.powers.count else { return nil }
        let value = Float(digits) / Self.powers[max(0, places)]
        return isNegative ? -value : value
    }

    /// All powers of ten that single precision has exactly.
    private static let powers: [Float] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
}
