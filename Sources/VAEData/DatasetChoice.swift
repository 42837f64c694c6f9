/// The data set to train on.
public enum DatasetChoice: String, Sendable, CaseIterable, Codable {
    /// One's own files where a path is given; else MNIST, from the cache or a download; without any of them the built-in digits, and the
    /// caller is told so.
    case auto
    /// MNIST or an error, never anything else.
    case mnist
    /// Fashion-MNIST or an error: ten kinds of clothes, 28×28 grey.
    case fashionMNIST = "fashion-mnist"
    /// The built-in digits; see `SyntheticDigits`.
    case synthetic

    /// The names of the classes, label 0 first, where they are more than numbers.
    package var classNames: [String] {
        guard self == .fashionMNIST else { return [] }
        return [
            "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
        ]
    }
}

/// An event of loading data, for a program to tell its user.
public enum DatasetEvent: Sendable, Equatable {
    /// So many bytes of a file have arrived.
    case downloading(file: String, received: Int, total: Int)
    /// A server did not give the file; the next one is tried.
    case mirrorFailed(url: String, reason: String)
    /// A file of the cache isn't the published one (any more); it is downloaded again.
    case cacheDamaged(path: String, reason: String)
    /// What was downloaded or decoded can't be kept for the next time.
    case cacheNotWritten(path: String, reason: String)
    /// Files of decoded pictures were removed before another is made; what they held is decoded again when it is wanted.
    case cacheReduced(files: Int, bytes: Int, reason: String)
    /// So many pictures of one's own have been read.
    case reading(done: Int, total: Int)
    /// Another program is decoding pictures into the cache; this one goes on when it has done so.
    case waitingForCache(folder: String)
    /// MNIST can't be had; the built-in digits are used instead.
    case fallingBack(reason: String)
}
