import Synchronization

extension ImageSet {
    /// The SHA-256 of shape and values, which tells images from others; labels take no part in a training. O(n) when it is first asked for.
    /// - Throws: what reading the values throws, for images that are not in memory.
    package var digest: SHA256.Digest {
        get throws(VAEError) {
            if let known = cache.known { return known }
            var hash = SHA256()
            for size in [shape.height, shape.width, shape.channels] { hash.update(size) }
            if !holdsBytes { hash.update(Array("float32".utf8)) }
            try forEachBlock { (_, values) throws(VAEError) in
                switch values {
                case .bytes(let bytes): hash.update(bytes)
                case .floats(let floats): hash.update(floats: floats)
                }
            }
            let digest = hash.digest()
            cache.known = digest
            return digest
        }
    }
}

/// A digest that is computed once: it takes a tenth of a second for the pixels of MNIST where the processor does not help. Two threads that
/// ask at once both compute it.
final class DigestCache: Sendable {
    private let digest = Mutex<SHA256.Digest?>(nil)

    var known: SHA256.Digest? {
        get { digest.withLock(\.self) }
        set { digest.withLock { $0 = newValue } }
    }
}
