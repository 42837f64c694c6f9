import VAECore

extension SafeTensors {
    /// Reads the file at `path`.
    ///
    /// - Parameter limit: refuses a file of more bytes; 4 GiB unless told, which keeps a wrong path from
    ///   filling the memory.
    /// - Throws: `missingInput` or `inputOutput` when it can't be read; else as `init(bytes:source:)`.
    package init(contentsOf path: String, limit: Int = 1 << 32) throws(VAEError) {
        try self.init(bytes: DurableFile.read(path, limit: limit), source: path)
    }

    /// Reads a whole file's bytes.
    ///
    /// The file is refused unless it is exactly what the format describes: every byte of the data belongs
    /// to exactly one tensor, each tensor has the size of its shape, and no name comes twice. Tensors share the
    /// memory of `bytes`; besides it, and metadata of its size at most, reading takes less than 64 MiB. For that,
    /// a file of more than 65,536 tensors, 4,096 entries of metadata or 64 dimensions of a tensor is refused,
    /// and so are names above 4,096 bytes, or above 256 in the metadata.
    ///
    /// - Parameter source: what errors name, such as the file's path.
    /// - Throws: `invalidData`, with the byte at which the file is wrong.
    package init(bytes: [UInt8], source: String) throws(VAEError) {
        func notFinite(_ problem: String, expected: String, found: String) -> VAEError {
            VAEError(
                .invalidData, source, "is not a sound safetensors file: \(problem)", expected: expected,
                found: found, advice: "Get the file again, or write it again.")
        }
        // The opening brace is the header's first byte.
        if bytes.count <= 8 || bytes[8] != UInt8(ascii: "{"), let kind = FileKind.name(of: bytes) {
            throw VAEError(
                .invalidData, source, "is not a safetensors file",
                expected: "a .safetensors file of vae-train",
                found: kind, advice: "Check the path; models of other programs are not read.")
        }
        guard bytes.count >= 8 else {
            throw notFinite("it is too short", expected: "8 bytes or more", found: "\(bytes.count)")
        }
        let size = bytes[..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        guard size <= Self.largestHeader else {
            throw notFinite(
                "its header is too long (bytes 0 to 7)", expected: "at most \(Self.largestHeader) bytes",
                found: "\(size)")
        }
        let start = 8 + Int(size)
        guard start <= bytes.count else {
            throw notFinite(
                "it ends within its header", expected: "\(size) bytes from byte 8",
                found: "\(bytes.count - 8)")
        }

        var scanner = HeaderScanner(bytes[8..<start], source: source)
        let header = try Header(&scanner)
        var end = 0
        for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            let name = "tensor \(quoted(entry.name)) (described at byte \(entry.position))"
            guard entry.begin == end else {
                throw notFinite(
                    "\(name) \(entry.begin < end ? "overlaps another one" : "leaves a hole before it")",
                    expected: "data from \(end)", found: "from \(entry.begin)")
            }
            guard entry.end >= entry.begin else {
                throw notFinite(
                    "\(name) ends before it begins", expected: "\(entry.begin) or more", found: "\(entry.end)"
                )
            }
            guard let count = entry.dataType.byteCount(of: entry.shape) else {
                throw notFinite(
                    "\(name) has an impossible shape", expected: "sizes that make whole bytes",
                    found: "\(entry.shape.prefix(16)) of \(entry.dataType.rawValue)")
            }
            guard count == entry.end - entry.begin else {
                throw notFinite(
                    "\(name) does not have the size of its shape",
                    expected: "\(count) bytes for \(entry.shape.prefix(16)) of \(entry.dataType.rawValue)",
                    found: "\(entry.end - entry.begin)")
            }
            guard entry.end <= bytes.count - start else {
                throw notFinite(
                    "it ends within \(name)", expected: "\(entry.end) bytes of data from byte \(start)",
                    found: "\(bytes.count - start)")
            }
            end = entry.end
        }
        guard end == bytes.count - start else {
            throw notFinite(
                "bytes follow the last tensor, from byte \(start + end)", expected: "\(start + end) bytes",
                found: "\(bytes.count)")
        }
        try self.init(
            header.entries.map {
                Tensor(unchecked: $0.name, $0.dataType, $0.shape, bytes[start + $0.begin..<start + $0.end])
            },
            metadata: header.metadata)
    }
}

