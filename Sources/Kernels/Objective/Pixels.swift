/// Bytes to floats.
package enum Pixels {
    /// target = pixels[range] / 255.
    /// - Precondition: `range` lies within `pixels`, and `target` holds as many floats.
    package static func scale(_ pixels: Span<UInt8>, range: Range<Int>, into target: FloatRegion) {
        map(pixels, range, into: target) { Float($0) / 255 }
    }

    /// target = 1 where a pixel of `range` is 128 or more, else 0.
    /// - Precondition: as for `scale`.
    package static func threshold(_ pixels: Span<UInt8>, range: Range<Int>, into target: FloatRegion) {
        map(pixels, range, into: target) { isLight($0) ? 1 : 0 }
    }

    /// Each target is 1 with a chance of its pixel / 255, else 0, drawn from `stream`.
    /// - Precondition: as for `scale`.
    package static func draw(
        _ pixels: Span<UInt8>, range: Range<Int>, from stream: inout RandomStream, into target: FloatRegion
    ) {
        map(pixels, range, into: target) { stream.isWhite($0) ? 1 : 0 }
    }

    /// Whether `threshold` takes a pixel for white: one in the upper half of the greys.
    package static func isLight(_ pixel: UInt8) -> Bool { pixel >= 128 }

    @inline(__always)
    private static func map(
        _ pixels: Span<UInt8>, _ range: Range<Int>, into target: FloatRegion, _ value: (UInt8) -> Float
    ) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= pixels.count && target.count == range.count,
            "pixels \(range) of \(pixels.count)")
        pixels.withUnsafeBufferPointer { pixels in
            guard let first = pixels.baseAddress else { return }
            let source = first + range.lowerBound
            for index in 0..<range.count { target.base[index] = value(source[index]) }
        }
    }
}
