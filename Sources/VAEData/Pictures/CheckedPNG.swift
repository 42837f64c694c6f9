import VAECore

/// A PNG file that was checked before any library sees it: its chunks, and what they claim.
///
/// Source: PNG, third edition (https://www.w3.org/TR/png-3/), section 11.
struct CheckedPNG {
    /// The kinds of pixels by their number in the header.
    enum Colour: UInt8 {
        case grey = 0
        case rgb = 2
        case palette = 3
        case greyAndAlpha = 4
        case rgbAndAlpha = 6

        fileprivate var samples: Int {
            switch self {
            case .grey, .palette: 1
            case .greyAndAlpha: 2
            case .rgb: 3
            case .rgbAndAlpha: 4
            }
        }
        fileprivate var depths: Set<Int> {
            switch self {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            default: [8, 16]
            }
        }
    }

    let width: Int
    let height: Int
    /// Bits a sample: 1, 2, 4, 8 or 16.
    let depth: Int
    let colour: Colour
    /// Whether a colour, or colours of the palette, are transparent (tRNS).
    let hasTransparency: Bool
    /// How the picture has to be turned (eXIf).
    let orientation: Orientation
    /// The file with nothing but the chunks that make the picture: those of colour spaces, texts and the like are left out.
    let essence: [UInt8]

    private static let kept: Set<PNGChunk.Name> = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]
    private static let advice = "Save the picture again as PNG."

    /// - Throws: `invalidData` when `bytes` are no PNG file, a chunk is cut off or its checksum is wrong, the picture is
    ///   larger than the limits, or could not be made of so few bytes.
    init(_ bytes: [UInt8], limits: PictureLimits, path: String) throws(VAEError) {
        var chunks = try PNGChunkReader(bytes, of: path)
        var essence = PNGChunk.signature
        essence.reserveCapacity(bytes.count)
        var header: ArraySlice<UInt8>?
        var data = 0
        var hasTransparency = false
        var orientation = Orientation.upright
        while let chunk = try chunks.next() {
            guard (header == nil) == (chunk.name == "IHDR") else {
                throw VAEError(
                    .invalidData, path, "has its header (IHDR) in another place than first, or twice",
                    advice: Self.advice)
            }
            if header == nil { header = chunk.content }
            if Self.kept.contains(chunk.name) { essence += chunk.whole }
            if chunk.name == "IDAT" { data += chunk.content.count }
            if chunk.name == "tRNS" { hasTransparency = true }
            if chunk.name == "eXIf" { orientation = Orientation(tiff: chunk.content) }
        }
        guard let header, header.count == 13 else {
            throw VAEError(.invalidData, path, "has a header (IHDR) of another length", advice: Self.advice)
        }
        (width, height) = (PNGChunk.number(header, at: 0), PNGChunk.number(header, at: 4))
        try limits.check(width, height, path: path)
        depth = Int(header[header.startIndex + 8])
        let number = header[header.startIndex + 9]
        guard let colour = Colour(rawValue: number), colour.depths.contains(depth) else {
            throw VAEError(
                .invalidData, path, "has a kind of pixels that PNG does not have",
                found: "colour type \(number) of \(depth) bits", advice: Self.advice)
        }
        // Interlaced pictures have more filter bytes, never fewer.
        let unpacked = height * (1 + (width * colour.samples * depth + 7) / 8)
        try PictureLimits.check(
            width, height, least: unpacked / Zlib.largestExpansion, data: data, path: path)
        self.colour = colour
        self.hasTransparency = hasTransparency
        self.orientation = orientation
        self.essence = essence
    }
}
