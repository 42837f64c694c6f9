import VAECore

extension NumericArray {
    /// The bytes of an NPY file of version 1.0, the same as `numpy.save` writes.
    public func serialized() -> [UInt8] { NPY.encode(self) }

    /// Writes an NPY file that `numpy.load` reads, whole or not at all.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written; what was there is left as it was.
    public func write(to path: String) throws(VAEError) { try NPY.write(self, to: path) }
}

extension NPY {
    /// The bytes of a file of version 1.0, as `numpy.save` writes it.
    package static func encode(_ array: NumericArray) -> [UInt8] {
        var bytes = header(array.type, array.shape)
        bytes.reserveCapacity(bytes.count + array.type.size * array.values.count)
        NumericCoding.append(array.values, isBigEndian: false, to: &bytes)
        return bytes
    }

    /// Writes one file, whole or not at all.
    /// - Throws: what `DurableFile.write` throws.
    package static func write(_ array: NumericArray, to path: String) throws(VAEError) {
        try DurableFile.write(encode(array), to: path)
    }

    /// The bytes of single-precision numbers as they stand in a file, behind ``header(ofFloats:)``.
    package static func bytes(of floats: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * floats.count)
        NumericCoding.append(.floats(floats), isBigEndian: false, to: &bytes)
        return bytes
    }

    /// The bytes of a file of single-precision numbers before them.
    package static func header(ofFloats shape: [Int]) -> [UInt8] { header(.float32, shape) }

    /// The bytes of a file before its numbers.
    static func header(_ type: NumericType, _ shape: [Int]) -> [UInt8] {
        header((type.size == 1 ? "|" : "<") + type.code, shape)
    }

    /// The bytes of a file before its values.
    /// - Parameter description: NumPy's word for the type of a value
    static func header(_ description: String, _ shape: [Int]) -> [UInt8] {
        // A tuple of one has its comma in Python.
        let sizes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        var text = "{'descr': '\(description)', 'fortran_order': False, 'shape': (\(sizes)), }"
        // NumPy leaves room for the first size to grow to 21 digits, and ends the header at a multiple of 64.
        if let first = shape.first { text += String(repeating: " ", count: 21 - "\(first)".count) }
        let length = magic.count + 4 + text.utf8.count + 1
        text += String(repeating: " ", count: 64 - length % 64) + "\n"
        let count = UInt16(text.utf8.count)
        return magic + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + text.utf8
    }
}
