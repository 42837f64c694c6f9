/// A piece of a PNG file: a name of four letters and its content.
///
/// Source: PNG, third edition (https://www.w3.org/TR/png-3/), section 5.
package struct PNGChunk {
    /// Compared by its bytes, whatever they are.
    package struct Name: Hashable, Sendable, ExpressibleByStringLiteral {
        /// Its four bytes, the first one highest.
        fileprivate let code: UInt32

        fileprivate init(_ code: Int) { self.code = UInt32(code) }
        package init(stringLiteral text: StaticString) {
            code = text.withUTF8Buffer { $0.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
        }
    }

    package let name: Name
    package let content: ArraySlice<UInt8>
    /// With its length, name and checksum, as it stands in the file.
    package let whole: ArraySlice<UInt8>

    /// The bytes that every file begins with.
    package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Adds a chunk to a file: its length, its name, its content and the checksum of both.
    package static func append(_ name: Name, _ content: [UInt8], to file: inout [UInt8]) {
        let body = bytes(name.code) + content
        file += bytes(UInt32(content.count))
        file += body
        file += bytes(Zlib.checksum(body[...]))
    }

    /// An integer with its most significant byte first.
    package static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// The integer of four bytes, the highest first, so many bytes behind the first.
    package static func number(_ bytes: ArraySlice<UInt8>, at offset: Int) -> Int {
        let start = bytes.startIndex + offset
        return bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}

/// The chunks of a PNG file in their order, each one whole and with a right checksum.
package struct PNGChunkReader {
    private let bytes: [UInt8]
    private let subject: String
    private var at = PNGChunk.signature.count
    private var hasEnded = false

    /// - Parameter subject: the file's path, or what it is, for errors
    /// - Throws: `invalidData` when the bytes do not begin as a PNG file does.
    package init(_ bytes: [UInt8], of subject: String) throws(VAEError) {
        guard bytes.starts(with: PNGChunk.signature) else {
            throw VAEError(
                .invalidData, subject, "is not a PNG file", expected: "\\x89PNG in its first bytes",
                advice: "Convert the picture to PNG.")
        }
        self.bytes = bytes
        self.subject = subject
    }

    /// The next chunk; nil after the one that ends the picture, whatever follows it.
    /// - Throws: `invalidData` when it is cut off or its checksum is wrong.
    package mutating func next() throws(VAEError) -> PNGChunk? {
        guard !hasEnded else { return nil }
        // Length, name, content, checksum.
        guard bytes.count - at >= 12 else {
            throw VAEError(
                .invalidData, subject, "is cut off", expected: "a chunk at byte \(at)",
                found: "the file's end", advice: "Copy the file again.")
        }
        let length = number(at: at)
        guard length <= bytes.count - at - 12 else {
            throw VAEError(
                .invalidData, subject, "is cut off in the chunk at byte \(at)",
                expected: "\(length) bytes and a checksum", found: "\(bytes.count - at - 8) bytes",
                advice: "Copy the file again.")
        }
        let end = at + 8 + length
        guard Zlib.checksum(bytes[at + 4..<end]) == UInt32(number(at: end)) else {
            throw VAEError(
                .invalidData, subject, "is damaged: the checksum of the chunk at byte \(at) is wrong",
                advice: "Copy the file again.")
        }
        let chunk = PNGChunk(
            name: PNGChunk.Name(number(at: at + 4)), content: bytes[at + 8..<end],
            whole: bytes[at..<end + 4])
        at = end + 4
        hasEnded = chunk.name == "IEND"
        return chunk
    }

    private func number(at offset: Int) -> Int { PNGChunk.number(bytes[...], at: offset) }
}
