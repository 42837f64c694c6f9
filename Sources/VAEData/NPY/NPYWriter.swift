import VAECore

extension NPYArray {
    /// The bytes of a file of version 1.0, the same as `numpy.save` writes.
    public func serialized() -> [UInt8] { NPY.encode(self) }

    /// Writes a file that `numpy.load` reads, whole or not at all.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written; what was there is left as it was.
    public func write(to path: String) throws(VAEError) { try NPY.write(self, to: path) }
}

extension NPY {
    /// The bytes of a file of version 1.0, as `numpy.save` writes it.
    package static func encode(_ array: NPYArray) -> [UInt8] {
        let kind: Kind =
            switch array.values {
            case .bytes: .byte
            case .floats: .float
            case .doubles: .double
            }
        var bytes = header(kind, array.shape)
        bytes.reserveCapacity(bytes.count + kind.size * array.values.count)
        switch array.values {
        case .bytes(let values): bytes += values
        case .floats(let values):
            for value in values { append(UInt64(value.bitPattern), 4, to: &bytes) }
        case .doubles(let values):
            for value in values { append(value.bitPattern, 8, to: &bytes) }
        }
        return bytes
    }

    /// Writes one file, whole or not at all.
    /// - Throws: what `DurableFile.write` throws.
    package static func write(_ array: NPYArray, to path: String) throws(VAEError) {
        try DurableFile.write(encode(array), to: path)
    }

    private static func header(_ kind: Kind, _ shape: [Int]) -> [UInt8] {
        // A tuple of one has its comma in Python.
        let sizes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        var text = "{'descr': '\(kind.rawValue)', 'fortran_order': False, 'shape': (\(sizes)), }"
        // NumPy leaves room for the first size to grow to 21 digits, and ends the header at a multiple of 64.
        if let first = shape.first { text += String(repeating: " ", count: 21 - "\(first)".count) }
        let length = magic.count + 4 + text.utf8.count + 1
        text += String(repeating: " ", count: 64 - length % 64) + "\n"
        var bytes = magic + [1, 0]
        append(UInt64(text.utf8.count), 2, to: &bytes)
        return bytes + text.utf8
    }

    /// The lowest `count` bytes of `value`, the lowest first.
    private static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(place)))) }
    }
}
