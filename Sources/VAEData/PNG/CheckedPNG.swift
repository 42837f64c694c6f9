import CZlib
import VAECore

/// The chunks of a PNG file, checked before any library sees them.
///
/// Source: PNG, third edition (https://www.w3.org/TR/png-3/), sections 5 and 11.
struct PNGChunks {
    let width: Int
    let height: Int
    /// The file with nothing but the chunks that make the picture: those of colour spaces, texts and the like are left out.
    let essence: [UInt8]

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let kept: Set<[UInt8]> = Set(
        ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].map { Array($0.utf8) })
    private static let advice = "Save the picture again as PNG."

    /// - Throws: `invalidData` when `bytes` are no PNG file, a chunk is cut off or its checksum is wrong, the picture is
    ///   larger than the limits, or could not be made of so few bytes.
    init(_ bytes: [UInt8], mostPixels: Int, path: String) throws(VAEError) {
        guard bytes.starts(with: Self.signature) else {
            throw VAEError(
                .invalidData, path, "is not a PNG file", expected: "\\x89PNG in its first bytes",
                advice: "Convert the picture to PNG.")
        }
        var essence = Self.signature
        var header: ArraySlice<UInt8>?
        var data = 0
        var at = Self.signature.count
        while true {
            // Length, type, content, checksum.
            guard bytes.count - at >= 12 else {
                throw VAEError(
                    .invalidData, path, "is cut off", expected: "a chunk at byte \(at)",
                    found: "the file's end",
                    advice: "Copy the file again.")
            }
            let (length, type) = (Self.number(bytes, at), Array(bytes[at + 4..<at + 8]))
            guard length <= bytes.count - at - 12 else {
                throw VAEError(
                    .invalidData, path, "is cut off in the chunk at byte \(at)",
                    expected: "\(length) bytes and a checksum", found: "\(bytes.count - at - 8) bytes",
                    advice: "Copy the file again.")
            }
            let content = bytes[at + 8..<at + 8 + length]
            let checksum = Self.checksum(bytes[at + 4..<at + 8 + length])
            guard checksum == UInt32(Self.number(bytes, at + 8 + length)) else {
                throw VAEError(
                    .invalidData, path, "is damaged: the checksum of the chunk at byte \(at) is wrong",
                    advice: "Copy the file again.")
            }
            guard (header == nil) == type.elementsEqual("IHDR".utf8) else {
                throw VAEError(
                    .invalidData, path, "has its header (IHDR) in another place than first, or twice",
                    advice: Self.advice)
            }
            if header == nil { header = content }
            if Self.kept.contains(type) { essence += bytes[at..<at + 12 + length] }
            if type.elementsEqual("IDAT".utf8) { data += length }
            at += 12 + length
            if type.elementsEqual("IEND".utf8) { break }
        }
        guard let header, header.count == 13 else {
            throw VAEError(.invalidData, path, "has a header (IHDR) of another length", advice: Self.advice)
        }
        (width, height) = (Self.number(bytes, header.startIndex), Self.number(bytes, header.startIndex + 4))
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
        guard unpacked / PayloadStream.largestExpansion <= data else {
            throw VAEError(
                .invalidData, path, "claims \(width)×\(height) pixels, which its data can't hold",
                expected: "at least \(unpacked / PayloadStream.largestExpansion) bytes of data",
                found: "\(data)", advice: "Copy the file again.")
        }
    }

    /// Four bytes, the highest first.
    private static func number(_ bytes: [UInt8], _ at: Int) -> Int {
        bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        UInt32(
            truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) })
    }
}
