import Kernels
import VAECore

extension ImageSet {
    /// Brings the images at `range` to `target`, (range.count, height, width, channels), as floats in [0, 1].
    func load(_ range: Range<Int>, into target: FloatRegion) {
        let range = range.lowerBound * shape.count..<range.upperBound * shape.count
        switch values {
        case .bytes(let bytes): Pixels.scale(bytes.span, range: range, into: target)
        case .floats(let floats): Pixels.copy(floats.span, range: range, into: target)
        }
    }

    /// Brings one image to `target`, black and white.
    /// - Parameter stream: draws the pixels of `stochastic`; `threshold` takes nothing from it
    func load(
        _ image: Int, binarized method: Binarization, from stream: inout RandomStream,
        into target: FloatRegion
    ) {
        let range = image * shape.count..<(image + 1) * shape.count
        switch (method, values) {
        case (.threshold, .bytes(let bytes)): Pixels.threshold(bytes.span, range: range, into: target)
        case (.threshold, .floats(let floats)): Pixels.threshold(floats.span, range: range, into: target)
        case (.stochastic, .bytes(let bytes)):
            Pixels.draw(bytes.span, range: range, from: &stream, into: target)
        case (.stochastic, .floats(let floats)):
            Pixels.draw(floats.span, range: range, from: &stream, into: target)
        }
    }

    /// A copy with pixels of 0 and 255 only, and the same labels.
    ///
    /// Draws are named by seed and image: an image becomes the same in any set that has it at the same place. The test set of a
    /// training is this with the seed 0, whatever the training's seed, so that models are measured on the same images.
    ///
    /// - Parameters:
    ///   - method: how
    ///   - seed: names the draws of `stochastic`; `threshold` has none
    /// - Complexity: O(pixels).
    public func binarized(_ method: Binarization, seed: UInt64 = 0) -> ImageSet {
        let pixels = (0..<count).flatMap { image -> [UInt8] in
            var stream = RandomStream(seed: seed, purpose: .binarization, item: image)
            let range = image * shape.count..<(image + 1) * shape.count
            return switch (method, values) {
            case (.threshold, .bytes(let bytes)): bytes[range].map { Pixels.isLight($0) ? 255 : 0 }
            case (.threshold, .floats(let floats)): floats[range].map { Pixels.isLight($0) ? 255 : 0 }
            case (.stochastic, .bytes(let bytes)): bytes[range].map { stream.isWhite($0) ? 255 : 0 }
            case (.stochastic, .floats(let floats)): floats[range].map { stream.isWhite($0) ? 255 : 0 }
            }
        }
        return replacingValues(by: .bytes(pixels))
    }
}

extension TrainingConfiguration {
    /// Images as a training measures its loss on them, black and white where it binarises: what its model was made for, and what
    /// pictures, pages and tools show of it.
    package func measured(_ images: ImageSet) -> ImageSet {
        binarization.map { images.binarized($0) } ?? images
    }
}
