extension NPY {
    /// The bytes of a file of texts, as `numpy.save` writes an array of Python's strings.
    static func encode(_ texts: [String]) -> [UInt8] {
        // NumPy has no texts of no characters.
        let length = max(1, texts.map(\.unicodeScalars.count).max() ?? 0)
        var bytes = header("<U\(length)", [texts.count])
        for text in texts {
            let scalars = text.unicodeScalars.map(\.value)
            for scalar in scalars + repeatElement(0, count: length - scalars.count) {
                bytes.append(number: scalar)
            }
        }
        return bytes
    }
}

extension NPYTextHeader {
    /// A text from its bytes, without the zeros behind it; what is no character becomes the sign for that.
    func text(_ bytes: ArraySlice<UInt8>) -> String {
        guard isUnicode else {
            let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
        var scalars = stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { at in
            let number = bytes[at..<at + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return isBigEndian ? number.byteSwapped : number
        }
        while scalars.last == 0 { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars.map { Unicode.Scalar($0) ?? "\u{FFFD}" }))
    }
}
