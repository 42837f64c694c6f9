import Kernels
import VAECore

extension ImageSet {
    /// The same images with pixels of 0 and 255 only, and the same labels.
    ///
    /// Draws are named by seed and image: an image becomes the same in any set that has it at the same place. The test set of a
    /// training is this with the seed 0, whatever the training's seed, so that models are measured on the same images.
    ///
    /// - Parameters:
    ///   - method: how
    ///   - seed: names the draws of `stochastic`; `threshold` has none
    /// - Throws: what reading the images throws, for images that are not in memory.
    /// - Complexity: O(pixels). Images that are not in memory are made black and white each time they are read.
    public func binarized(_ method: Binarization, seed: UInt64 = 0) throws(VAEError) -> ImageSet {
        guard isInMemory else {
            return try ImageSet(
                shape: shape, streaming: BinarizedStream(images: self, method: method, seed: seed),
                labels: labels)
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * shape.count)
        for position in 0..<count {
            pixels += try values(of: position..<position + 1).binarized(method, seed: seed, position)
        }
        return replacingValues(by: .bytes(pixels))
    }
}

/// Images made black and white as they are read.
private struct BinarizedStream: PixelStream {
    let images: ImageSet
    let method: Binarization
    let seed: UInt64

    var count: Int { images.count }
    var holdsBytes: Bool { true }

    func values(of image: Int) throws(VAEError) -> PixelValues {
        .bytes(try images.values(of: image..<image + 1).binarized(method, seed: seed, image))
    }

    func willRead(_ image: Int) { images.willRead(image) }
}

extension PixelValues {
    /// One image in 0 and 255.
    fileprivate func binarized(_ method: Binarization, seed: UInt64, _ image: Int) -> [UInt8] {
        var stream = RandomStream(seed: seed, purpose: .binarization, item: image)
        return switch (method, self) {
        case (.threshold, .bytes(let bytes)): bytes.map { Pixels.isLight($0) ? 255 : 0 }
        case (.threshold, .floats(let floats)): floats.map { Pixels.isLight($0) ? 255 : 0 }
        case (.stochastic, .bytes(let bytes)): bytes.map { stream.isWhite($0) ? 255 : 0 }
        case (.stochastic, .floats(let floats)): floats.map { stream.isWhite($0) ? 255 : 0 }
        }
    }
}

extension TrainingConfiguration {
    /// Images as a training measures its loss on them, black and white where it binarises: what its model was made for, and what
    /// pictures, pages and tools show of it.
    /// - Throws: what reading them throws, for images that are not in memory.
    package func measured(_ images: ImageSet) throws(VAEError) -> ImageSet {
        guard let binarization else { return images }
        return try images.binarized(binarization)
    }
}
