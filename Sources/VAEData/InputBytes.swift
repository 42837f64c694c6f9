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

    /// nil for bytes in memory.
    private let file: FileDescriptor?
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
        file = nil
    }

    /// Opens a file.
    /// - Throws: `missingInput` if it isn't there, isn't a regular file or may not be read.
    init(path: String) throws(VAEError) {
        let file = try FileDescriptor.reading(path)
        self.path = path
        size = try file.size()
        self.file = consume file
        chunk = []
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

    /// The first bytes, `FileKind.needed` of them or all that there are. For an input that has not been read from yet.
    func start() throws(VAEError) -> [UInt8] {
        var start: [UInt8] = []
        try withUnread { bytes in
            start = Array(bytes.prefix(FileKind.needed))
            return 0
        }
        return start
    }

    private func refill() throws(VAEError) {
        guard let piece = try file?.read(upTo: Self.chunkSize) else { return }
        chunkOffset += chunk.count
        next = 0
        chunk = piece
    }
}
