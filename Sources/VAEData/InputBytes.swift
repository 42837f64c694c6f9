import Foundation
import VAECore

/// The bytes of one input, from a file chunk by chunk or from memory, with an eye on where they are.
///
/// Both kinds go through one type so that a downloaded file and a file of a folder are parsed, bounded
/// and complained about by the same code.
final class InputBytes {
    /// The name errors give.
    let path: String
    /// Bytes in all, as the file system said when the file was opened.
    let size: Int

    private let descriptor: Int32?
    private var chunk: [UInt8]
    private var next = 0
    private var chunkOffset = 0

    private static let chunkSize = 1 << 16

    /// Bytes handed out so far: the position in the file of the next one.
    var offset: Int { chunkOffset + next }

    /// Reads from memory; `path` names the bytes in errors.
    init(_ bytes: [UInt8], path: String) {
        self.path = path
        size = bytes.count
        chunk = bytes
        descriptor = nil
    }

    /// Opens a file.
    /// - Throws: `missingInput` if it isn't there, isn't a regular file or may not be read.
    init(path: String) throws(VAEError) {
        // Without O_NONBLOCK, opening a pipe would wait for its other end.
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw SystemError.whenOpening(path, errno) }
        var status = stat()
        guard fstat(opened, &status) == 0 else {
            let code = errno
            close(opened)
            throw SystemError.whenReading(path, code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a device or pipe"
            throw VAEError(
                .missingInput, path, "can't be read as a file", expected: "a regular file", found: kind)
        }
        self.path = path
        size = Int(status.st_size)
        descriptor = opened
        chunk = []
    }

    deinit {
        if let descriptor { close(descriptor) }
    }

    /// The unread bytes at hand, read from the file if there are none; empty only at the end.
    /// `body` answers how many of them it used.
    func withUnread(_ body: (UnsafeBufferPointer<UInt8>) -> Int) throws(VAEError) {
        if next == chunk.count { try refill() }
        chunk.withUnsafeBufferPointer { bytes in
            next += body(UnsafeBufferPointer(rebasing: bytes[next...]))
        }
    }

    /// Whether the input begins with `magic`. To be asked before anything is read.
    func begins(with magic: [UInt8]) throws(VAEError) -> Bool {
        var matches = false
        try withUnread { bytes in
            matches = bytes.starts(with: magic)
            return 0
        }
        return matches
    }

    private func refill() throws(VAEError) {
        guard let descriptor else { return }
        chunkOffset += chunk.count
        next = 0
        var code: Int32 = 0
        chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, count in
            while count < buffer.count {
                let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                if got == 0 { break }
                if got < 0 {
                    if errno == EINTR { continue }
                    code = errno
                    break
                }
                count += got
            }
        }
        if code != 0 { throw SystemError.whenReading(path, code) }
    }

    /// The whole of a file, for contents that are checked by hash before use.
    /// - Throws: `missingInput`, `inputOutput`; `invalidData` past `limit` bytes.
    static func wholeFile(_ path: String, limit: Int) throws(VAEError) -> [UInt8] {
        let input = try InputBytes(path: path)
        guard input.size <= limit else {
            throw VAEError(
                .invalidData, path, "is too long", expected: "at most \(limit) bytes", found: "\(input.size)")
        }
        var bytes: [UInt8] = []
        var ended = false
        while !ended, bytes.count <= limit {
            try input.withUnread { unread in
                bytes.append(contentsOf: unread)
                ended = unread.isEmpty
                return unread.count
            }
        }
        return bytes
    }
}

/// Errors of system calls, in the words of this package.
enum SystemError {
    static func whenOpening(_ path: String, _ code: Int32) -> VAEError {
        switch code {
        case ENOENT, ENOTDIR:
            VAEError(.missingInput, path, "does not exist", advice: "Check the path.")
        case EACCES, EPERM:
            VAEError(
                .missingInput, path, "may not be read (\(text(code)))",
                advice: "Check the permissions of the file and of the folders above it.")
        default:
            VAEError(.missingInput, path, "can't be opened (\(text(code)))")
        }
    }

    static func whenReading(_ path: String, _ code: Int32) -> VAEError {
        VAEError(
            .inputOutput, path, "can't be read (\(text(code)))", advice: "Check the disk or network share.")
    }

    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
