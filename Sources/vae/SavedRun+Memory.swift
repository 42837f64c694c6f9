import VAE
import VAECore
import VAERun

extension SavedRun {
    /// Refuses to decode more images than memory holds: their values, and a copy or two of them on the way to a file.
    func demandMemory(images: Int) throws(VAEError) {
        let bytes = images * configuration.imageShape.count * MemoryLayout<Float>.stride * 4
        // Asking costs a few files read, which little memory is not worth.
        guard bytes > 256 << 20 else { return }
        let available = Machine.availableMemory
        guard bytes <= available else {
            throw VAEError(
                .unavailable, "memory", "is not enough for so many images", expected: "\(bytes >> 20) MiB",
                found: "\(available >> 20) MiB", advice: "Make fewer at a time.")
        }
    }
}
