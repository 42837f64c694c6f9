import Glibc

/// An open file, closed when its owner goes. Every call is repeated when a signal interrupts it.
struct FileDescriptor: ~Copyable {
    private var number: Int32
    /// The path that errors name; it may differ from the one opened.
    let path: String
    /// The path opened, which a watching test is told.
    private let opened: String

    /// Opens `opened`, and names `path` in errors.
    init(
        _ opened: String, flags: Int32, mode: mode_t = 0, for action: FileAction, naming path: String
    ) throws(VAEError) {
        try opened.checkIsPath()
        var result: Int32
        repeat {
            result = FileOperation.open(opened).run { Glibc.open(opened, flags | O_CLOEXEC, mode) }
        } while result < 0 && errno == EINTR
        guard result >= 0 else { throw .file(path, action, errno) }
        number = result
        self.path = path
        self.opened = opened
    }

    deinit {
        if number >= 0 { _ = Glibc.close(number) }
    }

    /// Closes now and checks: some file systems report a failed write only here.
    mutating func close() throws(VAEError) {
        // The descriptor is gone even when the call fails or is interrupted; closing it again could close
        // a file that another thread has just opened.
        let closed = number
        number = -1
        let result = Glibc.close(closed)
        guard FileOperation.close(opened).run({ result }) == 0 || errno == EINTR else {
            throw .file(path, .write, errno)
        }
    }

    /// Size, type and permissions.
    func status() throws(VAEError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .file(path, .read, errno) }
        return status
    }

    /// Writes all of `bytes`, however many calls that takes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(VAEError) {
        var done = 0
        while done < bytes.count, let start = bytes.baseAddress {
            let written = FileOperation.write(opened, bytes.count - done) { count in
                Glibc.write(number, start + done, count)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw .file(path, .write, errno)
            }
            done += written
        }
    }

    /// Reads up to `buffer.count` bytes.
    /// - Returns: the bytes read; fewer than asked for only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(VAEError) -> Int {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
            let count = Glibc.read(number, start + done, buffer.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                throw errno == EISDIR ? .file(path, .open, EISDIR) : .file(path, .read, errno)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Reads the single byte at `offset`, nil past the end.
    func byte(at offset: Int) throws(VAEError) -> UInt8? {
        var value: UInt8 = 0
        var count: Int
        repeat { count = pread(number, &value, 1, off_t(offset)) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw .file(path, .read, errno) }
        return count == 1 ? value : nil
    }

    /// Cuts the file to `size` bytes.
    func truncate(to size: Int) throws(VAEError) {
        var result: Int32
        repeat {
            result = FileOperation.truncate(opened, size).run { ftruncate(number, off_t(size)) }
        } while result != 0 && errno == EINTR
        guard result == 0 else { throw .file(path, .write, errno) }
    }

    /// Sets the permissions. They are a courtesy to the owner: where a file system has none, nothing is lost.
    func setPermissions(_ mode: mode_t) {
        _ = fchmod(number, mode)
    }

    /// Waits until the bytes are on the device.
    func synchronize() throws(VAEError) {
        var result: Int32
        repeat {
            result = FileOperation.synchronize(opened).run { fsync(number) }
        } while result != 0 && errno == EINTR
        // Pipes, terminals and the folders of some file systems have nothing to synchronise.
        guard result == 0 || errno == EINVAL || errno == ENOTSUP else { throw .file(path, .write, errno) }
    }
}
