import Foundation
import VAECore

extension NPY {
    package static func read(_ path: String) throws(VAEError) -> NumericArray {
        try read(InputBytes(path: path))
    }

    static func read(_ input: InputBytes) throws(VAEError) -> NumericArray {
        try read(
            input, size: input.size, advice: "Copy the file again, or save the array again with numpy.save.")
    }

    /// Reads an array, to the source's very end. An array in Fortran order is transposed to C order.
    /// - Parameters:
    ///   - size: the source's bytes in all, which are there, or no more than what is packed can hold
    ///   - advice: what to do where they are too few or too many
    static func read(
        _ source: some ByteSource, size: Int, advice: String
    ) throws(VAEError) -> NumericArray {
        let (header, length) = try measured(source, size: size, advice: advice)
        let shape = header.shape
        let (values, bytes) = try NumericCoding.read(
            header.type, length / header.type.size, isBigEndian: header.isBigEndian, isKnown: true,
            from: source)
        // The file was measured before, and may have been cut in between.
        guard bytes == length else { throw cutOff(source.name) }
        let isTransposed = header.isFortranOrder && shape.count > 1
        return NumericArray(checked: shape, isTransposed ? values.transposed(shape) : values)
    }

    /// Reads a header, and checks its sizes against those of the source.
    /// - Returns: the bytes of the numbers, too
    static func measured(
        _ source: some ByteSource, size: Int, advice: String
    ) throws(VAEError) -> (NPYHeader, length: Int) {
        let (header, start) = try header(source)
        let (path, shape, type) = (source.name, header.shape, header.type)
        guard let length = IDX.product(shape + [type.size]),
            length <= Int.max - start
        else {
            throw VAEError(
                .invalidData, path, "claims more values than any memory holds", found: "shape \(shape)",
                advice: "Save the array again with numpy.save.")
        }
        guard size == start + length else {
            throw VAEError(
                .invalidData, path,
                size < start + length
                    ? "is cut off: the shape \(shape) asks for more values"
                    : "has trailing bytes after its last value",
                expected: "\(start + length) bytes", found: "\(size)", advice: advice)
        }
        return (header, length)
    }

    /// Reads a header.
    /// - Returns: the place of the first number, too
    static func header(_ source: some ByteSource) throws(VAEError) -> (NPYHeader, start: Int) {
        let (text, start) = try dictionary(source)
        return (try NPYHeaderScanner.scan(text[...], path: source.name), start)
    }

    /// Reads all before the first number.
    /// - Returns: the header's dictionary, and the place of the first number
    static func dictionary(_ source: some ByteSource) throws(VAEError) -> ([UInt8], start: Int) {
        let path = source.name
        let first = try source.take(magic.count + 2)
        guard first.starts(with: magic) else {
            throw VAEError(
                .invalidData, path, "is not an NPY file", expected: "\\x93NUMPY in its first bytes",
                advice: first.starts(with: Array("PK".utf8))
                    ? "This looks like an .npz archive; save one array with numpy.save."
                    : "Save the array with numpy.save.")
        }
        guard first.count == magic.count + 2 else { throw cutOff(path) }
        let (major, minor) = (first[magic.count], first[magic.count + 1])
        guard (1...3).contains(major), minor == 0 else {
            throw VAEError(
                .invalidData, path, "has a version of the format that is not known",
                expected: "1.0, 2.0 or 3.0", found: "\(major).\(minor)",
                advice: "Save the array again with numpy.save.")
        }
        let width = major == 1 ? 2 : 4
        let size = try source.take(width)
        guard size.count == width else { throw cutOff(path) }
        let length = size.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= longestHeader else {
            throw VAEError(
                .invalidData, path, "has a header that is too long",
                expected: "at most \(longestHeader) bytes",
                found: "\(length)", advice: "Save the array again with numpy.save.")
        }
        let text = try source.take(length)
        guard text.count == length else { throw cutOff(path) }
        return (text, magic.count + 2 + width + length)
    }

    private static func cutOff(_ path: String) -> VAEError {
        VAEError(
            .invalidData, path, "is cut off", expected: "a whole NPY file", found: "the file's end",
            advice: "Copy the file again, or save the array again with numpy.save.")
    }
}
