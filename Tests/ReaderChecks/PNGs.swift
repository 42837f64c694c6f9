import CZlib

/// PNG files, made and mended.
package enum PNGs {
    package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A file of one picture.
    /// - Parameters:
    ///   - depth: bits a sample.
    ///   - colour: PNG's number: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
    ///   - rows: what is compressed: each row behind its filter's number.
    ///   - others: chunks between the header and the data.
    package static func file(
        width: Int, height: Int, depth: UInt8 = 8, colour: UInt8 = 0, interlaced: Bool = false, rows: [UInt8],
        others: [UInt8] = []
    ) -> [UInt8] {
        let header = bigEndian(width) + bigEndian(height) + [depth, colour, 0, 0, interlaced ? 1 : 0]
        return signature + chunk("IHDR", header) + others + chunk("IDAT", deflated(rows)) + chunk("IEND", [])
    }

    package static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        return bigEndian(content.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
    }

    /// The file with the right checksum in every chunk, as far as it has chunks.
    static func mended(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: signature) else { return nil }
        var result = bytes
        var at = signature.count
        while bytes.count - at >= 12 {
            let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - at - 12 else { break }
            let body = Array(bytes[at + 4..<at + 8 + length])
            result.replaceSubrange(
                at + 8 + length..<at + 12 + length, with: bigEndian(Int(crc32(0, body, UInt32(body.count)))))
            at += 12 + length
        }
        return result
    }

    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var count = compressBound(UInt(bytes.count))
        var result = [UInt8](repeating: 0, count: Int(count))
        precondition(compress2(&result, &count, bytes, UInt(bytes.count), 9) == Z_OK)
        return Array(result[..<Int(count)])
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
