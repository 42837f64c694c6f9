import Glibc

/// Whole files, written so that a crash, a full disk or a power cut leaves the old file or the new one,
/// never a part of either.
package enum DurableFile {
    /// Replaces the file at `path` by `bytes`, or makes it.
    ///
    /// The bytes go to a temporary file in the same folder, which is flushed to the device and then
    /// renamed over `path`; the folder is flushed too. Until the rename the old file is untouched, and on
    /// any failure the temporary file is removed. The new file has the old one's permissions. A symbolic link is replaced,
    /// not followed: in a folder that others made, it could lead to any file of the user's. The system's own, such as
    /// `/dev/stdout` and `/dev/null`, are written to directly.
    ///
    /// - Parameter older: a path in the same folder that the old file is given, in place of what is there; nil lets go of it.
    ///   A crash between the two renames leaves the old file there and none at `path`.
    /// - Throws: `cannotCreate` when the folder is missing or not writable, or `path` is a folder, a device, a pipe or a
    ///   write-protected file; `inputOutput` when the bytes could not all be written (a full disk);
    ///   `invalidArgument` for an empty path or one with a NUL byte.
    package static func write(
        _ bytes: [UInt8], to path: String, keepingOldAs older: String? = nil
    ) throws(VAEError) {
        try write(to: path, keepingOldAs: older) { (append) throws(VAEError) in try append(bytes) }
    }

    /// The same with bytes that come in pieces, so that they need not all be in memory.
    /// - Parameter pieces: hands the pieces to its argument, one after the other
    /// - Throws: as the other, and what `pieces` throws; what was at `path` is then left as it was.
    package static func write(
        to path: String, keepingOldAs older: String? = nil,
        _ pieces: (_ append: ([UInt8]) throws(VAEError) -> Void) throws(VAEError) -> Void
    ) throws(VAEError) {
        let target = try Target(path)
        if target.isDevice {
            var file = try FileDescriptor(path, flags: O_WRONLY | O_APPEND, for: .replace, naming: path)
            try write(pieces, to: &file)
            return
        }
        let folder = path.folder
        var temporary = try TemporaryFile(in: folder, for: target.action, naming: path)
        do throws(VAEError) {
            if let permissions = target.permissions { temporary.file.setPermissions(permissions) }
            try write(pieces, to: &temporary.file)
            if let older, Folder.rename(path, to: older) != 0, errno != ENOENT {
                throw .file(path, target.action, errno)
            }
            guard Folder.rename(temporary.path, to: path) == 0 else {
                throw .file(path, target.action, errno)
            }
        } catch {
            temporary.remove()
            throw error
        }
        try Folder.synchronize(folder, naming: path)
    }

    /// Tries whether a file can be written at `path`, for who would rather know before an hour's work than after it.
    /// - Throws: `cannotCreate` where `write` would throw it; `invalidArgument` for an empty path or one with a NUL byte.
    package static func checkCanWrite(to path: String) throws(VAEError) {
        let target = try Target(path)
        if target.isDevice {
            _ = try FileDescriptor(path, flags: O_WRONLY | O_APPEND, for: .replace, naming: path)
        } else {
            try TemporaryFile(in: path.folder, for: target.action, naming: path).remove()
        }
    }

    /// All bytes of the regular file at `path`.
    ///
    /// - Parameter limit: refuses a file of more bytes, before reading one that says its size and
    ///   without reading on in one that doesn't (those of `/proc`). nil: as many as memory holds.
    /// - Throws: `missingInput` when it is not there, is a folder, a pipe or a device, or may not be read; `invalidData` when
    ///   it is longer than `limit`; `inputOutput` when reading fails.
    package static func read(_ path: String, limit: Int? = nil) throws(VAEError) -> [UInt8] {
        let file = try FileDescriptor.reading(path)
        let size = try file.size()
        let limit = max(0, limit ?? Int.max - 1)
        if size > limit { throw tooLong(path, limit: limit, found: "\(size) bytes") }

        // One byte more than the size it says, so that one call finds the end. The size is only a first
        // guess: the file may grow, and a file of /proc says 0.
        var bytes: [UInt8] = []
        var chunk = min(max(size, 65_536), limit) + 1
        while true {
            let piece = try file.read(upTo: chunk)
            let isLast = piece.count < chunk
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
            if bytes.count > limit { throw tooLong(path, limit: limit, found: "more") }
            if isLast { return bytes }
            chunk = min(bytes.count, limit - bytes.count + 1)
        }
    }

    private static func write(
        _ pieces: (([UInt8]) throws(VAEError) -> Void) throws(VAEError) -> Void,
        to file: inout FileDescriptor
    ) throws(VAEError) {
        try pieces { (bytes) throws(VAEError) in try file.write(bytes) }
        try file.synchronize()
        try file.close()
    }

    /// The file, link or device at a path that is to be written to, if there is one.
    private struct Target {
        let action: FileAction
        /// The permissions of the regular file that is there; nil for none and for a link.
        let permissions: mode_t?
        /// One of the system's, which is written to as it is.
        let isDevice: Bool

        /// - Throws: `cannotCreate` for what must not be replaced.
        init(_ path: String) throws(VAEError) {
            try path.checkIsPath()
            var status = stat()
            guard lstat(path, &status) == 0 else {
                guard errno == ENOENT else { throw .file(path, .create, errno) }
                if path.hasSuffix("/") { throw .file(path, .create, EISDIR) }
                (action, permissions, isDevice) = (.create, nil, false)
                return
            }
            action = .replace
            isDevice = status.isSpecial && path.isTheSystems
            if isDevice {
                permissions = nil
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFLNK: permissions = nil
            case S_IFDIR: throw .file(path, .replace, EISDIR)
            case S_IFREG:
                // Renaming needs leave to change the folder only; a write-protected file is protected on purpose.
                guard access(path, W_OK) == 0 else { throw .file(path, .replace, errno) }
                permissions = status.st_mode & 0o777
            default:
                throw VAEError(
                    .cannotCreate, path, "is a device or pipe, where a file is to be made",
                    advice: "Choose another name, or remove it.")
            }
        }
    }

    private static func tooLong(_ path: String, limit: Int, found: String) -> VAEError {
        VAEError(
            .invalidData, path, "is too long", expected: "at most \(limit) bytes", found: found,
            advice: "Check that this is the right file.")
    }
}

extension stat {
    /// Neither a regular file nor a folder.
    fileprivate var isSpecial: Bool { ![S_IFREG, S_IFDIR].contains(st_mode & S_IFMT) }
}

extension String {
    /// Whether only the system makes what is there.
    fileprivate var isTheSystems: Bool {
        hasPrefix("/proc/") || hasPrefix("/dev/") && !hasPrefix("/dev/shm/")
    }
}
