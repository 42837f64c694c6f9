import VAECore

/// Reads the pieces of JSON that a safetensors header is made of, and nothing else.
///
/// A general JSON reader would be too lenient (duplicate names, lone surrogates, numbers rounded to
/// doubles) and needs a limit on nesting. The header's grammar is fixed, so the caller asks for what
/// must come next.
struct HeaderScanner {
    private let bytes: ArraySlice<UInt8>
    /// The position of the next byte, counted from the start of the file.
    private(set) var position: Int
    /// The path of the file, which errors name.
    private let source: String

    /// - Parameter bytes: the header, a slice of the whole file.
    init(_ bytes: ArraySlice<UInt8>, source: String) {
        self.bytes = bytes
        self.source = source
        position = bytes.startIndex
    }

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    /// Whether the character comes next, with no space before it.
    func isNext(_ character: Unicode.Scalar) -> Bool { next.map(UInt32.init) == character.value }

    mutating func skipSpaces() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    /// Takes the character if it comes next, after spaces.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard isNext(character) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(VAEError) {
        guard take(character) else { throw error(expected: "'\(character)'") }
    }

    /// Nothing but spaces may follow.
    mutating func expectEnd() throws(VAEError) {
        skipSpaces()
        guard next == nil else { throw error(expected: "the end of the header") }
    }

    /// The items between `open` and `close`, with commas between them.
    mutating func list(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar,
        item: (inout HeaderScanner) throws(VAEError) -> Void
    ) throws(VAEError) {
        try expect(open)
        if take(close) { return }
        repeat { try item(&self) } while take(",")
        guard take(close) else { throw error(expected: "',' or '\(close)'") }
    }

    /// A whole number from 0 to `Int.max`: no sign, no leading zero, no fraction, no exponent.
    mutating func integer() throws(VAEError) -> Int {
        skipSpaces()
        let start = position
        var value = 0
        while let digit = next, (0x30...0x39).contains(digit) {
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(digit - 0x30))
            guard !overflow, !carry else {
                throw error(at: start, expected: "a number up to \(Int.max)", found: "a larger one")
            }
            value = sum
            position += 1
        }
        guard position > start else { throw error(expected: "a whole number") }
        guard position == start + 1 || bytes[start] != 0x30 else {
            throw error(at: start, expected: "a whole number", found: "a leading zero")
        }
        if let byte = next, [0x2E, 0x45, 0x65].contains(byte) { throw error(expected: "a whole number") }
        return value
    }

    /// A string in quotes, its escapes resolved.
    /// - Parameter limit: the most bytes it may take between its quotes.
    mutating func string(atMost limit: Int = .max) throws(VAEError) -> String {
        try expect("\"")
        let start = position
        var text = ""
        while true {
            // Stretches without escapes are taken whole: a string byte by byte would for a while be there thrice.
            let stretch = position
            while let byte = next, byte != 0x22, byte != 0x5C {
                guard byte >= 0x20 else {
                    throw error(expected: "a control character written as \\u00XX")
                }
                position += 1
            }
            guard position - start <= limit else {
                throw error(at: start, expected: "at most \(limit) bytes", found: "more")
            }
            guard let piece = String(validating: bytes[stretch..<position], as: UTF8.self) else {
                throw error(at: start, expected: "text in UTF-8", found: "other bytes")
            }
            if text.isEmpty { text = piece } else { text += piece }
            guard let end = next else { throw error(expected: "'\"'") }
            if end == 0x22 {
                position += 1
                return text
            }
            text += try escape()
        }
    }

    private mutating func escape() throws(VAEError) -> String {
        let start = position
        position += 1
        guard let byte = next else { throw error(expected: "an escaped character") }
        position += 1
        switch byte {
        case 0x22, 0x2F, 0x5C: return String(UnicodeScalar(byte))
        case 0x62: return "\u{8}"
        case 0x66: return "\u{C}"
        case 0x6E: return "\n"
        case 0x72: return "\r"
        case 0x74: return "\t"
        case 0x75: break
        default:
            throw error(
                at: start, expected: "one of \\\" \\/ \\\\ \\b \\f \\n \\r \\t \\u", found: "another escape")
        }
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return String(scalar) }
        // A leading surrogate is half a character and needs its other half; a trailing one can't come first.
        let lone = error(at: start, expected: "a pair of surrogates", found: "a lone one")
        guard unit < 0xDC00, next == 0x5C else { throw lone }
        position += 1
        guard next == 0x75 else { throw lone }
        position += 1
        let low = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(low) else { throw lone }
        let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw lone }
        return String(scalar)
    }

    private mutating func fourHexDigits() throws(VAEError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw error(expected: "four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    /// An error about the byte at `position`, or at `place`.
    func error(at place: Int? = nil, expected: String, found: String? = nil) -> VAEError {
        let actual =
            found
            ?? next.map { byte in
                (0x21...0x7E).contains(byte)
                    ? "'\(UnicodeScalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
            }
        return VAEError(
            .invalidData, source,
            "is not a sound safetensors file: its header is wrong at byte \(place ?? position)",
            expected: expected, found: actual ?? "the end of the header",
            advice: "Get the file again, or write it again.")
    }
}
