import Foundation
import VAECore

/// The folder of decoded pictures: one file for each list of pictures and what was made of them. Removing files of it loses nothing but time.
struct PictureCache {
    /// The folder, which may not exist yet.
    let folder: String

    /// The folder below that of all that is kept.
    init(in cacheFolder: String) { folder = joined(cacheFolder, "pictures") }

    /// The ending of all names.
    static let suffix = ".images"

    /// The path of the file of a key.
    func path(_ key: String) -> String { joined(folder, key + Self.suffix) }

    /// What tells a list of pictures, and what is made of them, from all others: the SHA-256 of names, sizes and times of change of the files
    /// and of the options. One that changes is another.
    /// - Complexity: O(n), with one question to the file system for each picture.
    static func key(_ list: PictureList, _ options: ImportOptions) throws(VAEError) -> String {
        var hash = SHA256()
        hash.update(Array("vae-pictures-1".utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do { hash.update([UInt8](try encoder.encode(options))) } catch { throw .json("options", error) }
        // Paths may be relative to it.
        hash.update(Array(FileManager.default.currentDirectoryPath.utf8) + [0])
        for index in 0..<list.count {
            let path = list.path(index)
            var status = stat()
            // One that is not there has its say when it is read: it may be one to skip.
            let isThere = stat(path, &status) == 0
            hash.update(Array(path.utf8) + [isThere ? 1 : 0])
            guard isThere else { continue }
            for number in [
                Int(status.st_size), Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec),
            ] { hash.update(number) }
        }
        return String(hash.digest().description.prefix(40))
    }

    /// The bytes that the folder's file system has left; nil where it does not say.
    var room: Int? {
        var (path, status) = (folder, statvfs())
        // The folder itself may not be there yet.
        while statvfs(path, &status) != 0 {
            let parent = path.splitAtName.folder
            guard parent != path else { return nil }
            path = parent
        }
        return Int(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }

    /// The lock of the folder, which has to exist. Waits while another program makes a file in it.
    /// - Throws: `missingInput` when there is no such folder.
    func lock(_ progress: (DatasetEvent) -> Void) throws(VAEError) -> FolderLock {
        while true {
            do throws(VAEError) {
                return try FolderLock(folder)
            } catch {
                guard error.kind == .unavailable else { throw error }
                progress(.waitingForCache(folder: folder))
                usleep(500_000)
            }
        }
    }

    /// Removes all files of decoded pictures in a cache folder.
    /// - Returns: how many there were, and their bytes.
    /// - Throws: `unavailable` while another program makes one; `inputOutput` when one can't be removed.
    static func clear(_ cacheFolder: String) throws(VAEError) -> (files: Int, bytes: Int) {
        let cache = PictureCache(in: cacheFolder)
        guard Folder.exists(cache.folder) else { return (0, 0) }
        let lock = try FolderLock(cache.folder)
        defer { _ = lock }
        Folder.removeLeftovers(cache.folder)
        var (files, bytes) = (0, 0)
        for name in try FolderListing(cache.folder).files where name.hasSuffix(suffix) {
            let path = joined(cache.folder, name)
            var status = stat()
            if stat(path, &status) == 0 { bytes += Int(status.st_size) }
            guard unlink(path) == 0 else { throw .file(path, .write, errno) }
            files += 1
        }
        return (files, bytes)
    }
}
