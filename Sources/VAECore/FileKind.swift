/// The kind of a file by its first bytes, for errors about a file of the wrong kind.
package enum FileKind {
    /// The kind of a file of words or numbers.
    package static let text = "text"

    /// The number of first bytes that a file's kind is told by.
    package static let needed = 512

    /// The kind in a few words, such as "a PNG picture"; nil for one that is not known.
    /// - Parameter start: the file's first bytes, all of it or `needed` of them
    package static func name(of start: some Collection<UInt8>) -> String? {
        let start = Array(start.prefix(needed))
        if start.isEmpty { return "an empty file" }
        if start.count > 8, start[8] == UInt8(ascii: "{"), start[7] == 0 { return "a safetensors file" }
        if let name = picture(of: start) { return name }
        for (bytes, name) in signatures where start.starts(with: bytes) { return name }
        if start.count >= 4, start[0] == 0x80, (2...5).contains(start[1]) {
            return "a Python pickle, as older .pt and .pkl files are"
        }
        if start.count >= 4, start[0...1] == [0, 0], (8...14).contains(start[2]), (1...4).contains(start[3]) {
            return "an IDX file"
        }
        if start.count > 262, start[257..<262].elementsEqual("ustar".utf8) { return "a tar archive" }
        guard isText(start) else { return nil }
        switch start.first(where: { $0 > 0x20 }) {
        case UInt8(ascii: "{"): return "JSON"
        case UInt8(ascii: "<"): return "a web page or XML"
        default: return text
        }
    }

    /// Whether it is typed text: UTF-8 without control characters but tabs and ends of lines. The last character may be cut off.
    private static func isText(_ start: [UInt8]) -> Bool {
        let isTyped = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
        let cut = start.count < needed ? 0...0 : 0...3
        return isTyped && cut.contains { String(validating: start.dropLast($0), as: UTF8.self) != nil }
    }

    private static let signatures: [([UInt8], String)] = [
        (Array("PK\u{3}\u{4}".utf8), "a ZIP archive, as .pt files of PyTorch, .keras and .npz files are"),
        ([0x89] + Array("HDF".utf8), "an HDF5 file, as .h5 files of Keras are"),
        ([0x93] + Array("NUMPY".utf8), "an NPY array"), (Array("%PDF".utf8), "a PDF document"),
        (Array("RIFF".utf8), "a sound or a film"),
        ([0x1F, 0x8B], "a gzip file"), (Array("BZh".utf8), "a bzip2 file"),
        ([0xFD] + Array("7zXZ".utf8), "an xz file"), ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file"),
        (Array("GGUF".utf8), "a GGUF model"), ([0x7F] + Array("ELF".utf8), "a program"),
    ]
}
