import CZlib
import VAECore

/// The chunks of a PNG file, as far as an animation needs them.
struct PNGChunks {
    /// IHDR, 13 bytes.
    let header: [UInt8]
    /// What lies between header and pixels, in its order.
    let ancillary: [(type: String, data: [UInt8])]
    /// All IDAT chunks' bytes, one zlib stream.
    let pixels: [UInt8]

    var palette: [UInt8]? { ancillary.first { $0.type == "PLTE" }?.data }

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// - Throws: `invalidData` for bytes that are no whole PNG file.
    init(_ file: [UInt8]) throws(VAEError) {
        func damaged(_ what: String) -> VAEError {
            VAEError(.invalidData, "PNG file", "is damaged", expected: "its chunks", found: what)
        }
        guard file.starts(with: Self.signature) else { throw damaged("no signature") }
        var at = Self.signature.count
        var (header, ancillary, pixels) = ([UInt8](), [(String, [UInt8])](), [UInt8]())
        while true {
            guard file.count - at >= 12 else { throw damaged("an end in the middle of a chunk") }
            let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= file.count - at - 12 else { throw damaged("an end in the middle of a chunk") }
            let body = Array(file[at + 4..<at + 8 + length])
            let sum = file[at + 8 + length..<at + 12 + length].reduce(0) { $0 << 8 | UInt($1) }
            guard crc32(0, body, UInt32(body.count)) == sum else { throw damaged("a wrong checksum") }
            let (type, data) = (String(decoding: body[..<4], as: UTF8.self), Array(body[4...]))
            at += 12 + length
            switch type {
            case "IHDR": header = data
            case "IDAT": pixels += data
            case "IEND":
                guard header.count == 13, !pixels.isEmpty else { throw damaged("no header or no pixels") }
                self.header = header
                self.ancillary = ancillary
                self.pixels = pixels
                return
            default:
                // Texts and times that follow the pixels are of no use to an animation.
                if pixels.isEmpty { ancillary.append((type, data)) }
            }
        }
    }

    /// Adds a chunk to a file: its length, its type, its data and their checksum.
    static func append(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
        let body = Array(type.utf8) + data
        file += bytes(UInt32(data.count))
        file += body
        file += bytes(UInt32(crc32(0, body, UInt32(body.count))))
    }

    /// An integer with its most significant byte first.
    static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}

/// The zlib format.
enum Deflate {
    static func compress(_ bytes: [UInt8]) throws(VAEError) -> [UInt8] {
        var length = compressBound(UInt(bytes.count))
        var result = [UInt8](repeating: 0, count: Int(length))
        guard compress2(&result, &length, bytes, UInt(bytes.count), 6) == Z_OK else {
            throw VAEError(.unavailable, "memory", "is short, a picture can't be compressed")
        }
        return Array(result[..<Int(length)])
    }
}
