import Glibc

/// Folders for output.
package enum Folder {
    /// Makes the folder at `path` for a new run, with the folders above it.
    ///
    /// A folder that is there already is taken if it is empty; one that holds anything is refused, so
    /// that a run never mixes with another or overwrites it. Whether files can be made in it is tried
    /// now rather than at the end of an hour of training. This is no lock: of two programs that take
    /// the same empty folder at once, files opened with `AppendingFile.Start.new` tell them apart.
    ///
    /// - Parameter isEmpty: whether these names are as good as none; nil for every name to count. Temporary files that a writer left when it
    ///   was killed are not among them then.
    /// - Throws: `cannotCreate` when it exists with content or is a file, when it can't be made, or when
    ///   no file can be made in it; `invalidArgument` for an empty path or one with a NUL byte.
    package static func createNew(
        _ path: String, isEmpty: ((Set<String>) -> Bool)? = nil
    ) throws(VAEError) {
        try path.checkIsPath()
        try createParents(of: path)
        let isMade = make(path) == 0
        if !isMade {
            let code = errno
            guard code == EEXIST else { throw .file(path, .create, code) }
            try checkIsEmpty(path, isEmpty)
        }
        try TemporaryFile(in: path, for: isMade ? .create : .replace, naming: path).remove()
        try synchronize(path.folder, naming: path)
    }

    /// Makes the folder at `path`, with the folders above it, unless it is there, and tries whether files can be
    /// made in it.
    /// - Throws: `cannotCreate` when it is a file or can't be made, or when no file can be made in it;
    ///   `invalidArgument` for an empty path or one with a NUL byte.
    package static func create(_ path: String) throws(VAEError) {
        try path.checkIsPath()
        try createParents(of: path)
        let isMade = make(path) == 0
        guard isMade || errno == EEXIST else { throw .file(path, .create, errno) }
        try TemporaryFile(in: path, for: isMade ? .create : .replace, naming: path).remove()
    }

    /// Whether there is a folder at `path`.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return !path.utf8.contains(0) && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a folder has an entry of that name.
    package static func holds(_ name: String, _ path: String) -> Bool {
        var status = stat()
        return !path.utf8.contains(0) && lstat(path + "/" + name, &status) == 0
    }

    /// The names in a folder, without order; none where it can't be read.
    package static func names(_ path: String) -> Set<String> {
        guard !path.utf8.contains(0), let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: Set<String> = []
        while let entry = readdir(stream) {
            names.insert(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.subtracting([".", ".."])
    }

    /// Whether a file of that name is a temporary one that a writer left when it was killed.
    package static func isLeftover(_ name: String) -> Bool { TemporaryFile.isName(name) }

    /// Removes the temporary files that writers left in a folder when they were killed, and others. Only for one that nobody else writes to.
    package static func removeLeftovers(_ path: String, and others: Set<String> = []) {
        for name in names(path) where TemporaryFile.isName(name) || others.contains(name) {
            let file = path + "/" + name
            _ = FileOperation.remove(file).run { unlink(file) }
        }
    }

    /// Gives a file of a folder another name there, in place of what has it.
    /// - Throws: `cannotCreate` when the folder can't be changed.
    package static func move(_ name: String, to other: String, in path: String) throws(VAEError) {
        guard rename(path + "/" + name, to: path + "/" + other) == 0 else {
            throw .file(path + "/" + name, .replace, errno)
        }
        try synchronize(path, naming: path)
    }

    private static func make(_ path: String) -> Int32 {
        FileOperation.makeFolder(path).run { mkdir(path, 0o777) }
    }

    /// - Returns: 0, or −1 with `errno` set.
    static func rename(_ path: String, to other: String) -> Int32 {
        FileOperation.rename(path, other).run { Glibc.rename(path, other) }
    }

    /// Whether a folder has a regular file of that name, or a link to one. To open a pipe that somebody left there would
    /// be to wait for its other end.
    package static func holdsFile(_ name: String, _ path: String) -> Bool {
        var status = stat()
        return !path.utf8.contains(0) && stat(path + "/" + name, &status) == 0
            && status.st_mode & S_IFMT == S_IFREG
    }

    private static func createParents(of path: String) throws(VAEError) {
        var status = stat()
        let parent = path.folder
        // `.` and `/` end the climb: they are their own parents.
        guard parent != path, stat(parent, &status) != 0 else { return }
        guard errno == ENOENT else { throw .file(path, .create, errno) }
        try createParents(of: parent)
        // Another program may make it in between; that it is a folder shows when the next level is made.
        guard make(parent) == 0 || errno == EEXIST else { throw .file(path, .create, errno) }
    }

    /// - Parameter isEmpty: whether these names, temporary files left out, are as good as none; nil for every name to count
    /// - Throws: `cannotCreate` when the folder at `path` is not empty, or is none.
    package static func checkIsEmpty(
        _ path: String, _ isEmpty: ((Set<String>) -> Bool)?
    ) throws(VAEError) {
        guard let stream = opendir(path) else {
            let code = errno
            guard code == ENOTDIR || code == ENOENT else { throw .file(path, .create, code) }
            throw VAEError(
                .cannotCreate, path, "is a file or a broken link, where a folder is to be made",
                advice: "Choose another folder, or move it away.")
        }
        defer { closedir(stream) }
        var names: Set<String> = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .file(path, .create, errno) }
                break
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." || isEmpty != nil && TemporaryFile.isName(name) { continue }
            names.insert(name)
            // Of a folder that counts as empty there are a few names at most.
            if isEmpty == nil || names.count > 16 { break }
        }
        guard names.isEmpty || isEmpty?(names) == true else {
            throw VAEError(
                .cannotCreate, path, "exists and is not empty", expected: "a new or an empty folder",
                advice: "Choose another folder, or move what is there away.")
        }
    }

    /// Flushes the folder's list of files to the device, which makes a rename in it last.
    static func synchronize(_ folder: String, naming path: String) throws(VAEError) {
        let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written to but not listed can't be flushed; the file is in place, and
        // failing now would say otherwise.
        guard number >= 0 else { return }
        defer { close(number) }
        var result: Int32
        repeat {
            result = FileOperation.synchronizeFolder(folder).run { fsync(number) }
        } while result != 0 && errno == EINTR
        guard result == 0 || errno == EINVAL || errno == ENOTSUP else { throw .file(path, .write, errno) }
    }
}

extension String {
    /// The folder this path lies in: `a/b` for `a/b/c` and `a/b/c/`, `.` for `c`, `/` for `/c`.
    var folder: String {
        var bytes = Substring(self).utf8
        while bytes.count > 1, bytes.last == 0x2F { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: 0x2F) else { return "." }
        var folder = bytes[..<slash]
        while folder.count > 1, folder.last == 0x2F { folder.removeLast() }
        return folder.isEmpty ? "/" : String(Substring(folder))
    }

    /// Refuses what can't be a path. A C string ends at its first NUL byte, so that another file would
    /// be opened than the one named.
    func checkIsPath() throws(VAEError) {
        guard !isEmpty else {
            throw VAEError(.invalidArgument, "path", "is empty", expected: "the path of a file or folder")
        }
        guard !utf8.contains(0) else {
            throw VAEError(.invalidArgument, self, "is not a path", expected: "no NUL byte", found: "one")
        }
    }
}
