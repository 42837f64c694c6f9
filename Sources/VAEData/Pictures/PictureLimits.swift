import VAECore

/// The largest picture that is read; checked by the header of a file before anything is allocated for its pixels.
package struct PictureLimits: Sendable, Hashable {
    /// Pixels of the longest side, the most that JPEG can say.
    package static let longestSide = 65_535

    /// Pixels in all.
    package let mostPixels: Int

    /// - Parameter mostPixels: pixels in all; 2²⁶ are 67 megapixels, 192 MiB of RGB.
    package init(mostPixels: Int = 1 << 26) { self.mostPixels = mostPixels }

    /// - Throws: `invalidData` about `path` when a picture of this size is too large, or empty.
    func check(_ width: Int, _ height: Int, path: String) throws(VAEError) {
        let sides = 1...Self.longestSide
        // The sides are checked first, so that their product can't overflow.
        guard sides.contains(width), sides.contains(height), width * height <= mostPixels else {
            throw VAEError(
                .invalidData, path, "is too large a picture, or empty",
                expected: "sides of 1 to \(Self.longestSide) pixels, at most \(mostPixels) in all",
                found: "\(width)×\(height)", advice: "Make it smaller; a model's images are small.")
        }
    }

    /// - Parameters:
    ///   - least: bytes that the smallest file of such a picture has.
    ///   - data: bytes that there are.
    /// - Throws: `invalidData` about `path` when a picture of this size could not be made of so few bytes.
    static func check(
        _ width: Int, _ height: Int, least: Int, data: Int, path: String
    ) throws(VAEError) {
        guard least <= data else {
            throw VAEError(
                .invalidData, path, "claims \(width)×\(height) pixels, which its data can't hold",
                expected: "at least \(least) bytes of data", found: "\(data)", advice: "Copy the file again.")
        }
    }
}
