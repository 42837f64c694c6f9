import Foundation
import VAECore

/// The entries of a folder that anybody could mean: hidden ones are left out, and the rest is in the order in which people count.
struct FolderListing {
    let path: String
    /// Names of regular files, links to them included.
    let files: [String]
    /// Names of folders, links to them included.
    let folders: [String]
    /// Device and number, by which a folder is known that links lead to again.
    let identity: [UInt64]

    /// - Throws: `missingInput` when it is no folder, or may not be listed or searched.
    init(_ path: String) throws(VAEError) {
        var status = stat()
        guard !path.utf8.contains(0), stat(path, &status) == 0 else { throw .file(path, .open, errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw VAEError(
                .missingInput, path, "is a file, not a folder", advice: "Name the folder that holds it.")
        }
        guard access(path, X_OK) == 0, let stream = opendir(path) else { throw .file(path, .open, errno) }
        defer { closedir(stream) }
        var (files, folders) = ([String](), [String]())
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix("."), !FolderListing.isRubbish(name) else { continue }
            switch FolderListing.kind(of: entry.pointee.d_type, joined(path, name)) {
            case S_IFREG: files.append(name)
            case S_IFDIR: folders.append(name)
            default: break
            }
        }
        self.path = path
        identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
        self.files = files.sorted { $0.naturallyPrecedes($1) }
        self.folders = folders.sorted { $0.naturallyPrecedes($1) }
    }

    /// The kind of an entry: what the file system says at once, or what a link leads to. Of a million files none is asked for.
    private static func kind(of type: UInt8, _ path: String) -> mode_t {
        switch Int(type) {
        case Int(DT_REG): return S_IFREG
        case Int(DT_DIR): return S_IFDIR
        default:
            var status = stat()
            return stat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
        }
    }

    /// What systems leave in folders unasked.
    private static func isRubbish(_ name: String) -> Bool {
        ["Thumbs.db", "desktop.ini", "__MACOSX"].contains(name)
    }

    /// The number of files of each ending, such as "3 .heic files", most first.
    static func tally(_ names: [String]) -> [String] {
        let endings = Dictionary(grouping: names) { name in
            let parts = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
            return parts.count > 1 && (parts.last?.count ?? 0) <= 8 ? ".\(parts.last ?? "")" : ""
        }
        return endings.map { (ending: $0.key, count: $0.value.count) }
            .sorted { ($1.count, $0.ending) < ($0.count, $1.ending) }
            .map { ending, count in
                let files =
                    ending.isEmpty ? "file without an ending" : "\(ending.escapingControlCharacters()) file"
                return
                    "\(grouped(Double(count))) \(files.replacing("file", with: count == 1 ? "file" : "files", maxReplacements: 1))"
            }
    }
}
