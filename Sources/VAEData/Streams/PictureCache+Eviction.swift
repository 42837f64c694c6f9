import Foundation
import VAECore

extension PictureCache {
    /// Bytes of the file system that are left to others.
    static let spared = 256 << 20
    /// Days without use after which a file is removed.
    private static let daysKept = 30

    /// A file of the cache that no program reads.
    private struct Unused {
        let path: String
        let size: Int
        /// The second since 1970 in which it was last opened or made.
        let time: Int
    }

    /// Removes files before a new one is made: those not used for thirty days; then those not used for longest, until all and the new one
    /// take at most half of what would be free without them.
    ///
    /// The lock of the cache has to be had. Files that a program reads stay, and so do those of the last thirty days where there would be no
    /// room for the new one even without them.
    /// - Parameters:
    ///   - size: the bytes of the new file
    ///   - now: seconds since 1970
    ///   - room: the bytes that the file system has left; nil where it does not say
    func makeRoom(
        for size: Int, now: Int = time(nil), room: Int?, _ progress: (DatasetEvent) -> Void
    ) {
        var (kept, unused) = contents()
        // File systems may say anything; sums of a few of these don't overflow.
        let free = min(room ?? 0, .max / 4) + kept
        unused.sort { ($0.time, $0.path) < ($1.time, $1.path) }
        let old = unused.prefix { $0.time < now - Self.daysKept * 86_400 }
        kept -= remove(old, because: "not used for \(Self.daysKept) days", progress)
        guard room != nil else { return }

        let recent = unused.dropFirst(old.count)
        let least = kept - recent.reduce(0) { $0 + $1.size }
        guard free - least >= size + Self.spared else { return }
        let most = min(free / 2, free - Self.spared) - size
        var (remaining, chosen) = (kept, 0)
        for file in recent where remaining > most {
            remaining -= file.size
            chosen += 1
        }
        _ = remove(
            recent.prefix(chosen),
            because: "those not used for longest, as half of the free space is for others",
            progress)
    }

    /// The bytes of all files, and those files that nobody reads.
    private func contents() -> (bytes: Int, unused: [Unused]) {
        var (bytes, unused) = (0, [Unused]())
        for name in (try? FolderListing(folder).files) ?? [] where name.hasSuffix(Self.suffix) {
            let path = joined(folder, name)
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            bytes += Int(status.st_size)
            // One that is opened after this can be read to its end all the same: only its name goes.
            guard let file = try? FileDescriptor.reading(path), file.lock(shared: false) else { continue }
            unused.append(Unused(path: path, size: Int(status.st_size), time: status.st_mtim.tv_sec))
        }
        return (bytes, unused)
    }

    /// - Returns: the bytes that are gone.
    private func remove(
        _ files: some Collection<Unused>, because reason: String, _ progress: (DatasetEvent) -> Void
    ) -> Int {
        let gone = files.filter { unlink($0.path) == 0 }
        let bytes = gone.reduce(0) { $0 + $1.size }
        if !gone.isEmpty { progress(.cacheReduced(files: gone.count, bytes: bytes, reason: reason)) }
        return bytes
    }
}
