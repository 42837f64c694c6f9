import VAECore

/// A PNG file that was checked before any library sees it: its chunks, and what they claim.
///
/// Source: PNG, third edition (https://www.w3.org/TR/png-3/), section 11.
struct CheckedPNG {
    let width: Int
    let height: Int
    /// The file with nothing but the chunks that make the picture: those of colour spaces, texts and the like are left out.
    let essence: [UInt8]

    private static let kept: Set<PNGChunk.Name> = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]
    private static let advice = "Save the picture again as PNG."

    /// - Throws: `invalidData` when `bytes` are no PNG file, a chunk is cut off or its checksum is wrong, the picture is
    ///   larger than the limits, or could not be made of so few bytes.
    init(_ bytes: [UInt8], mostPixels: Int, path: String) throws(VAEError) {
        var chunks = try PNGChunkReader(bytes, of: path)
        var essence = PNGChunk.signature
        var header: ArraySlice<UInt8>?
        var data = 0
        while let chunk = try chunks.next() {
            guard (header == nil) == (chunk.name == "IHDR") else {
                throw VAEError(
                    .invalidData, path, "has its header (IHDR) in another place than first, or twice",
                    advice: Self.advice)
            }
            if header == nil { header = chunk.content }
            if Self.kept.contains(chunk.name) { essence += chunk.whole }
            if chunk.name == "IDAT" { data += chunk.content.count }
        }
        guard let header, header.count == 13 else {
            throw VAEError(.invalidData, path, "has a header (IHDR) of another length", advice: Self.advice)
        }
        (width, height) = (PNGChunk.number(header, at: 0), PNGChunk.number(header, at: 4))
        let (depth, colour) = (Int(header[header.startIndex + 8]), header[header.startIndex + 9])
        try Self.check(
            width, height, mostPixels: mostPixels, depth: depth, colour: colour, data: data, path)
        self.essence = essence
    }

    private static func check(
        _ width: Int, _ height: Int, mostPixels: Int, depth: Int, colour: UInt8, data: Int, _ path: String
    ) throws(VAEError) {
        let sides = 1...PNG.longestSide
        guard sides.contains(width), sides.contains(height), width * height <= mostPixels else {
            throw VAEError(
                .invalidData, path, "is too large a picture, or empty",
                expected: "sides of 1 to \(PNG.longestSide) pixels, at most \(mostPixels) in all",
                found: "\(width)×\(height)", advice: "Make it smaller; a model's images are small.")
        }
        // Samples a pixel by colour type: grey, RGB, palette, grey and alpha, RGB and alpha.
        let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour]
        guard let samples, [1, 2, 4, 8, 16].contains(depth) else {
            throw VAEError(
                .invalidData, path, "has a kind of pixels that PNG does not have",
                found: "colour type \(colour) of \(depth) bits", advice: advice)
        }
        // Interlaced pictures have more filter bytes, never fewer.
        let unpacked = height * (1 + (width * samples * depth + 7) / 8)
        guard unpacked / Zlib.largestExpansion <= data else {
            throw VAEError(
                .invalidData, path, "claims \(width)×\(height) pixels, which its data can't hold",
                expected: "at least \(unpacked / Zlib.largestExpansion) bytes of data",
                found: "\(data)", advice: "Copy the file again.")
        }
    }
}
