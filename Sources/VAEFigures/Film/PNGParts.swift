import VAECore

/// The parts of a PNG file that an animation needs.
struct PNGParts {
    /// IHDR, 13 bytes.
    let header: [UInt8]
    /// The chunks between header and pixels, in their order.
    let ancillary: [(name: PNGChunk.Name, data: [UInt8])]
    /// All IDAT chunks' bytes, one zlib stream.
    let pixels: [UInt8]

    var palette: [UInt8]? { ancillary.first { $0.name == "PLTE" }?.data }

    /// - Throws: `invalidData` for bytes that are no whole PNG file.
    init(_ file: [UInt8]) throws(VAEError) {
        var chunks = try PNGChunkReader(file, of: "PNG file")
        var (header, ancillary, pixels) = ([UInt8](), [(PNGChunk.Name, [UInt8])](), [UInt8]())
        while let chunk = try chunks.next() {
            switch chunk.name {
            case "IHDR": header = Array(chunk.content)
            case "IDAT": pixels += chunk.content
            case "IEND": break
            default:
                // Texts and times that follow the pixels are of no use to an animation.
                if pixels.isEmpty { ancillary.append((chunk.name, Array(chunk.content))) }
            }
        }
        guard header.count == 13, !pixels.isEmpty else {
            throw VAEError(
                .invalidData, "PNG file", "is damaged", expected: "its chunks",
                found: "no header or no pixels")
        }
        (self.header, self.ancillary, self.pixels) = (header, ancillary, pixels)
    }
}
