import Foundation

/// Numbers and bytes in the forms in which a page holds them.
enum Packing {
    /// Values in steps of 1/65535 of their range, sixteen bits each, little-endian.
    struct Quantised {
        let low: [Float]
        let high: [Float]
        let bytes: [UInt8]

        /// - Parameter values: (rows, columns); each column has a range of its own. A value that is not finite
        ///   becomes the lowest.
        init(_ values: ArraySlice<Float>, columns: Int) {
            var low = [Float](repeating: .infinity, count: columns)
            var high = [Float](repeating: -.infinity, count: columns)
            for (index, value) in values.enumerated() where value.isFinite {
                low[index % columns] = min(low[index % columns], value)
                high[index % columns] = max(high[index % columns], value)
            }
            for column in 0..<columns where low[column] > high[column] {
                (low[column], high[column]) = (0, 0)
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * values.count)
            for (index, value) in values.enumerated() {
                let (least, range) = (low[index % columns], high[index % columns] - low[index % columns])
                let share = range > 0 && value.isFinite ? (value - least) / range : 0
                let step = UInt16(min(max(share, 0), 1) * 65535 + 0.5)
                bytes.append(UInt8(truncatingIfNeeded: step))
                bytes.append(UInt8(step >> 8))
            }
            (self.low, self.high, self.bytes) = (low, high, bytes)
        }
    }

    /// Single-precision values, little-endian.
    static func bytes(_ values: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * values.count)
        for value in values {
            let bits = value.bitPattern
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return bytes
    }

    /// 32-bit whole numbers, little-endian.
    static func bytes(_ values: [Int]) -> [UInt8] {
        values.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }

    static func base64(_ bytes: [UInt8]) -> [UInt8] { Array(Data(bytes).base64EncodedData()) }
}
