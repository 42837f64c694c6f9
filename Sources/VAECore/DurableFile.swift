import Glibc

/// Whole files, written so that a crash, a full disk or a power cut leaves the old file or the new one,
/// never a part of either.
package enum DurableFile {
    /// Replaces the file at `path` by `bytes`, or makes it.
    ///
    /// The bytes go to a temporary file in the same folder, which is flushed to the device and then
    /// renamed over `path`; the folder is flushed too. Until the rename the old file is untouched, and on
    /// any failure the temporary file is removed. A symbolic link is followed, and the file it names
    /// keeps its permissions. A device or pipe can't be replaced, so it is written to directly.
    ///
    /// - Parameter older: a path in the same folder that the old file is given, in place of what is there; nil lets go of it.
    ///   A crash between the two renames leaves the old file there and none at `path`.
    /// - Throws: `cannotCreate` when the folder is missing or not writable, or `path` is a folder or a
    ///   write-protected file; `inputOutput` when the bytes could not all be written (a full disk);
    ///   `invalidArgument` for an empty path or one with a NUL byte.
    package static func write(
        _ bytes: [UInt8], to path: String, keepingOldAs older: String? = nil
    ) throws(VAEError) {
        let destination = try Destination(path)
        if destination.isSpecial {
            var file = try FileDescriptor(path, flags: O_WRONLY, for: .create, naming: path)
            try write(bytes, to: &file)
            return
        }
        let folder = destination.path.folder
        var temporary = try TemporaryFile(in: folder, naming: path)
        do throws(VAEError) {
            if let mode = destination.permissions { temporary.file.setPermissions(mode) }
            try write(bytes, to: &temporary.file)
            if let older, Folder.rename(destination.path, to: older) != 0, errno != ENOENT {
                throw .file(path, .create, errno)
            }
            guard Folder.rename(temporary.path, to: destination.path) == 0 else {
                throw .file(path, .create, errno)
            }
        } catch {
            temporary.remove()
            throw error
        }
        try Folder.synchronize(folder, naming: path)
    }

    /// All bytes of the file at `path`.
    ///
    /// - Parameter limit: refuses a file of more bytes, before reading one that says its size and
    ///   without reading on in one that doesn't (a pipe). nil: as many as memory holds.
    /// - Throws: `missingInput` when it is not there, is a folder or may not be read; `invalidData` when
    ///   it is longer than `limit`; `inputOutput` when reading fails.
    package static func read(_ path: String, limit: Int? = nil) throws(VAEError) -> [UInt8] {
        let file = try FileDescriptor(path, flags: O_RDONLY, for: .open, naming: path)
        let status = try file.status()
        if status.st_mode & S_IFMT == S_IFDIR { throw .file(path, .open, EISDIR) }
        let limit = max(0, limit ?? Int.max - 1)
        if status.st_size > limit { throw tooLong(path, limit: limit, found: "\(status.st_size) bytes") }

        // One byte more than the size it says, so that one call finds the end. The size is only a first
        // guess: the file may grow, and a pipe or a file of /proc says 0.
        var bytes: [UInt8] = []
        var chunk = min(max(Int(status.st_size), 65_536), limit) + 1
        while true {
            let piece = try readPiece(of: file, upTo: chunk)
            let isLast = piece.count < chunk
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
            if bytes.count > limit { throw tooLong(path, limit: limit, found: "more") }
            if isLast { return bytes }
            chunk = min(bytes.count, limit - bytes.count + 1)
        }
    }

    private static func write(_ bytes: [UInt8], to file: inout FileDescriptor) throws(VAEError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(VAEError) in
            try file.write(UnsafeRawBufferPointer(buffer))
        }
        try file.synchronize()
        try file.close()
    }

    private static func readPiece(
        of file: borrowing FileDescriptor, upTo count: Int
    ) throws(VAEError) -> [UInt8] {
        // `Array(unsafeUninitializedCapacity:)` does not throw typed errors, so the result is carried out.
        var failure: VAEError?
        let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(VAEError) {
                initialized = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return piece
    }

    private static func tooLong(_ path: String, limit: Int, found: String) -> VAEError {
        VAEError(
            .invalidData, path, "is too long", expected: "at most \(limit) bytes", found: found,
            advice: "Check that this is the right file.")
    }
}

/// Where a write goes, once links are followed.
private struct Destination {
    let path: String
    /// Neither a regular file nor absent: a device, a pipe or a socket.
    let isSpecial: Bool
    /// Of the file that is there already.
    let permissions: mode_t?

    init(_ path: String) throws(VAEError) {
        try path.checkIsPath()
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            guard code == ENOENT else { throw .file(path, .create, code) }
            // Nothing is there, or a link to nothing; replacing such a link by a file would surprise.
            guard lstat(path, &status) != 0 else {
                throw VAEError(
                    .cannotCreate, path, "is a symbolic link to a file that does not exist",
                    advice: "Remove the link, or give the path it names.")
            }
            if path.hasSuffix("/") { throw .file(path, .create, EISDIR) }
            self.path = path
            isSpecial = false
            permissions = nil
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: throw .file(path, .create, EISDIR)
        case S_IFREG: isSpecial = false
        default: isSpecial = true
        }
        // Renaming needs leave to change the folder only; a write-protected file is protected on purpose.
        guard access(path, W_OK) == 0 else { throw .file(path, .create, errno) }
        permissions = status.st_mode & 0o777
        if isSpecial {
            self.path = path
        } else {
            guard let resolved = realpath(path, nil) else { throw .file(path, .create, errno) }
            defer { free(resolved) }
            self.path = String(cString: resolved)
        }
    }
}
