import VAECore

/// At most 256 colours that stand for all colours of some pictures, by variance-based cuts (after Wu, "Color Quantization
/// by Greedy Orthogonal Bipartition", 1991): of all boxes of colours, the one whose colours lie furthest from their mean is
/// cut in two at its mean, again and again.
///
/// Colours that agree in the upper six bits of each channel are one colour to it.
struct ColourTable {
    let colours: [Colour]
    /// The index of the colour that stands for each of 64³ colours.
    private let indices: [UInt8]

    /// The colours of one or several pictures together. O(pixels + 256 · colours).
    init(of pictures: [Raster]) {
        var tallies = [Tally](repeating: Tally(), count: 1 << 18)
        for picture in pictures {
            picture.forEachColour { red, green, blue in
                tallies[Self.key(red, green, blue)].add(red, green, blue)
            }
        }
        var boxes = [Box(tallies.filter { $0.count > 0 })]
        while boxes.count < 256, let worst = boxes.indices.max(by: { boxes[$0].error < boxes[$1].error }),
            let (low, high) = boxes[worst].halves()
        {
            boxes[worst] = low
            boxes.append(high)
        }
        let colours = boxes.map(\.mean)
        self.colours = colours
        var indices = [UInt8](repeating: 0, count: 1 << 18)
        for (index, box) in boxes.enumerated() {
            for tally in box.tallies {
                let mean = tally.mean
                indices[Self.key(mean.red, mean.green, mean.blue)] = UInt8(index)
            }
        }
        // Colours of other pictures: whatever is nearest.
        for key in indices.indices where tallies[key].count == 0 {
            indices[key] = Self.nearest(to: key, in: colours)
        }
        self.indices = indices
    }

    /// The picture as one index a pixel.
    func indices(of picture: Raster) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(picture.width * picture.height)
        picture.forEachColour { result.append(indices[Self.key($0, $1, $2)]) }
        return result
    }

    private static func key(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Int {
        Int(red >> 2) << 12 | Int(green >> 2) << 6 | Int(blue >> 2)
    }

    private static func nearest(to key: Int, in colours: [Colour]) -> UInt8 {
        // The middle of the four values of each channel.
        let (red, green, blue) = ((key >> 12) << 2 | 2, (key >> 6 & 63) << 2 | 2, (key & 63) << 2 | 2)
        var (best, index) = (Int.max, 0)
        for (candidate, colour) in colours.enumerated() {
            let (r, g, b) = (Int(colour.red) - red, Int(colour.green) - green, Int(colour.blue) - blue)
            let distance = r * r + g * g + b * b
            if distance < best { (best, index) = (distance, candidate) }
        }
        return UInt8(index)
    }

    /// The pixels whose colours count as one: their number, and the sum of the colours.
    private struct Tally {
        var count = 0.0
        var sum = SIMD4<Double>()

        mutating func add(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
            count += 1
            sum += SIMD4(Double(red), Double(green), Double(blue), 0)
        }

        var mean: Colour {
            let mean = (sum / Swift.max(count, 1)).rounded(.toNearestOrAwayFromZero)
            return Colour(red: UInt8(mean.x), green: UInt8(mean.y), blue: UInt8(mean.z))
        }
    }

    /// Colours that one colour is to stand for.
    private struct Box {
        let tallies: [Tally]
        let centre: SIMD4<Double>
        let variances: SIMD4<Double>

        init(_ tallies: [Tally]) {
            self.tallies = tallies
            let count = tallies.reduce(0) { $0 + $1.count }
            let centre = tallies.reduce(into: SIMD4<Double>()) { $0 += $1.sum } / max(1, count)
            self.centre = centre
            variances = tallies.reduce(into: SIMD4<Double>()) { result, tally in
                let distance = tally.sum / tally.count - centre
                result += tally.count * distance * distance
            }
        }

        var error: Double { variances.sum() }

        var mean: Colour {
            Colour(
                red: UInt8(centre.x.rounded()), green: UInt8(centre.y.rounded()),
                blue: UInt8(centre.z.rounded()))
        }

        /// The box cut at its mean across the channel that varies most; nil when it is one colour.
        func halves() -> (Box, Box)? {
            let channel = (0..<3).max { variances[$0] < variances[$1] } ?? 0
            let low = tallies.filter { $0.sum[channel] / $0.count <= centre[channel] }
            guard tallies.count > 1, !low.isEmpty, low.count < tallies.count else { return nil }
            return (Box(low), Box(tallies.filter { $0.sum[channel] / $0.count > centre[channel] }))
        }
    }
}

extension Raster {
    /// Calls `body` with the red, green and blue of every pixel, row by row.
    func forEachColour(_ body: (UInt8, UInt8, UInt8) -> Void) {
        guard channels == 3 else {
            for grey in bytes { body(grey, grey, grey) }
            return
        }
        for at in stride(from: 0, to: bytes.count, by: 3) { body(bytes[at], bytes[at + 1], bytes[at + 2]) }
    }

    /// The picture as a PNG file of 256 colours, which stand for its own.
    func png(_ table: ColourTable) throws(VAEError) -> [UInt8] {
        let indices = table.indices(of: self)
        var rows: [UInt8] = []
        rows.reserveCapacity(indices.count + height)
        for row in 0..<height {
            // Unfiltered: neighbouring indices have nothing to do with each other.
            rows.append(0)
            rows += indices[row * width..<(row + 1) * width]
        }
        var file = PNGChunk.signature
        PNGChunk.append(
            "IHDR", PNGChunk.bytes(UInt32(width)) + PNGChunk.bytes(UInt32(height)) + [8, 3, 0, 0, 0],
            to: &file)
        PNGChunk.append("PLTE", table.colours.flatMap { [$0.red, $0.green, $0.blue] }, to: &file)
        PNGChunk.append("IDAT", try Zlib.deflated(rows[...], for: "a picture"), to: &file)
        PNGChunk.append("IEND", [], to: &file)
        return file
    }
}
