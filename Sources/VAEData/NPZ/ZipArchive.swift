import CZip
import Glibc
import VAECore

/// A ZIP archive that is read by libzip. Its directory is checked where it is opened; entries are as good as what is read of them.
final class ZipArchive {
    /// An entry as the archive's directory has it.
    struct Entry {
        /// The place in the directory.
        let index: Int
        let name: String
        /// Bytes unpacked, as the directory claims.
        let size: Int
        /// Bytes in the file, as the directory claims.
        let packedSize: Int
        /// ZIP's number of the method of compression.
        let method: Int
        let isEncrypted: Bool
    }

    /// The most entries of an archive.
    static let mostEntries = 1 << 16
    /// Bytes of the longest name.
    static let longestName = 1024

    let path: String
    /// Bytes of the file.
    let size: Int
    private let archive: OpaquePointer

    /// - Throws: `missingInput` or `inputOutput` when the file can't be read, `invalidData` when it is no archive.
    init(path: String) throws(VAEError) {
        let file = try FileDescriptor.reading(path)
        size = try file.size()
        self.path = path
        let isLocal = try file.read(upTo: 4).elementsEqual("PK\u{3}\u{4}".utf8)
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_RDONLY, &code) else {
            let problem =
                code != ZIP_ER_NOZIP
                ? "is damaged: \(Self.words(code))"
                : isLocal
                    ? "is cut off: the directory that ends a ZIP archive is missing" : "is not a ZIP archive"
            throw VAEError(
                .invalidData, path, problem, expected: "a whole ZIP archive", found: "\(size) bytes",
                advice: "Copy or download the file again.")
        }
        self.archive = archive
    }

    deinit { zip_discard(archive) }

    /// What the directory has, in its order.
    /// - Throws: `invalidData` for too many entries, a name that is too long, no text or there twice, and sizes that are missing.
    func entries() throws(VAEError) -> [Entry] {
        let count = Int(zip_get_num_entries(archive, 0))
        guard count <= Self.mostEntries else {
            throw VAEError(
                .invalidData, path, "holds too many entries", expected: "at most \(Self.mostEntries)",
                found: "\(count)")
        }
        var names: Set<[UInt8]> = []
        var entries: [Entry] = []
        for index in 0..<count {
            let entry = try entry(index)
            guard names.insert(Array(entry.name.utf8)).inserted else {
                throw VAEError(
                    .invalidData, path, "holds two entries of the same name", found: "\"\(entry.name)\"",
                    advice: "Save the arrays again with numpy.savez.")
            }
            entries.append(entry)
        }
        return entries
    }

    private func entry(_ index: Int) throws(VAEError) -> Entry {
        var status = zip_stat()
        zip_stat_init(&status)
        let needed = UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD)
        guard let name = zip_get_name(archive, UInt64(index), 0),
            zip_stat_index(archive, UInt64(index), 0, &status) == 0, status.valid & needed == needed
        else {
            throw VAEError(
                .invalidData, path, "is damaged: entry \(index) has no name or size",
                advice: "Copy or download the file again.")
        }
        guard strlen(name) <= Self.longestName, let name = String(validatingCString: name) else {
            throw VAEError(
                .invalidData, path, "has an entry whose name can't be read",
                expected: "UTF-8 of at most \(Self.longestName) bytes", found: "entry \(index)")
        }
        return Entry(
            index: index, name: name, size: Int(clamping: status.size),
            packedSize: Int(clamping: status.comp_size), method: Int(status.comp_method),
            isEncrypted: status.valid & UInt64(ZIP_STAT_ENCRYPTION_METHOD) != 0
                && status.encryption_method != ZIP_EM_NONE)
    }

    /// The content of an entry, from its beginning.
    /// - Parameter name: what errors name
    /// - Throws: `invalidData` when the entry is encrypted, packed in another way than by deflate, or claims to be larger than what
    ///   is packed can be.
    func open(_ entry: Entry, naming name: String) throws(VAEError) -> ZipEntryStream {
        guard !entry.isEncrypted else {
            throw VAEError(
                .invalidData, name, "is encrypted, which is not read",
                advice: "Unpack the archive, and pack it again without a password.")
        }
        let (isStored, isDeflated) = (entry.method == ZIP_CM_STORE, entry.method == ZIP_CM_DEFLATE)
        guard isStored || isDeflated else {
            throw VAEError(
                .invalidData, name, "is compressed in a way that is not read",
                expected: "method 0 (stored) or 8 (deflated)", found: "method \(entry.method)",
                advice: "Save the arrays again with numpy.savez_compressed.")
        }
        let most = isStored ? entry.packedSize : entry.packedSize.multipliedOrMost(by: Zlib.largestExpansion)
        guard entry.packedSize <= size, entry.size <= most, isDeflated || entry.size == entry.packedSize
        else {
            throw VAEError(
                .invalidData, name, "claims a size that its packed bytes can't hold",
                expected: entry.packedSize > size
                    ? "at most the archive's \(size) packed bytes"
                    : "\(isStored ? "" : "at most ")\(most) bytes",
                found: "\(entry.packedSize > size ? entry.packedSize : entry.size)",
                advice: "Copy or download the file again.")
        }
        guard let file = zip_fopen_index(archive, UInt64(entry.index), 0) else {
            throw VAEError(
                .invalidData, name, "is damaged: \(String(cString: zip_strerror(archive)))",
                advice: "Copy or download the file again.")
        }
        return ZipEntryStream(file, of: self, naming: name)
    }

    private static func words(_ code: Int32) -> String {
        var error = zip_error_t()
        zip_error_init_with_code(&error, code)
        defer { zip_error_fini(&error) }
        return String(cString: zip_error_strerror(&error))
    }
}

/// The unpacked bytes of an entry, one after the other.
final class ZipEntryStream: ByteSource {
    let name: String
    private let file: OpaquePointer
    /// libzip reads from the archive's file, which closes with it.
    private let archive: ZipArchive

    fileprivate init(_ file: OpaquePointer, of archive: ZipArchive, naming name: String) {
        (self.file, self.archive, self.name) = (file, archive, name)
    }

    deinit { zip_fclose(file) }

    /// Throws `invalidData` for what can't be unpacked, and at the end where the checksum is wrong.
    func append(_ count: Int, to output: inout [UInt8]) throws(VAEError) -> Int {
        var done = 0
        while done < count {
            var found = 0
            let piece = [UInt8](unsafeUninitializedCapacity: min(count - done, 1 << 16)) { room, made in
                found = room.baseAddress.map { Int(zip_fread(file, $0, UInt64(room.count))) } ?? 0
                made = max(0, found)
            }
            guard found >= 0 else {
                throw VAEError(
                    .invalidData, name,
                    "is damaged: \(String(cString: zip_error_strerror(zip_file_get_error(file))))",
                    advice: "Copy or download the file again.")
            }
            if found == 0 { break }
            output += piece
            done += found
        }
        return done
    }
}

extension Int {
    /// The product, or the largest number where it would be larger.
    fileprivate func multipliedOrMost(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
