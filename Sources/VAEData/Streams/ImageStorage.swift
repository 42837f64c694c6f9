import VAECore

/// The place where the images of a data set are while they are used.
public struct ImageStorage: Sendable, Hashable {
    /// The places.
    public enum Place: Sendable, Hashable {
        /// In memory where they take at most a third of what is free, else on the disk.
        case automatic
        /// On the disk, from which each image is read when it is wanted.
        case disk
    }

    /// The place wanted.
    public var place: Place
    /// The folder in which decoded pictures are kept for the next time, below `pictures`; nil keeps none.
    public var cacheFolder: String?

    /// A storage that by default chooses by the memory there is, and keeps decoded pictures in `$XDG_CACHE_HOME/vae` or `~/.cache/vae`.
    public init(_ place: Place = .automatic, cacheFolder: String? = ImageStorage.standardCacheFolder) {
        self.place = place
        self.cacheFolder = cacheFolder
    }

    /// `$XDG_CACHE_HOME/vae`, or `~/.cache/vae`; nil where neither variable is an absolute path.
    public static var standardCacheFolder: String? { DatasetCache.standardFolder() }

    /// Removes the decoded pictures that are kept in a cache folder.
    /// - Returns: how many files there were, and their bytes.
    /// - Throws: `unavailable` while another program makes one; `inputOutput` when one can't be removed.
    package static func removeDecodedPictures(
        in cacheFolder: String
    ) throws(VAEError) -> (files: Int, bytes: Int) { try PictureCache.clear(cacheFolder) }

    /// Whether so many bytes of images stay on the disk.
    func keepsOnDisk(_ bytes: Int) -> Bool {
        // Asking costs a few files read, which little memory is not worth.
        place == .disk || bytes > 16 << 20 && bytes > Machine.availableMemory / 3
    }
}
