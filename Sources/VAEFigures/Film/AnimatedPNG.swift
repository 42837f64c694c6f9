import VAECore

/// Joins PNG files of one size and kind into an animated one: the control and data chunks of "PNG Specification (Third
/// Edition)" (W3C 2025), sections 11.3.3 and 4.9, around pixels that stay as each file compressed them.
package enum AnimatedPNG {
    /// One picture of the animation.
    package struct Frame: Sendable {
        package let png: [UInt8]
        /// The time for which it is shown, in milliseconds, 0 to 65,535.
        package let milliseconds: Int

        package init(png: [UInt8], milliseconds: Int) {
            self.png = png
            self.milliseconds = milliseconds
        }
    }

    /// The animated file, which plays for ever.
    /// - Parameters:
    ///   - poster: what programs show that do not play animations; not a part of the animation. nil shows them its
    ///     first frame.
    /// - Throws: `invalidArgument` without frames or with a duration out of range; `invalidData` when a file is no
    ///   PNG, or they differ in size or kind.
    package static func encode(_ frames: [Frame], poster: [UInt8]? = nil) throws(VAEError) -> [UInt8] {
        guard let first = frames.first else {
            throw VAEError(.invalidArgument, "frames of an animation", "are none", expected: "at least one")
        }
        for frame in frames where !(0...65_535).contains(frame.milliseconds) {
            throw VAEError(
                .invalidArgument, "frame of an animation", "has a duration out of range",
                expected: "0 to 65535 milliseconds", found: "\(frame.milliseconds)")
        }
        let head = try PNGParts(poster ?? first.png)
        var file = PNGChunk.signature
        PNGChunk.append("IHDR", head.header, to: &file)
        PNGChunk.append(
            "acTL", PNGChunk.bytes(UInt32(frames.count)) + PNGChunk.bytes(UInt32(0)), to: &file)
        // Colours, gamma and the like stand before the pixels, as in the first file; all frames share them.
        for (name, data) in head.ancillary { PNGChunk.append(name, data, to: &file) }
        if poster != nil { PNGChunk.append("IDAT", head.pixels, to: &file) }
        var sequence: UInt32 = 0
        for (index, frame) in frames.enumerated() {
            let chunks = try PNGParts(frame.png)
            guard chunks.header == head.header, chunks.palette == head.palette else {
                throw VAEError(
                    .invalidData, "frame \(index + 1) of an animation",
                    "differs in size or kind from the first",
                    expected: describe(head.header), found: describe(chunks.header))
            }
            // Size as in the header, no offset, a duration in thousandths, drawn over whatever was there.
            PNGChunk.append(
                "fcTL",
                PNGChunk.bytes(sequence) + Array(head.header[..<8]) + PNGChunk.bytes(UInt32(0))
                    + PNGChunk.bytes(UInt32(0))
                    + PNGChunk.bytes(UInt16(frame.milliseconds)) + PNGChunk.bytes(UInt16(1000)) + [0, 0],
                to: &file)
            sequence += 1
            if index == 0, poster == nil {
                PNGChunk.append("IDAT", chunks.pixels, to: &file)
            } else {
                PNGChunk.append("fdAT", PNGChunk.bytes(sequence) + chunks.pixels, to: &file)
                sequence += 1
            }
        }
        PNGChunk.append("IEND", [], to: &file)
        return file
    }

    private static func describe(_ header: [UInt8]) -> String {
        func number(_ at: Int) -> Int { PNGChunk.number(header[...], at: at) }
        return "\(number(0))×\(number(4)) pixels, depth \(header[8]), colour type \(header[9])"
    }
}
