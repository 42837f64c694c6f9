/// Images that are kept elsewhere than in memory and read one by one, by several threads at once.
package protocol PixelStream: Sendable {
    /// The number of images.
    var count: Int { get }
    /// Whether values are bytes, from 0 to 255; floats otherwise.
    var holdsBytes: Bool { get }
    /// The values of one image, (height, width, channels).
    /// - Throws: `missingInput` or `inputOutput` when they can't be read; `invalidData` when they are not what they were.
    func values(of image: Int) throws(VAEError) -> PixelValues
    /// Asks the system to fetch an image that is read soon. Does not wait for it.
    func willRead(_ image: Int)
    /// The errors of images that could not be read any more and in whose place others were given, since the last call.
    func takeReplacements() -> [VAEError]
}

extension PixelStream {
    package func willRead(_ image: Int) {}
    package func takeReplacements() -> [VAEError] { [] }
}
