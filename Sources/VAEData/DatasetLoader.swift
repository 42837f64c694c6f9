import VAECore

/// Finds the data that a user asked for: in a folder, in the cache, on the network or built in.
public struct DatasetLoader: Sendable {
    /// The folder in which downloads are kept, a folder a data set; nil for `$XDG_CACHE_HOME/vae` or `~/.cache/vae`.
    public var cacheFolder: String?

    /// Where images at a path are while they are used.
    public var storage: ImageStorage

    /// Stand-ins for the public servers and files, for tests.
    package var mnist = PublishedDataset.mnist
    package var fashionMNIST = PublishedDataset.fashionMNIST
    /// Lets those servers speak plain HTTP.
    package var allowsPlainHTTP = false
    /// Seconds without a byte until a server is given up.
    package var patience: Double = 10

    /// A loader; nothing is read before ``load(_:path:options:seed:progress:)``.
    /// - Parameter cacheFolder: where downloads are kept; nil for `$XDG_CACHE_HOME/vae` or `~/.cache/vae`
    public init(cacheFolder: String? = nil) {
        self.cacheFolder = cacheFolder
        storage = ImageStorage(cacheFolder: cacheFolder ?? DatasetCache.standardFolder())
    }

    /// Loads a data set, and waits for downloads.
    ///
    /// With a path, its files are the data, whatever they hold; `mnist` and `fashion-mnist` then only
    /// name it. Without one, files come from the cache if their size and SHA-256 are the published ones,
    /// else from the public servers, checked in the same way.
    /// - Parameters:
    ///   - choice: which data set
    ///   - path: a file or folder, which ``DataSource`` reads; nil for the cache
    ///   - options: what is to be made of the files at `path`
    ///   - seed: the seed of the synthetic digits.
    ///   - progress: is told what happens, on the caller's thread.
    /// - Throws: `unavailable` if `mnist` or `fashion-mnist` can't be had; what `DataSource`
    ///   throws; `invalidArgument` for a path together with `synthetic`. `auto` without a path doesn't
    ///   throw: it falls back on the synthetic digits, says so to `progress` and in the data's `source`.
    public func load(
        _ choice: DatasetChoice, path: String? = nil, options: ImportOptions = ImportOptions(),
        seed: UInt64 = SyntheticDigits.defaultSeed,
        progress: (DatasetEvent) -> Void = { _ in }
    ) throws(VAEError) -> Dataset {
        if let path {
            guard choice != .synthetic else {
                throw VAEError(
                    .invalidArgument, "\(path)", "can't be combined with the synthetic digits",
                    advice: "Leave out the path, or choose another data set.")
            }
            let data = try DataSource(path).dataset(
                name: choice == .auto ? nil : choice.rawValue, options: options, storage: storage,
                progress: progress)
            return data.classNames.isEmpty ? try data.replacing(classNames: choice.classNames) : data
        }
        switch choice {
        case .synthetic: return try SyntheticDigits.dataset(seed: seed)
        case .mnist: return try published(mnist, progress)
        case .fashionMNIST:
            return try published(fashionMNIST, progress).replacing(classNames: choice.classNames)
        case .auto:
            do throws(VAEError) {
                return try published(mnist, progress)
            } catch {
                progress(.fallingBack(reason: "\(error.subject) \(error.problem)"))
                let digits = try SyntheticDigits.dataset(seed: seed)
                return try Dataset(
                    name: digits.name, train: digits.train, test: digits.test,
                    source: "\(digits.source), because MNIST can't be had")
            }
        }
    }

    private func published(
        _ dataset: PublishedDataset, _ progress: (DatasetEvent) -> Void
    ) throws(VAEError) -> Dataset {
        let folder = (cacheFolder ?? DatasetCache.standardFolder()).map { joined($0, dataset.name) }
        var cache = DatasetCache(
            dataset, folder: folder,
            rules: Download.Rules(allowsPlainHTTP: allowsPlainHTTP, patience: patience))
        return try cache.dataset(progress)
    }
}
