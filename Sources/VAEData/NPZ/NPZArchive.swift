import Foundation
import VAECore

/// NumPy's archives of arrays: a ZIP archive whose entries are NPY files, stored or deflated.
///
/// Entries whose names do not end in ".npy" are passed over.
package final class NPZArchive {
    /// An array as its header describes it.
    package struct Entry: Sendable {
        /// The array's name: the entry's without ".npy".
        package let name: String
        /// Sizes, outermost first; none where the entry is refused.
        package let shape: [Int]
        /// nil where the entry is refused.
        package let type: NumericType?
        /// The reason why the entry can't be read, where its header says so.
        package let refusal: VAEError?
    }

    /// The path of the archive.
    package let path: String
    /// All arrays in the archive's order, also those that can't be read.
    package let entries: [Entry]

    private let archive: ZipArchive
    private let files: [ZipArchive.Entry]

    /// Reads the headers of all entries, and no numbers.
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidData` when it is no ZIP archive, holds no
    ///   arrays, more than 65,536 entries, or two of one name.
    package init(contentsOf path: String) throws(VAEError) {
        let archive = try ZipArchive(path: path)
        let all = try archive.entries()
        let files = all.filter { $0.name.utf8.suffix(4).elementsEqual(Self.suffix.utf8) }
        guard !files.isEmpty else {
            throw VAEError(
                .invalidData, path, "holds no arrays", expected: "entries whose names end in .npy",
                found: all.isEmpty ? "an empty archive" : "\(all.count) other entries",
                advice: "Save arrays with numpy.savez.")
        }
        (self.path, self.archive, self.files) = (path, archive, files)
        entries = files.map { file in
            let name = Self.name(of: file)
            do throws(VAEError) {
                let stream = try archive.open(file, naming: "\(path):\(name)")
                let (header, _) = try NPY.measured(stream, size: file.size, advice: Self.advice)
                return Entry(name: name, shape: header.shape, type: header.type, refusal: nil)
            } catch {
                return Entry(name: name, shape: [], type: nil, refusal: error)
            }
        }
    }

    /// Reads one array.
    /// - Throws: `invalidArgument` when there is none of that name; `invalidData` when it is encrypted, damaged, not of a
    ///   `NumericType`, or not exactly as long as its header says.
    /// - Complexity: O(n); takes memory for the numbers, and once more to transpose those in Fortran order.
    package func array(named name: String) throws(VAEError) -> NumericArray {
        guard let file = files.first(where: { Self.name(of: $0).utf8.elementsEqual(name.utf8) }) else {
            throw VAEError(
                .invalidArgument, path, "holds no array called \"\(name.prefix(100))\"", expected: names)
        }
        let subject = "\(path):\(name)"
        let stream = try archive.open(file, naming: subject)
        let memory = ProcessInfo.processInfo.physicalMemory
        guard UInt64(file.size) < memory else {
            throw VAEError(
                .invalidData, subject, "claims more values than this machine's memory holds",
                expected: "less than \(memory) bytes", found: "\(file.size)")
        }
        let array = try NPY.read(stream, size: file.size, advice: Self.advice)
        // The checksum is compared where the end is met.
        var extra: [UInt8] = []
        guard try stream.append(1, to: &extra) == 0 else {
            throw VAEError(
                .invalidData, subject, "is longer than the archive's directory says",
                expected: "\(file.size) bytes", found: "more", advice: Self.advice)
        }
        return array
    }

    /// Reads an array of a single dimension of texts: Python's, or bytes of UTF-8.
    /// - Parameters:
    ///   - most: refuses more texts
    ///   - longest: refuses texts of more characters, or bytes
    /// - Returns: nil where there is none of that name, or another kind of array, or a larger one.
    /// - Throws: `invalidData` when it is damaged.
    package func texts(named name: String, most: Int, longest: Int) throws(VAEError) -> [String]? {
        guard let file = files.first(where: { Self.name(of: $0).utf8.elementsEqual(name.utf8) }) else {
            return nil
        }
        let subject = "\(path):\(name)"
        let stream = try archive.open(file, naming: subject)
        let (dictionary, start) = try NPY.dictionary(stream)
        guard let header = try NPYHeaderScanner.scanTexts(dictionary[...], path: subject),
            header.shape.count == 1, header.shape[0] <= most, header.length <= longest
        else { return nil }
        let size = header.length * (header.isUnicode ? 4 : 1)
        let whole = start + header.shape[0] * size
        // No memory for what can't be there.
        let bytes = file.size == whole ? try stream.take(whole - start) : []
        // The checksum is compared where the end is met.
        var extra: [UInt8] = []
        guard bytes.count == whole - start, try stream.append(1, to: &extra) == 0 else {
            throw VAEError(
                .invalidData, subject, "has another length than its header says",
                expected: "\(whole) bytes", found: "\(file.size)", advice: Self.advice)
        }
        return (0..<header.shape[0]).map { header.text(bytes[$0 * size..<($0 + 1) * size]) }
    }

    /// Reads the only array of an archive.
    /// - Throws: `invalidData` when there are several, and what `array(named:)` throws.
    package func onlyArray() throws(VAEError) -> NumericArray {
        guard entries.count == 1 else {
            throw VAEError(
                .invalidData, path, "holds several arrays", expected: "one, or the name of one",
                found: names, advice: "Name the array that is meant.")
        }
        return try array(named: entries[0].name)
    }

    /// The names of the first arrays, for errors.
    private var names: String {
        let shown = entries.prefix(12).map { "\"\($0.name.prefix(40))\"" }.joined(separator: ", ")
        return entries.count > 12 ? "\(shown) and \(entries.count - 12) more" : shown
    }

    /// The bytes that an archive begins with.
    static let magic = Array("PK\u{3}\u{4}".utf8)
    private static let suffix = ".npy"
    private static let advice = "Copy or download the file again, or save the arrays again with numpy.savez."

    private static func name(of file: ZipArchive.Entry) -> String {
        String(decoding: file.name.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
    }
}
