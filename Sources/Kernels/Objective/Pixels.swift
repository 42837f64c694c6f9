/// Bytes to floats.
package enum Pixels {
    /// target = pixels[range] / 255.
    /// - Precondition: `range` lies within `pixels`, and `target` holds as many floats.
    package static func scale(_ pixels: Span<UInt8>, range: Range<Int>, into target: FloatRegion) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= pixels.count && target.count == range.count,
            "pixels \(range) of \(pixels.count)")
        pixels.withUnsafeBufferPointer { pixels in
            guard let first = pixels.baseAddress else { return }
            let source = first + range.lowerBound
            for index in 0..<range.count { target.base[index] = Float(source[index]) / 255 }
        }
    }
}
