import Foundation
import VAECore

/// The published files of one data set: from the cache if they are there and unharmed, else from a server.
struct DatasetCache {
    let published: PublishedDataset
    /// The folder in which the files are kept; nil keeps none.
    let folder: String?
    let rules: Download.Rules

    /// Servers in the order to try; one that failed goes to the end.
    private var mirrors: [String]
    /// Servers that gave a file.
    private var used: [String] = []

    init(_ published: PublishedDataset, folder: String?, rules: Download.Rules) {
        self.published = published
        self.folder = folder
        self.rules = rules
        mirrors = published.mirrors
    }

    /// The folder in which the files of all data sets are kept: `$XDG_CACHE_HOME/vae`, or `~/.cache/vae`. A relative
    /// `XDG_CACHE_HOME` does not count (XDG Base Directory Specification).
    static func standardFolder(_ environment: [String: String] = ProcessInfo.processInfo.environment)
        -> String?
    {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return joined(cache, "vae") }
        if let home = environment["HOME"], home.hasPrefix("/") { return joined(home, ".cache/vae") }
        return nil
    }

    /// - Throws: `unavailable` if a file is neither in the cache nor to be had from any server.
    mutating func dataset(_ progress: (DatasetEvent) -> Void) throws(VAEError) -> Dataset {
        // The small files first: a server that does not answer is found out early.
        let testLabels = try input(published.testLabels, progress)
        let trainLabels = try input(published.trainLabels, progress)
        let testImages = try input(published.testImages, progress)
        let trainImages = try input(published.trainImages, progress)
        let hosts = used.compactMap { URL(string: $0)?.host }.joined(separator: " and ")
        return try Dataset(
            name: published.name,
            train: IDX.readImages(trainImages, labels: trainLabels),
            test: IDX.readImages(testImages, labels: testLabels),
            source: used.isEmpty ? "cache folder \(folder ?? "")" : "downloaded from \(hosts)")
    }

    private mutating func input(
        _ file: PublishedDataset.File, _ progress: (DatasetEvent) -> Void
    ) throws(VAEError) -> InputBytes {
        let path = folder.map { joined($0, file.name) }
        if let path, let bytes = cached(file, path, progress) { return InputBytes(bytes, path: path) }
        let bytes = try download(file, progress)
        if let path, let folder {
            do throws(VAEError) {
                try makeFolder(folder)
                try DurableFile.write(bytes, to: path)
            } catch {
                // The data is here; that it can't be kept is no reason to refuse it.
                progress(.cacheNotWritten(path: path, reason: error.description))
            }
        }
        return InputBytes(bytes, path: path ?? file.name)
    }

    /// The bytes of a cached file; nil, and a report unless there is none, if they can't be used.
    private func cached(
        _ file: PublishedDataset.File, _ path: String, _ progress: (DatasetEvent) -> Void
    ) -> [UInt8]? {
        var status = stat()
        if stat(path, &status) != 0, errno == ENOENT { return nil }
        do throws(VAEError) {
            let bytes = try DurableFile.read(path, limit: file.size)
            if let difference = difference(bytes, file) {
                progress(.cacheDamaged(path: path, reason: difference))
                return nil
            }
            return bytes
        } catch {
            progress(.cacheDamaged(path: path, reason: error.description))
            return nil
        }
    }

    private mutating func download(
        _ file: PublishedDataset.File, _ progress: (DatasetEvent) -> Void
    ) throws(VAEError) -> [UInt8] {
        var failures: [String] = []
        for mirror in mirrors {
            let address = mirror + file.name
            let reason: String
            do throws(DownloadFailure) {
                progress(.downloading(file: file.name, received: 0, total: file.size))
                let bytes = try Download.fetch(address, size: file.size, rules: rules) { received in
                    progress(.downloading(file: file.name, received: received, total: file.size))
                }
                if let difference = difference(bytes, file) { throw DownloadFailure(reason: difference) }
                if !used.contains(mirror) { used.append(mirror) }
                return bytes
            } catch {
                reason = error.reason
            }
            progress(.mirrorFailed(url: address, reason: reason))
            failures.append("\(address): \(reason)")
            mirrors.removeAll { $0 == mirror }
            mirrors.append(mirror)
        }
        throw VAEError(
            .unavailable, published.name, "can't be downloaded (\(failures.joined(separator: "; ")))",
            advice: "Check the network, name a folder that holds the files (--data DIR), or train on the "
                + "built-in digits (--dataset synthetic).")
    }

    /// The difference of bytes from the published file, as a clause; nil if there is none.
    private func difference(_ bytes: [UInt8], _ file: PublishedDataset.File) -> String? {
        if bytes.count != file.size { return "it has \(bytes.count) bytes instead of \(file.size)" }
        let hash = SHA256.digest(of: bytes).description
        return hash == file.sha256 ? nil : "its SHA-256 is \(hash) instead of \(file.sha256)"
    }
}
