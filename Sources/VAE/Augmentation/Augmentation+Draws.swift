import Kernels
import VAECore

extension Augmentation {
    /// The change of one image. As many numbers are drawn for each kind whether there is to be any of it or not, so that one more kind
    /// leaves the others' draws as they are.
    func draw(from stream: RandomStream) -> ImageTransform {
        var stream = stream
        let isMirrored = stream.next() >> 31 == 1
        let (angle, exposure) = (stream.signed(), stream.signed())
        // Last: an index may take more than one number.
        let steps = UInt32(2 * shift + 1)
        let (right, down) = (Int(stream.index(below: steps)), Int(stream.index(below: steps)))
        return ImageTransform(
            isMirrored: flip && isMirrored, turns: angle * rotation / 360, right: right - shift,
            down: down - shift, brightness: Float(1 + exposure * brightness))
    }

    /// Changes `image`, of that shape, by draws from `stream`. Allocates nothing.
    /// - Parameter scratch: `scratchCount` floats
    func apply(
        to image: FloatRegion, of shape: ImageShape, from stream: RandomStream, scratch: FloatRegion
    ) {
        draw(from: stream).apply(
            to: image, height: shape.height, width: shape.width, channels: shape.channels, scratch: scratch)
    }

    /// Floats that `apply` needs beside an image of that shape.
    static func scratchCount(_ shape: ImageShape) -> Int {
        ImageTransform.scratchCount(height: shape.height, width: shape.width, channels: shape.channels)
    }
}

extension RandomStream {
    /// Uniform on [−1, 1), a multiple of 2⁻³¹.
    fileprivate mutating func signed() -> Double { Double(Int32(bitPattern: next())) * 0x1p-31 }
}
