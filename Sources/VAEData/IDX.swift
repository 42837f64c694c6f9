import VAECore

/// The IDX format of the MNIST files (http://yann.lecun.com/exdb/mnist): `00 00 08 n`, then n sizes of
/// 32 bits, big-endian, then the values, big-endian, last dimension innermost. Byte 2 is their type: 08 uint8, 09 int8,
/// 0B int16, 0C int32, 0D float32, 0E float64.
///
/// A file may be compressed with gzip, which its first two bytes tell, not its name.
public enum IDX {
    /// Writes one uncompressed file, whole or not at all.
    /// - Throws: what `encode` and `DurableFile.write` throw.
    package static func write(_ array: NumericArray, to path: String) throws(VAEError) {
        try DurableFile.write(encode(array), to: path)
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
