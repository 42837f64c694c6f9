import Foundation
import VAECore

/// An array of bytes with up to four dimensions: the content of an IDX file.
package struct IDXArray: Sendable, Equatable {
    /// Sizes, outermost first; one to four, none of them 0.
    package let dimensions: [Int]
    /// The product of `dimensions` values, last dimension innermost.
    package let values: [UInt8]

    /// - Throws: `invalidArgument` unless there are one to four positive sizes that fit 32 bits and whose
    ///   product is the number of values.
    package init(dimensions: [Int], values: [UInt8]) throws(VAEError) {
        let sizes = 1...Int(UInt32.max)
        guard (1...4).contains(dimensions.count), dimensions.allSatisfy(sizes.contains) else {
            throw VAEError(
                .invalidArgument, "IDX dimensions", "can't be written",
                expected: "one to four sizes of 1 to \(UInt32.max)", found: "\(dimensions)")
        }
        guard IDX.product(dimensions) == values.count else {
            throw VAEError(
                .invalidArgument, "IDX values", "do not fill the dimensions \(dimensions)",
                expected: IDX.product(dimensions).map(String.init) ?? "more than memory holds",
                found: "\(values.count)")
        }
        self.init(checked: dimensions, values)
    }

    init(checked dimensions: [Int], _ values: [UInt8]) {
        self.dimensions = dimensions
        self.values = values
    }
}

/// The IDX format of the MNIST files (http://yann.lecun.com/exdb/mnist): `00 00 08 n`, then n sizes of
/// 32 bits, big-endian, then the values, last dimension innermost. Only unsigned bytes (type 08).
///
/// A file may be compressed with gzip, which its first two bytes tell, not its name.
public enum IDX {
    /// Reads one file, compressed or not, to its very end.
    /// - Throws: `missingInput` or `inputOutput` if the file can't be read; `invalidData` if it isn't
    ///   IDX of unsigned bytes with one to four positive sizes, or isn't exactly as long as they say.
    package static func read(_ path: String) throws(VAEError) -> IDXArray {
        try read(InputBytes(path: path))
    }

