import VAECore

/// The content of an NPY file's header.
struct NPYHeader: Equatable {
    let type: NumericType
    /// Whether the highest byte of a number comes first.
    let isBigEndian: Bool
    /// Whether the first dimension is innermost.
    let isFortranOrder: Bool
    let shape: [Int]
}

/// The content of the header of an NPY file of texts.
struct NPYTextHeader: Equatable {
    /// Whether a character has four bytes, as Python's strings, and not one.
    let isUnicode: Bool
    /// Whether the highest byte of a character comes first.
    let isBigEndian: Bool
    /// The characters of each text, zeros behind shorter ones.
    let length: Int
    let shape: [Int]
}

/// Reads the Python dictionary that an NPY file's header is, and nothing else of Python.
///
/// The keys may come in any order, as the format demands of readers; strings in either kind of quotes, without
/// escapes; blanks anywhere between.
struct NPYHeaderScanner {
    private let bytes: ArraySlice<UInt8>
    private var at: Int
    private let path: String

    private init(_ bytes: ArraySlice<UInt8>, _ path: String) {
        self.bytes = bytes
        self.path = path
        at = bytes.startIndex
    }

    /// - Throws: `invalidData` when it is no such dictionary, or describes an array of another kind.
    static func scan(_ bytes: ArraySlice<UInt8>, path: String) throws(VAEError) -> NPYHeader {
        var scanner = NPYHeaderScanner(bytes, path)
        let (description, order, shape) = try scanner.dictionary()
        let (type, isBigEndian) = try scanner.type(description)
        return NPYHeader(type: type, isBigEndian: isBigEndian, isFortranOrder: order, shape: shape)
    }

    /// The header of an array of texts; nil for another array.
    /// - Throws: `invalidData` when it is no such dictionary.
    static func scanTexts(_ bytes: ArraySlice<UInt8>, path: String) throws(VAEError) -> NPYTextHeader? {
        var scanner = NPYHeaderScanner(bytes, path)
        let (description, _, shape) = try scanner.dictionary()
        var code = description[...]
        let isBigEndian = code.first == ">"
        if let order = code.first, "<>=|".contains(order) { code.removeFirst() }
        guard let letter = code.popFirst(), "US".contains(letter), let length = Int(code), length >= 0
        else { return nil }
        return NPYTextHeader(
            isUnicode: letter == "U", isBigEndian: isBigEndian, length: length, shape: shape)
    }

    private mutating func dictionary() throws(VAEError) -> (String, isFortranOrder: Bool, shape: [Int]) {
        var description: String?
        var order: Bool?
        var shape: [Int]?
        try demand("{", "a dictionary")
        while !take("}") {
            let key = try string()
            try demand(":", "a colon")
            switch key {
            case "descr" where description == nil: description = try self.description()
            case "fortran_order" where order == nil: order = try boolean()
            case "shape" where shape == nil: shape = try tuple()
            default: throw damaged("each of 'descr', 'fortran_order' and 'shape' once")
            }
            if !take(",") {
                try demand("}", "a comma or the dictionary's end")
                break
            }
        }
        skipBlanks()
        guard at == bytes.endIndex else { throw damaged("nothing behind the dictionary") }
        guard let description, let order, let shape else {
            throw damaged("'descr', 'fortran_order' and 'shape'")
        }
        return (description, order, shape)
    }

    /// The type of the numbers, where it is a plain one.
    private mutating func description() throws(VAEError) -> String {
        skipBlanks()
        guard peek != UInt8(ascii: "[") else {
            throw VAEError(
                .invalidData, path, "holds records of several fields", expected: NumericType.list,
                advice: "Save one field of the array.")
        }
        return try string()
    }

    private func type(_ description: String) throws(VAEError) -> (NumericType, isBigEndian: Bool) {
        var code = description[...]
        let order = code.first.flatMap { "<>=|".contains($0) ? $0 : nil }
        if order != nil { code.removeFirst() }
        if let type = NumericType.allCases.first(where: { code.elementsEqual($0.code) }) {
            return (type, order == ">" && type.size > 1)
        }
        guard code.first != "O" else {
            throw VAEError(
                .invalidData, path, "is an array of Python objects (dtype object), which is not read",
                expected: NumericType.list,
                advice: "Convert it in Python: np.save(path, np.stack(array).astype('<f4')).")
        }
        let name = code.first.flatMap { Self.names[$0] }
        throw VAEError(
            .invalidData, path, "holds \(name ?? "values of another type")",
            expected: NumericType.list, found: "'\(description)'",
            advice: "Convert it in Python: np.save(path, array.astype('<f4')).")
    }

    /// The types of NumPy that are not read, by their letters.
    private static let names: [Character: String] = [
        "c": "complex numbers", "U": "text", "S": "text", "a": "text", "V": "raw bytes", "M": "dates",
        "m": "spans of time",
    ]

    /// A string of at most 64 printable ASCII characters.
    private mutating func string() throws(VAEError) -> String {
        skipBlanks()
        guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw damaged("a string")
        }
        at += 1
        let start = at
        while let byte = peek, byte != quote {
            guard (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\"), at - start < 64 else {
                throw damaged("a short string without escapes")
            }
            at += 1
        }
        guard at < bytes.endIndex else { throw damaged("the string's end") }
        defer { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func boolean() throws(VAEError) -> Bool {
        skipBlanks()
        for (text, value) in [("True", true), ("False", false)] where bytes[at...].starts(with: text.utf8) {
            at += text.utf8.count
            return value
        }
        throw damaged("True or False")
    }

    private mutating func tuple() throws(VAEError) -> [Int] {
        try demand("(", "a tuple of sizes")
        var sizes: [Int] = []
        var hasComma = false
        while !take(")") {
            guard sizes.isEmpty || hasComma else { throw damaged("a comma between sizes") }
            guard sizes.count < NPY.mostDimensions else {
                throw damaged("at most \(NPY.mostDimensions) dimensions")
            }
            sizes.append(try size())
            hasComma = take(",")
        }
        // (3) is a number in Python, not a tuple.
        guard sizes.count != 1 || hasComma else { throw damaged("a tuple of sizes") }
        return sizes
    }

    private mutating func size() throws(VAEError) -> Int {
        skipBlanks()
        let start = at
        var value = 0
        while let byte = peek, (0x30...0x39).contains(byte) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(byte - 0x30))
            guard !overflow, !carry else { throw damaged("sizes that fit 64 bits") }
            value = sum
            at += 1
        }
        guard at > start else { throw damaged("a size") }
        guard at == start + 1 || bytes[start] != UInt8(ascii: "0") else {
            at = start
            throw damaged("a size without zeros before it")
        }
        // Python 2 wrote long integers with an L.
        if peek == UInt8(ascii: "L") { at += 1 }
        return value
    }

    private var peek: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard peek == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func demand(_ character: Unicode.Scalar, _ what: String) throws(VAEError) {
        guard take(character) else { throw damaged(what) }
    }

    private func damaged(_ expected: String) -> VAEError {
        let rest = bytes[at...].prefix(24)
        return VAEError(
            .invalidData, path, "has a header that can't be read", expected: expected,
            found: rest.isEmpty
                ? "the header's end"
                : "\"\(String(decoding: rest, as: UTF8.self))\" at byte \(at - bytes.startIndex) of it",
            advice: "Save the array again with numpy.save.")
    }
}
