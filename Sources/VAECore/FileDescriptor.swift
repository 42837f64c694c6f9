import Glibc

/// An open file, closed when its owner goes. Every call is repeated when a signal interrupts it.
package struct FileDescriptor: ~Copyable {
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

    /// Opens a regular file to be read. To open a pipe would be to wait for its other end, and a device may have no end at all.
    /// - Throws: `missingInput` when it is not there, is no regular file or may not be read.
    package static func reading(_ path: String) throws(VAEError) -> FileDescriptor {
        // Without O_NONBLOCK, opening would be what waits.
        let file = try FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK, for: .open, naming: path)
        switch try file.status().st_mode & S_IFMT {
        case S_IFREG: return file
        case S_IFDIR: throw .file(path, .open, EISDIR)
        default:
            throw VAEError(
                .missingInput, path, "can't be read as a file", expected: "a regular file",
                found: "a device or pipe")
        }
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
        guard FileOperation.examine(opened).run({ fstat(number, &status) }) == 0 else {
            throw .file(path, .read, errno)
        }
        return status
    }

    /// Bytes in all, as the file system says; 0 for what has no size.
    package func size() throws(VAEError) -> Int { Int(try status().st_size) }

    /// Writes all of `bytes`, however many calls that takes.
    func write(_ bytes: [UInt8]) throws(VAEError) {
        try drained(bytes) { place, count, _ in Glibc.write(number, place, count) }
    }

    /// Writes all of `bytes` from `offset` on, and leaves the place of the next write where it was.
    func write(_ bytes: [UInt8], at offset: Int) throws(VAEError) {
        try drained(bytes) { place, count, done in pwrite(number, place, count, off_t(offset + done)) }
    }

    /// Bytes in as many calls as that takes.
    /// - Parameter call: writes so many bytes from a place, after those that are done; its result is the system's
    private func drained(
        _ bytes: [UInt8], by call: (_ place: UnsafeRawPointer, _ count: Int, _ done: Int) -> Int
    ) throws(VAEError) {
        var done = 0
        while done < bytes.count {
            let written = FileOperation.write(opened, bytes.count - done) { count in
                bytes.withUnsafeBytes { call($0.baseAddress! + done, count, done) }
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw .file(path, .write, errno)
            }
            done += written
        }
    }

    /// Reads up to `count` bytes, fewer only at the end of the file.
    package func read(upTo count: Int) throws(VAEError) -> [UInt8] {
        try filled(count) { place, room, _ in Glibc.read(number, place, room) }
    }

    /// Reads up to `count` bytes from `offset` on, fewer only at the end of the file. Several threads may at once.
    package func read(upTo count: Int, at offset: Int) throws(VAEError) -> [UInt8] {
        try filled(count) { place, room, done in pread(number, place, room, off_t(offset + done)) }
    }

    /// Bytes from as many calls as that takes.
    /// - Parameter call: reads into a place with so much room, after the bytes that are there; its result is the system's
    private func filled(
        _ count: Int, by call: (_ place: UnsafeMutablePointer<UInt8>, _ room: Int, _ done: Int) -> Int
    ) throws(VAEError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count, let start = buffer.baseAddress {
                let result = FileOperation.read(opened).run { call(start + done, count - done, done) }
                if result == 0 { break }
                if result > 0 {
                    done += result
                } else if errno != EINTR {
                    code = errno
                    break
                }
            }
        }
        guard code == 0 else { throw .file(path, .read, code) }
        return bytes
    }

    /// Asks the system to fetch bytes that are read soon, and does not wait for them. Only a hint: that it failed shows nowhere.
    package func willRead(_ count: Int, at offset: Int) {
        _ = posix_fadvise(number, off_t(offset), off_t(count), POSIX_FADV_WILLNEED)
    }

    /// Reads the single byte at `offset`, nil past the end.
    func byte(at offset: Int) throws(VAEError) -> UInt8? {
        var value: UInt8 = 0
        var count: Int
        repeat {
            count = FileOperation.read(opened).run { pread(number, &value, 1, off_t(offset)) }
        } while count < 0 && errno == EINTR
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

    /// Takes the kernel's lock on the file (`flock`), which ends with this descriptor; does not wait for one that another descriptor has.
    /// - Parameter shared: whether others may have it at the same time, if they share it as well
    /// - Returns: whether it was to be had; false, too, where the file system has no such locks
    package func lock(shared: Bool) -> Bool { flock(number, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 }

    /// Makes now the time of the last change. A courtesy: where it may not be done, nothing is lost.
    package func touch() { _ = futimens(number, nil) }

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
