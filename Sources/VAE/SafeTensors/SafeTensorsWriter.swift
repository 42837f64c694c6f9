import VAECore

extension SafeTensors {
    /// Writes the file at `path`, whole or not at all (see `DurableFile.write`).
    /// - Throws: what `serialized` and `DurableFile.write` throw.
    package func write(to path: String) throws(VAEError) {
        try DurableFile.write(serialized(), to: path)
    }

    /// The bytes of a file with this content: always the same for the same content.
    ///
    /// They are the bytes that the Python library writes, too, but for metadata of several entries, whose
    /// order Python leaves to chance; here they are sorted.
    ///
    /// - Parameter limit: the longest header, in bytes; the format's is 100,000,000
    /// - Throws: `invalidArgument` when names and metadata make a header above the limit.
    package func serialized(headerLimit limit: Int = largestHeader) throws(VAEError) -> [UInt8] {
        var header: [UInt8] = Array("{".utf8)
        func startEntry(_ name: String) {
            if header.count > 1 { header.append(0x2C) }
            header.appendJSON(name)
            header.append(0x3A)
        }
        if !metadata.isEmpty {
            startEntry(Self.metadataName)
            var separator: UInt8 = 0x7B
            for (key, value) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                header.append(separator)
                header.appendJSON(key)
                header.append(0x3A)
                header.appendJSON(value)
                separator = 0x2C
            }
            header.append(0x7D)
        }
        var offset = 0
        for tensor in tensors {
            startEntry(tensor.name)
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.storage.count
            header += #"{"dtype":"\#(tensor.dataType.rawValue)","shape":[\#(shape)],"#.utf8
            header += #""data_offsets":[\#(offset),\#(end)]}"#.utf8
            offset = end
        }
        header.append(0x7D)
        // The data then starts at a multiple of 8, which suits every type.
        while !header.count.isMultiple(of: 8) { header.append(0x20) }
        guard header.count <= limit else {
            throw VAEError(
                .invalidArgument, "safetensors header", "is too long",
                expected: "at most \(limit) bytes", found: "\(header.count)",
                advice: "Use shorter names or less metadata.")
        }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + offset)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: header.count >> shift))
        }
        bytes += header
        for tensor in tensors { bytes += tensor.storage }
        return bytes
    }
}

extension [UInt8] {
    /// Adds `text` as a JSON string, with the escapes that the reference writer (serde_json) uses.
    fileprivate mutating func appendJSON(_ text: String) {
        append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22: self += [0x5C, 0x22]
            case 0x5C: self += [0x5C, 0x5C]
            case 0x08: self += [0x5C, 0x62]
            case 0x09: self += [0x5C, 0x74]
            case 0x0A: self += [0x5C, 0x6E]
            case 0x0C: self += [0x5C, 0x66]
            case 0x0D: self += [0x5C, 0x72]
            case 0..<0x20:
                self += (byte < 0x10 ? "\\u000" : "\\u00").utf8
                self += String(byte, radix: 16).utf8
            default: append(byte)
            }
        }
        append(0x22)
    }
}
