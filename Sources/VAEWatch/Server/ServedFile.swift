import Glibc
import VAECore

/// A file of a run folder that is shown to others: never one that a link leads to elsewhere, and a picture only where it is one.
enum ServedFile {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The bytes of a picture; nil where there is none, or it is no PNG, a link, or longer than the limit.
    static func picture(_ name: String, of folder: String, limit: Int) -> [UInt8]? {
        guard let bytes = bytes(name, of: folder, limit: limit), bytes.starts(with: signature) else {
            return nil
        }
        return bytes
    }

    static func bytes(_ name: String, of folder: String, limit: Int) -> [UInt8]? {
        guard version(name, of: folder) != nil else { return nil }
        return try? DurableFile.read(folder + "/" + name, limit: limit)
    }

    /// What changes whenever the file is replaced; nil where there is no regular file of that name.
    static func version(_ name: String, of folder: String) -> String? {
        var status = stat()
        let path = folder + "/" + name
        guard !path.utf8.contains(0), lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        let time = status.st_mtim
        return String(
            UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
                &+ UInt64(truncatingIfNeeded: time.tv_nsec),
            radix: 36) + String(status.st_ino, radix: 36)
    }
}
