extension DoubleStorage {
    /// Writes the bits of some numbers as floats, two each, in which they travel to other ranks.
    package func write(_ range: Range<Int>, to message: FloatRegion) {
        precondition(message.count >= 2 * range.upperBound, "\(message.count) floats for numbers \(range)")
        for index in range {
            let bits = self[index].bitPattern
            message[2 * index] = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            message[2 * index + 1] = Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32))
        }
    }

    /// Reads all numbers from a message that has the bits of each.
    package func read(from message: FloatRegion) {
        precondition(message.count == 2 * count, "\(message.count) floats of \(count) numbers")
        for index in 0..<count {
            let (low, high) = (message[2 * index].bitPattern, message[2 * index + 1].bitPattern)
            self[index] = Double(bitPattern: UInt64(high) << 32 | UInt64(low))
        }
    }
}
