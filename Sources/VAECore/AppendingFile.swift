import Glibc

/// A text file that grows by whole rows, such as a table of metrics.
///
/// Each row is in the file when `append` returns, so that it can be watched and survives the program.
package final class AppendingFile {
    package enum Start: Sendable {
        /// The file must not exist yet.
        case new
        /// Goes on with the file, or makes it.
        case existing
    }

    package let path: String
    private var file: FileDescriptor
    /// Bytes up to the end of the last whole row; nil for what is no regular file.
    private var size: Int?
    private var isClosed = false

    /// A file without a line feed for so long is something else, and is left alone.
    private static let longestRow = 65_536

    /// Opens the file.
    ///
    /// A last row without its line feed was torn by a crash or a full disk, and its last number may lack
    /// digits: with `.existing` it is cut off.
    ///
    /// - Throws: `cannotCreate` when the file exists (`.new`) or can't be made or opened; `invalidData`
    ///   when its last 64 KiB hold no line feed; `inputOutput` when its end can't be read or cut;
    ///   `invalidArgument` for an empty path or one with a NUL byte.
    package init(_ path: String, _ start: Start = .new) throws(VAEError) {
        self.path = path
        let flags = start == .new ? O_CREAT | O_EXCL : O_CREAT
        let file = try FileDescriptor(
            path, flags: O_RDWR | O_APPEND | flags, mode: 0o666, for: start == .new ? .create : .replace,
            naming: path)
        let status = try file.status()
        var size: Int?
        if status.st_mode & S_IFMT == S_IFREG {
            let end = Int(status.st_size)
            let whole = try Self.endOfLastRow(of: file, size: end)
            if whole < end { try file.truncate(to: whole) }
            size = whole
        }
        self.file = consume file
        self.size = size
    }

    /// Adds `row` and a line feed.
    ///
    /// When the row does not fit on the disk, what was written of it is taken back, so that the file
    /// holds whole rows.
    ///
    /// - Parameter synchronize: also waits until it is on the device and survives a power cut.
    /// - Throws: `inputOutput` when it can't be written; `invalidArgument` when the row holds a line feed
    ///   or the file is closed.
    package func append(_ row: String, synchronize: Bool = false) throws(VAEError) {
        guard !row.utf8.contains(0x0A) else {
            throw VAEError(.invalidArgument, path, "a row to append holds a line feed", expected: "one line")
        }
        let bytes = Array(row.utf8) + [0x0A]
        guard !isClosed else {
            throw VAEError(.invalidArgument, path, "is closed, no row can be appended")
        }
        do throws(VAEError) {
            try file.write(bytes)
        } catch {
            if let size { try? file.truncate(to: size) }
            throw error
        }
        if let size { self.size = size + bytes.count }
        if synchronize { try file.synchronize() }
    }

    /// Flushes to the device and closes, and reports what fails then. Closing twice does nothing.
    ///
    /// Without it the file is closed when the last reference goes, unchecked.
    package func close() throws(VAEError) {
        guard !isClosed else { return }
        isClosed = true
        try file.synchronize()
        try file.close()
    }

    private static func endOfLastRow(of file: borrowing FileDescriptor, size: Int) throws(VAEError) -> Int {
        var end = size
        while end > 0, let byte = try file.byte(at: end - 1), byte != 0x0A {
            end -= 1
            guard size - end <= longestRow else {
                throw VAEError(
                    .invalidData, file.path, "is not a table of rows",
                    expected: "a line feed in its last \(longestRow) bytes", found: "none",
                    advice: "Check that this is the right file.")
            }
        }
        return end
    }
}
