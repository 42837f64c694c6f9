import VAECore

/// Images compressed for a page. They do not change while a model is trained, so a run packs them once.
package struct PackedImages: Sendable {
    package let shape: ImageShape
    /// Images of the set.
    package let total: Int
    /// Images that the page holds: the first of the set, as many as fit.
    package let count: Int
    package let labels: [Int]?
    /// Whether most pixels at the edges of the first images are black, or nearly so.
    let hasDarkEdges: Bool
    /// The pixels of the first `count` images as a zlib stream, in base64.
    let base64: [UInt8]

    /// Bytes of a page that the images of a model may take: with a codebook its prior takes some of them.
    package static func limit(isQuantized: Bool) -> Int { isQuantized ? 1_400_000 : usualLimit }
    private static let usualLimit = 2_600_000

    /// Bytes of pixels that are looked at: some thirty times what fits.
    private static let mostPixels = 64 << 20

    /// - Parameter limit: bytes of the page that the images may take
    package init(_ images: ImageSet, limit: Int = usualLimit) throws(VAEError) {
        shape = images.shape
        total = images.count
        labels = images.labels
        let room = limit / 4 * 3
        // Beyond it images would have to be all but empty to fit, and memory would be full of those that don't.
        var count = min(images.count, max(1, Self.mostPixels / images.shape.count))
        let pixels = try images.slice(0..<count).pixels
        hasDarkEdges = Self.haveDarkEdges(pixels, images.shape)
        var packed = try Zlib.deflated(
            pixels[..<(count * images.shape.count)], for: "the report's images")
        while packed.count > room {
            // A little less than in proportion: the images at the front may be the larger ones.
            count = Int(Double(count) * Double(room) / Double(packed.count) * 0.98)
            packed = try Zlib.deflated(
                pixels[..<(count * images.shape.count)], for: "the report's images")
        }
        self.count = count
        base64 = Packing.base64(packed)
    }

    /// Whether more than half of the values at the edges of some hundred images are below a tenth of the largest.
    private static func haveDarkEdges(_ pixels: [UInt8], _ shape: ImageShape) -> Bool {
        let row = shape.width * shape.channels
        var (dark, all) = (0, 0)
        for start in stride(from: 0, to: min(pixels.count, 100 * shape.count), by: shape.count) {
            for place in 0..<shape.count {
                let (y, x) = (place / row, place % row / shape.channels)
                guard y == 0 || y == shape.height - 1 || x == 0 || x == shape.width - 1 else { continue }
                all += 1
                dark += pixels[start + place] < 26 ? 1 : 0
            }
        }
        return 2 * dark > all
    }
}
