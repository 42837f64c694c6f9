import Glibc

/// A new file that is about to be renamed or removed, under a name that no one can guess.
struct TemporaryFile: ~Copyable {
    static let prefix = ".vae-"
    static let suffix = ".tmp"

    let path: String
    var file: FileDescriptor

    /// Whether a file of that name is one that was left.
    static func isName(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }

    /// Makes it in `folder`, with the permissions that the user's mask leaves; errors name `path` and what was to be done to it.
    ///
    /// Its name does not contain the final one, which may be as long as a name can be.
    init(in folder: String, for action: FileAction, naming path: String) throws(VAEError) {
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        self.path = folder + (folder.hasSuffix("/") ? "" : "/") + Self.prefix + random + Self.suffix
        // O_EXCL also refuses a link that somebody put there.
        file = try FileDescriptor(
            self.path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o666, for: action, naming: path)
    }

    /// Removes the name; the file goes when it is closed.
    func remove() {
        _ = FileOperation.remove(path).run { unlink(path) }
    }
}
