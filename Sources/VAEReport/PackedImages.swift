import VAECore

/// Images compressed for a page. They do not change while a model is trained, so a run packs them once.
package struct PackedImages: Sendable {
    package let shape: ImageShape
    /// Images of the set.
    package let total: Int
    /// Images that the page holds: the first of the set, as many as fit.
    package let count: Int
    package let labels: [Int]?
    /// The pixels of the first `count` images as a zlib stream, in base64.
    let base64: [UInt8]

    /// Bytes of pixels that are looked at: some thirty times what fits.
    private static let mostPixels = 64 << 20

    /// - Parameter limit: bytes of the page that the images may take
    package init(_ images: ImageSet, limit: Int = 2_600_000) throws(VAEError) {
        shape = images.shape
        total = images.count
        labels = images.labels
        let room = limit / 4 * 3
        // Beyond it images would have to be all but empty to fit, and memory would be full of those that don't.
        var count = min(images.count, max(1, Self.mostPixels / images.shape.count))
        let pixels = try images.slice(0..<count).pixels
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
}
