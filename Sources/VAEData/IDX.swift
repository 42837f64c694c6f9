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
            throw IDX.unwritable(dimensions)
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
/// 32 bits, big-endian, then the values, big-endian, last dimension innermost. Byte 2 is their type: 08 uint8, 09 int8,
/// 0B int16, 0C int32, 0D float32, 0E float64.
///
/// A file may be compressed with gzip, which its first two bytes tell, not its name.
public enum IDX {
    /// Reads one file of unsigned bytes, compressed or not, to its very end.
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
        let array = try readNumbers(input, types: [.uint8])
        guard case .bytes(let values) = array.values else { throw otherType(input.path, array.type) }
        return IDXArray(checked: array.shape, values)
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

    static func unwritable(_ sizes: [Int]) -> VAEError {
        VAEError(
            .invalidArgument, "IDX dimensions", "can't be written",
            expected: "one to four sizes of 1 to \(UInt32.max)", found: "\(sizes)")
    }
}
