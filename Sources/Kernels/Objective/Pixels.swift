/// Pixels on their way into the engine: from bytes or floats to floats in [0, 1].
///
/// Of every function a `range` must lie within `pixels`, and `target` hold as many floats.
package enum Pixels {
    /// target = pixels[range] / 255.
    package static func scale(_ pixels: Span<UInt8>, range: Range<Int>, into target: FloatRegion) {
        map(pixels, range, into: target) { Float($0) / 255 }
    }

    /// target = pixels[range].
    package static func copy(_ pixels: Span<Float>, range: Range<Int>, into target: FloatRegion) {
        map(pixels, range, into: target) { $0 }
    }

    /// target = 1 where a pixel of `range` is 128 or more, else 0.
    package static func threshold(_ pixels: Span<UInt8>, range: Range<Int>, into target: FloatRegion) {
        map(pixels, range, into: target) { isLight($0) ? 1 : 0 }
    }

    /// target = 1 where a pixel of `range` is ½ or more, else 0.
    package static func threshold(_ pixels: Span<Float>, range: Range<Int>, into target: FloatRegion) {
        map(pixels, range, into: target) { isLight($0) ? 1 : 0 }
    }

    /// Each target is 1 with a chance of its pixel / 255, else 0, drawn from `stream`.
    package static func draw(
        _ pixels: Span<UInt8>, range: Range<Int>, from stream: inout RandomStream, into target: FloatRegion
    ) {
        map(pixels, range, into: target) { stream.isWhite($0) ? 1 : 0 }
    }

    /// Each target is 1 with a chance of its pixel, else 0, drawn from `stream`.
    package static func draw(
        _ pixels: Span<Float>, range: Range<Int>, from stream: inout RandomStream, into target: FloatRegion
    ) {
        map(pixels, range, into: target) { stream.isWhite($0) ? 1 : 0 }
    }

    /// Each of `pixels` becomes 1 where it is ½ or more, else 0.
    package static func threshold(_ pixels: FloatRegion) {
        for index in 0..<pixels.count { pixels.base[index] = isLight(pixels.base[index]) ? 1 : 0 }
    }

    /// Each of `pixels` becomes 1 with a chance of its value, else 0, drawn from `stream`.
    package static func draw(_ pixels: FloatRegion, from stream: inout RandomStream) {
        for index in 0..<pixels.count { pixels.base[index] = stream.isWhite(pixels.base[index]) ? 1 : 0 }
    }

    /// Whether `threshold` takes a pixel for white: one in the upper half of the greys.
    package static func isLight(_ pixel: UInt8) -> Bool { pixel >= 128 }

    /// Whether `threshold` takes a pixel for white: ½ is, as 128 is among bytes.
    package static func isLight(_ pixel: Float) -> Bool { pixel >= 0.5 }

    @inline(__always)
    private static func map<Value>(
        _ pixels: Span<Value>, _ range: Range<Int>, into target: FloatRegion, _ value: (Value) -> Float
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