    /// The bytes of an uncompressed IDX file.
    package static func encode(_ array: IDXArray) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0x08, UInt8(array.dimensions.count)]
        bytes.reserveCapacity(4 + 4 * array.dimensions.count + array.values.count)
        for size in array.dimensions {
            withUnsafeBytes(of: UInt32(size).bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes + array.values
    }

    /// Writes one uncompressed file, whole or not at all.
    /// - Throws: what `DurableFile.write` throws.
    package static func write(_ array: IDXArray, to path: String) throws(VAEError) {
        try DurableFile.write(encode(array), to: path)
    }

    static func read(_ input: InputBytes) throws(VAEError) -> IDXArray {
        let stream = try PayloadStream(input)
        let dimensions = try header(stream)
        let length = try contentLength(dimensions, stream)

        var values: [UInt8] = []
        // A stored file's length was checked against the file system; a compressed file's stated length
        // is only believed as its bytes arrive.
        if !stream.isCompressed { values.reserveCapacity(length) }
        // One byte more than the header asks for tells a longer file, and is all that is ever inflated.
        _ = try stream.append(length, to: &values)
        let start = 4 + 4 * dimensions.count
        guard values.count == length else {
            throw VAEError(
                .invalidData, input.path, "is cut off: the sizes \(dimensions) ask for more values",
                expected: "\(start + length) bytes\(stream.isCompressed ? " uncompressed" : "")",
                found: "\(start + values.count)", advice: "Download or copy the file again.")
        }
        var extra: [UInt8] = []
        guard try stream.append(1, to: &extra) == 0 else {
            throw tooLong(input.path, start + length, "more")
        }
        return IDXArray(checked: dimensions, values)
    }

    /// The product of sizes, nil past `Int.max`.
    static func product(_ sizes: [Int]) -> Int? {
        var result = 1
        for size in sizes {
            let (value, overflow) = result.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            result = value
        }
        return result
    }

    private static func header(_ stream: PayloadStream) throws(VAEError) -> [Int] {
        let path = stream.input.path
        var magic: [UInt8] = []
        guard try stream.append(4, to: &magic) == 4 else {
            throw VAEError(
                .invalidData, path, magic.isEmpty ? "is empty" : "is cut off in its first four bytes",
                expected: "an IDX file", found: "\(magic.count) bytes",
                advice: "Download or copy the file again.")
        }
        let shown = magic.map { hexadecimal($0) }.joined(separator: " ")
        guard magic[0] == 0, magic[1] == 0 else {
            // Servers answer an unknown path with a page, which then lies there under the file's name.
            let advice =
                magic[0] == UInt8(ascii: "<")
                ? "This looks like a web page saved under the file's name; download the file again."
                : "Check that this is one of the MNIST-style IDX files."
            // What can't be read further is told by what there is.
            _ = try? stream.append(FileKind.needed - magic.count, to: &magic)
            let kind = FileKind.name(of: magic).map { ", as in \($0)" } ?? ""
            throw VAEError(
                .invalidData, path,
                stream.isCompressed
                    ? "is compressed, and what is in it is not an IDX file" : "is not an IDX file",
                expected: "bytes 0 to 3 of 00 00 08 and 01 to 04", found: shown + kind, advice: advice)
        }
        guard magic[2] == 0x08 else {
            throw VAEError(
                .invalidData, path, "does not hold unsigned bytes (byte 2 is the type)", expected: "08",
                found: hexadecimal(magic[2]) + (typeNames[magic[2]].map { " (\($0))" } ?? ""),
                advice: "Convert the values to unsigned bytes, 0 to 255.")
        }
        guard (1...4).contains(magic[3]) else {
            throw VAEError(
                .invalidData, path, "has an unusable number of dimensions (byte 3)", expected: "1 to 4",
                found: "\(magic[3])")
        }
        var sizes: [UInt8] = []
        guard try stream.append(4 * Int(magic[3]), to: &sizes) == 4 * Int(magic[3]) else {
            throw VAEError(
                .invalidData, path, "is cut off in its header", expected: "\(4 + 4 * Int(magic[3])) bytes",
                found: "\(4 + sizes.count)", advice: "Download or copy the file again.")
        }
        return stride(from: 0, to: sizes.count, by: 4).map { start in
            sizes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        }
    }

    /// The number of values the sizes ask for, once it is sure that the input can hold them.
    private static func contentLength(_ dimensions: [Int], _ stream: PayloadStream) throws(VAEError) -> Int {
        let path = stream.input.path
        if let zero = dimensions.firstIndex(of: 0) {
            throw VAEError(
                .invalidData, path,
                zero == 0 ? "holds no items: its first size is 0" : "has a size of 0 (dimension \(zero + 1))",
                expected: "positive sizes", found: "\(dimensions)")
        }
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard let length = product(dimensions), length < memory else {
            throw VAEError(
                .invalidData, path, "claims more values than this machine's memory holds",
                expected: "less than \(memory) bytes", found: "sizes \(dimensions)",
                advice: "Check the file; the sizes stand at bytes 4 to \(3 + 4 * dimensions.count).")
        }
        let whole = 4 + 4 * dimensions.count + length
        let size = stream.input.size
        if stream.isCompressed {
            guard length / Zlib.largestExpansion <= size else {
                throw VAEError(
                    .invalidData, path,
                    "claims sizes \(dimensions), which \(size) compressed bytes can't hold",
                    expected: "at most \(Zlib.largestExpansion) times as many values",
                    found: "\(length)", advice: "Download or copy the file again.")
            }
            return length
        }
        guard size >= whole else {
            throw VAEError(
                .invalidData, path, "is cut off: the sizes \(dimensions) ask for more values",
                expected: "\(whole) bytes", found: "\(size)", advice: "Download or copy the file again.")
        }
        guard size == whole else { throw tooLong(path, whole, "\(size)") }
        return length
    }

    private static func tooLong(_ path: String, _ expected: Int, _ found: String) -> VAEError {
        VAEError(
            .invalidData, path, "has trailing bytes after its last value",
            expected: "\(expected) bytes", found: found,
            advice: "Check that the file was not appended to.")
    }

    private static let typeNames: [UInt8: String] = [
        0x09: "signed bytes", 0x0B: "16-bit integers", 0x0C: "32-bit integers", 0x0D: "32-bit floats",
        0x0E: "64-bit floats",
    ]

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
