import Glibc

/// A file that grows by whole records of bytes. Each is in the file when `append` returns.
package struct RecordFile: ~Copyable {
    private let file: FileDescriptor

    /// Makes the file.
    /// - Throws: `cannotCreate` when it exists or can't be made.
    package init(_ path: String) throws(VAEError) {
        file = try FileDescriptor(
            path, flags: O_WRONLY | O_APPEND | O_CREAT | O_EXCL, mode: 0o666, for: .create, naming: path)
    }

    /// - Throws: `inputOutput` when the record could not all be written, as on a full disk.
    package func append(_ record: [UInt8]) throws(VAEError) { try file.write(record) }
}
