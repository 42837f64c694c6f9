import Glibc

/// Keeps other programs that ask for it out of a folder, for as long as it lives.
///
/// It is the kernel's lock on the folder itself (`flock`): it ends with the process however that ends, and leaves no file behind.
package final class FolderLock: Sendable {
    private let number: Int32
    private let path: String

    /// - Throws: `missingInput` when there is no such folder; `unavailable` when another program has the lock.
    package init(_ path: String) throws(VAEError) {
        try path.checkIsPath()
        self.path = path
        number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .file(path, .open, errno) }
        // Some network file systems have no locks on folders; there nothing is kept out.
        guard flock(number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            // All is set, so that `deinit` closes it, and must alone: a number closed twice may be another thread's file by then.
            throw VAEError(
                .unavailable, path, "is in use by another run",
                advice: "Wait for its end, or choose another folder.")
        }
    }

    deinit {
        guard number >= 0 else { return }
        // A process that was being started meanwhile may have a copy of the descriptor for a moment; closing alone would leave
        // the lock to it.
        flock(number, LOCK_UN)
        _ = FileOperation.close(path).run { close(number) }
    }
}
