import Foundation
import VAECore

extension IDX {
    /// Reads one file of any type, compressed or not, to its very end.
    /// - Throws: `missingInput` or `inputOutput` if the file can't be read; `invalidData` if it isn't IDX with one to four
    ///   positive sizes, or isn't exactly as long as they say.
    package static func read(_ path: String) throws(VAEError) -> NumericArray {
        try read(InputBytes(path: path))
    }

    /// The bytes of an uncompressed file.
    /// - Throws: `invalidArgument` for a type that the format does not have, and unless there are one to four positive sizes
    ///   that fit 32 bits.
    package static func encode(_ array: NumericArray) throws(VAEError) -> [UInt8] {
        var bytes = try header(array.type, array.shape)
        bytes.reserveCapacity(bytes.count + array.type.size * array.values.count)
        NumericCoding.append(array.values, isBigEndian: true, to: &bytes)
        return bytes
    }

    /// The bytes of a file before its numbers.
    /// - Throws: as ``encode(_:)``.
    static func header(_ type: NumericType, _ shape: [Int]) throws(VAEError) -> [UInt8] {
        guard let code = codes.first(where: { $0.type == type })?.code else {
            throw VAEError(
                .invalidArgument, "IDX values", "can't be written",
                expected: codes.map(\.type.rawValue).joined(separator: ", "), found: type.rawValue)
        }
        guard (1...4).contains(shape.count), shape.allSatisfy({ (1...Int(UInt32.max)).contains($0) })
        else { throw unwritable(shape) }
        var bytes: [UInt8] = [0, 0, code, UInt8(shape.count)]
        for size in shape {
            withUnsafeBytes(of: UInt32(size).bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    static func read(_ input: InputBytes) throws(VAEError) -> NumericArray {
        let stream = try PayloadStream(input)
        let (type, dimensions) = try header(stream)
        let length = try contentLength(type, dimensions, stream)
        // A stored file's length was checked against the file system; a compressed file's stated length is only believed as
        // its bytes arrive. No more than the header asks for, and a byte that tells a longer file, is ever inflated.
        let (values, bytes) = try NumericCoding.read(
            type, length / type.size, isBigEndian: true, isKnown: !stream.isCompressed, from: stream)
        let start = 4 + 4 * dimensions.count
        guard bytes == length else {
            throw VAEError(
                .invalidData, input.path, "is cut off: the sizes \(dimensions) ask for more values",
                expected: "\(start + length) bytes\(stream.isCompressed ? " uncompressed" : "")",
                found: "\(start + bytes)", advice: "Download or copy the file again.")
        }
        var extra: [UInt8] = []
        guard try stream.append(1, to: &extra) == 0 else {
            throw tooLong(input.path, start + length, "more")
        }
        return NumericArray(checked: dimensions, values)
    }

    /// Type and sizes, without the numbers.
    static func readHeader(_ input: InputBytes) throws(VAEError) -> (NumericType, [Int]) {
        let stream = try PayloadStream(input)
        let (type, dimensions) = try header(stream)
        _ = try contentLength(type, dimensions, stream)
        return (type, dimensions)
    }

    private static func header(_ stream: PayloadStream) throws(VAEError) -> (NumericType, [Int]) {
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
                expected: "bytes 0 to 3 of 00 00, 08 to 0e and 01 to 04",
                found: shown + kind, advice: advice)
        }
        guard let type = codes.first(where: { $0.code == magic[2] })?.type else {
            throw VAEError(
                .invalidData, path, "has an unknown type of numbers (byte 2)",
                expected: "08, 09, 0b, 0c, 0d or 0e", found: hexadecimal(magic[2]),
                advice: "Check that this is one of the MNIST-style IDX files.")
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
        let dimensions = stride(from: 0, to: sizes.count, by: 4).map { start in
            sizes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return (type, dimensions)
    }

    /// The bytes of values the sizes ask for, once it is sure that the input can hold them.
    private static func contentLength(
        _ type: NumericType, _ dimensions: [Int], _ stream: PayloadStream
    ) throws(VAEError) -> Int {
        let path = stream.input.path
        if let zero = dimensions.firstIndex(of: 0) {
            throw VAEError(
                .invalidData, path,
                zero == 0 ? "holds no items: its first size is 0" : "has a size of 0 (dimension \(zero + 1))",
                expected: "positive sizes", found: "\(dimensions)")
        }
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard let length = product(dimensions + [type.size]), length < memory else {
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
                    expected: "at most \(Zlib.largestExpansion) times as many bytes",
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

    /// Byte 2 of a file for each type.
    static let codes: [(code: UInt8, type: NumericType)] = [
        (0x08, .uint8), (0x09, .int8), (0x0B, .int16), (0x0C, .int32), (0x0D, .float32), (0x0E, .float64),
    ]

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
