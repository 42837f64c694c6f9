import VAECore

/// What the segments of a JPEG file say before its first scan.
///
/// Source: ITU-T T.81, annex B; EXIF 2.32.
struct JPEGHeader {
    let width: Int
    let height: Int
    /// 1 grey, 3 colours, 4 inks.
    let components: Int
    /// Whether restart markers divide the scans.
    let hasRestarts: Bool
    let orientation: Orientation
    /// The place of the first scan's spectral selection, where it says something that a sequential picture can't mean.
    let misstatedSelection: Int?

    private static let advice = "Save the picture again as JPEG."

    /// - Throws: `invalidData` when the segments are cut off or out of order, the picture is of a kind that is not read,
    ///   larger than the limits, or could not be made of so few bytes.
    init(_ bytes: [UInt8], limits: PictureLimits, path: String) throws(VAEError) {
        var frame: Frame?
        var hasRestarts = false
        var orientation: Orientation?
        var segments = Segments(bytes, path: path)
        while true {
            let (marker, content) = try segments.next()
            switch marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard frame == nil else {
                    throw VAEError(.invalidData, path, "has two frames", advice: Self.advice)
                }
                frame = try Frame(marker, content, limits: limits, path: path)
            case 0xDD where content.count >= 2:
                hasRestarts = content.prefix(2).contains { $0 != 0 }
            case 0xE1 where content.starts(with: Array("Exif\0\0".utf8)) && orientation == nil:
                orientation = Orientation(tiff: content.dropFirst(6))
            case 0xDA:
                guard let frame else {
                    throw VAEError(.invalidData, path, "has a scan before its frame", advice: Self.advice)
                }
                try PictureLimits.check(
                    frame.width, frame.height, least: frame.leastBytes, data: bytes.count - content.endIndex,
                    path: path)
                (width, height, components) = (frame.width, frame.height, frame.components)
                self.hasRestarts = hasRestarts
                self.orientation = orientation ?? .upright
                // Some telephones write zeros; libjpeg warns of it, and then no longer of damage.
                let isMisstated = frame.isSequential && content.count >= 4 && content.suffix(3) != [0, 63, 0]
                misstatedSelection = isMisstated ? content.endIndex - 3 : nil
                return
            default: break
            }
        }
    }

    /// The content of a frame header (SOF).
    private struct Frame {
        let width: Int
        let height: Int
        let components: Int
        let isSequential: Bool
        /// Bytes of the shortest data that such a frame can have.
        let leastBytes: Int

        init(
            _ marker: UInt8, _ content: ArraySlice<UInt8>, limits: PictureLimits, path: String
        ) throws(VAEError) {
            let at = content.startIndex
            guard content.count >= 6, content.count == 6 + 3 * Int(content[at + 5]) else {
                throw VAEError(.invalidData, path, "has a frame of another length", advice: JPEGHeader.advice)
            }
            let precision = content[at]
            height = Int(content[at + 1]) << 8 | Int(content[at + 2])
            width = Int(content[at + 3]) << 8 | Int(content[at + 4])
            components = Int(content[at + 5])
            try limits.check(width, height, path: path)
            // Lossless and hierarchical frames are other algorithms under the same name.
            guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker), precision == 8,
                [1, 3, 4].contains(components)
            else {
                throw VAEError(
                    .invalidData, path, "is a JPEG picture of a kind that is not read",
                    expected: "8 bits, 1, 3 or 4 components, sequential or progressive",
                    found: "\(precision) bits, \(components) components, frame type \(marker & 15)",
                    advice: "Convert it to PNG.")
            }
            isSequential = marker != 0xC2 && marker != 0xCA
            // Of each component: its number, how often it is sampled across and down, its table.
            let sampling = (0..<components).map { number in
                let byte = content[at + 7 + 3 * number]
                return (across: Int(byte >> 4), down: Int(byte & 15))
            }
            guard sampling.allSatisfy({ (1...4).contains($0.across) && (1...4).contains($0.down) }) else {
                throw VAEError(
                    .invalidData, path, "samples a component otherwise than JPEG can",
                    expected: "1 to 4 times on each side", advice: JPEGHeader.advice)
            }
            // A Huffman code has a bit at least. A block of 8×8 has a code for its mean, and in a sequential scan another for
            // its end; arithmetic codes may have less than a bit.
            let most = sampling.reduce((1, 1)) { (max($0.0, $1.across), max($0.1, $1.down)) }
            let (width, height) = (width, height)
            let blocks = sampling.reduce(0) { sum, each in
                func blocks(_ side: Int, _ times: Int, of most: Int) -> Int {
                    (side * times + 8 * most - 1) / (8 * most)
                }
                return sum + blocks(width, each.across, of: most.0) * blocks(height, each.down, of: most.1)
            }
            leastBytes =
                switch marker {
                case 0xC0, 0xC1: blocks / 4
                case 0xC2: blocks / 8
                default: 0
                }
        }
    }

    /// The segments of a file one by one, from behind its first two bytes.
    private struct Segments {
        let bytes: [UInt8]
        let path: String
        var at = 2

        init(_ bytes: [UInt8], path: String) {
            self.bytes = bytes
            self.path = path
        }

        mutating func next() throws(VAEError) -> (marker: UInt8, content: ArraySlice<UInt8>) {
            let start = at
            while at < bytes.count, bytes[at] == 0xFF { at += 1 }
            guard at < bytes.count else { throw cutOff(start) }
            let marker = bytes[at]
            // 0 is no marker, 0xD8 begins another picture and 0xD9 ends one.
            guard at > start, ![0, 1, 0xD8, 0xD9].contains(marker), !(0xD0...0xD7).contains(marker) else {
                throw VAEError(
                    .invalidData, path, "is damaged: there is no segment of a JPEG picture at byte \(start)",
                    advice: "Copy the file again.")
            }
            at += 1
            guard at <= bytes.count - 2 else { throw cutOff(start) }
            let length = Int(bytes[at]) << 8 | Int(bytes[at + 1])
            guard length >= 2, length <= bytes.count - at else { throw cutOff(start) }
            defer { at += length }
            return (marker, bytes[at + 2..<at + length])
        }

        private func cutOff(_ place: Int) -> VAEError {
            VAEError(
                .invalidData, path, "is cut off in the segment at byte \(place)",
                found: "\(bytes.count) bytes",
                advice: "Copy the file again.")
        }
    }
}
