/// Turns the unrounded values of a row into pixels of an image: channels, place and precision.
struct RowFinish {
    private let sourceChannels: Int
    private let channels: Int
    private let width: Int
    private let columns: Range<Int>

    /// - Parameters:
    ///   - sourceChannels: values that a pixel of a row has; 1 and 3 become one another, else as many as `channels`.
    ///   - width: pixels of an image's row.
    ///   - columns: those of them that rows hold.
    init(sourceChannels: Int, channels: Int, width: Int, columns: Range<Int>) {
        self.sourceChannels = sourceChannels
        self.channels = channels
        self.width = width
        self.columns = columns
    }

    /// Values of 0 to 255, each rounded to the nearest.
    func round(_ values: UnsafeBufferPointer<Float>, row: Int, into image: inout [UInt8]) {
        write(values, row, into: &image) { UInt8(truncatingIfNeeded: Int32(min($0, 255) + 0.5)) }
    }

    /// Values of 0 to 65,535, as 0 to 1.
    func scale(_ values: UnsafeBufferPointer<Float>, row: Int, into image: inout [Float]) {
        write(values, row, into: &image) { min($0 / 65_535, 1) }
    }

    /// - Parameter finish: what rounding may have put above the largest value is put back by it.
    @inline(__always)
    private func write<Value>(
        _ values: UnsafeBufferPointer<Float>, _ row: Int, into image: inout [Value],
        _ finish: (Float) -> Value
    ) {
        let start = (row * width + columns.lowerBound) * channels
        let count = columns.count
        image.withUnsafeMutableBufferPointer { image in
            switch (sourceChannels, channels) {
            case (3, 1):
                for pixel in 0..<count {
                    let at = 3 * pixel
                    image[start + pixel] = finish(Luma.of(values[at], values[at + 1], values[at + 2]))
                }
            case (1, 3):
                for pixel in 0..<count {
                    let value = finish(values[pixel])
                    for channel in 0..<3 { image[start + 3 * pixel + channel] = value }
                }
            default:
                for at in 0..<count * channels { image[start + at] = finish(values[at]) }
            }
        }
    }
}