/// The content of the header, before it is compared with the data.
private struct Header {
    struct Entry {
        let name: String
        /// The position of the name in the file, in bytes.
        let position: Int
        let dataType: SafeTensors.DataType
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    private(set) var metadata: [String: String] = [:]
    private(set) var entries: [Entry] = []

    init(_ scanner: inout HeaderScanner) throws(VAEError) {
        // The format wants the brace first, without spaces before it.
        guard scanner.isNext("{") else { throw scanner.error(expected: "'{'") }
        var names: Set<ExactName> = []
        try scanner.list("{", "}") { (scanner) throws(VAEError) in
            let (name, position) = try scanner.name(unlike: &names, atMost: SafeTensors.longestName)
            if name.utf8.elementsEqual(SafeTensors.metadataName.utf8) {
                metadata = try Self.metadata(&scanner)
            } else {
                guard entries.count < SafeTensors.mostTensors else {
                    throw scanner.error(
                        at: position, expected: "at most \(SafeTensors.mostTensors) tensors", found: "more")
                }
                entries.append(try Self.entry(name, position, &scanner))
            }
        }
        try scanner.expectEnd()
    }

    private static func metadata(_ scanner: inout HeaderScanner) throws(VAEError) -> [String: String] {
        var names: Set<ExactName> = []
        var metadata: [String: String] = [:]
        try scanner.list("{", "}") { (scanner) throws(VAEError) in
            let (name, position) = try scanner.name(unlike: &names, atMost: SafeTensors.longestKey)
            guard names.count <= SafeTensors.mostMetadata else {
                throw scanner.error(
                    at: position, expected: "at most \(SafeTensors.mostMetadata) entries", found: "more")
            }
            // A dictionary takes names that differ only in how Unicode composes their letters for the same.
            guard metadata.updateValue(try scanner.string(), forKey: name) == nil else {
                throw scanner.error(
                    at: position, expected: "each name once", found: "\(quoted(name)) composed otherwise")
            }
        }
        return metadata
    }

    private static func entry(
        _ name: String, _ position: Int, _ scanner: inout HeaderScanner
    ) throws(VAEError) -> Entry {
        var fields: Set<ExactName> = []
        var dataType: SafeTensors.DataType?
        var shape: [Int]?
        var offsets: [Int] = []
        try scanner.list("{", "}") { (scanner) throws(VAEError) in
            let (field, place) = try scanner.name(unlike: &fields, atMost: SafeTensors.longestKey)
            switch field {
            case "dtype":
                let place = scanner.position
                let type = try scanner.string(atMost: SafeTensors.longestKey)
                dataType = SafeTensors.DataType(rawValue: type)
                guard dataType != nil else {
                    throw scanner.error(at: place, expected: "a type such as F32", found: quoted(type))
                }
            case "shape": shape = try scanner.integers()
            case "data_offsets":
                let place = scanner.position
                offsets = try scanner.integers()
                guard offsets.count == 2 else {
                    throw scanner.error(
                        at: place, expected: "two offsets, begin and end", found: "\(offsets.count)")
                }
            default:
                throw scanner.error(
                    at: place, expected: "dtype, shape or data_offsets", found: quoted(field))
            }
        }
        guard let dataType, let shape, offsets.count == 2 else {
            throw scanner.error(
                at: position, expected: "dtype, shape and data_offsets for tensor \(quoted(name))",
                found: fields.isEmpty
                    ? "none of them" : "only \(fields.map(\.text).sorted().joined(separator: ", "))")
        }
        return Entry(
            name: name, position: position, dataType: dataType, shape: shape, begin: offsets[0],
            end: offsets[1])
    }
}

extension HeaderScanner {
    /// A name that has not come before, and the colon after it; also where it is.
    fileprivate mutating func name(
        unlike others: inout Set<ExactName>, atMost limit: Int
    ) throws(VAEError) -> (name: String, position: Int) {
        skipSpaces()
        let position = position
        let name = try string(atMost: limit)
        guard others.insert(ExactName(name)).inserted else {
            throw error(at: position, expected: "each name once", found: "\(quoted(name)) again")
        }
        try expect(":")
        return (name, position)
    }

    fileprivate mutating func integers() throws(VAEError) -> [Int] {
        var numbers: [Int] = []
        try list("[", "]") { (scanner) throws(VAEError) in
            guard numbers.count < SafeTensors.mostDimensions else {
                throw scanner.error(expected: "at most \(SafeTensors.mostDimensions) sizes", found: "more")
            }
            numbers.append(try scanner.integer())
        }
        return numbers
    }
}
