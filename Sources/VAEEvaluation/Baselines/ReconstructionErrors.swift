import Foundation
import VAECore

/// The distances of reconstructions from their images, in two measures.
public struct ReconstructionErrors: Sendable, Hashable, Codable {
    /// The squared difference, a mean over an image's pixel values, which are in [0, 1]; mean and standard error over the images.
    public let squaredError: Estimate
    /// Binary cross-entropy −Σ x ln p + (1 − x) ln(1 − p) over an image's pixel values, in nats an image, with p held within
    /// [clamp, 1 − clamp]; mean and standard error over the images.
    public let crossEntropy: Estimate
    /// The least distance of reconstructions from 0 and 1 in the cross-entropy; 0 where they are not clamped.
    public let clamp: Double

    /// Half a grey level of 8 bits, 1/510: what a baseline that is no probability, such as a principal component analysis, is held
    /// within, so that a pixel just below 0 does not cost infinitely much.
    public static let halfGreyLevel = 1.0 / 510

    /// Two passes over the pixels: O(n · pixels).
    ///
    /// - Parameters:
    ///   - reconstructions: (n, height, width, channels), such as a model's or a baseline's
    ///   - images: what was reconstructed
    ///   - clamp: ε of the cross-entropy. A decoder's means are probabilities: for these `ImageLosses` is exact and needs none.
    /// - Throws: `invalidArgument` when the numbers of values differ, there are no images, or the clamp is not above 0 and below ½;
    ///   `invalidData` when a value is not finite.
    public init(
        of reconstructions: [Float], images: ImageSet, clamp: Double = halfGreyLevel
    ) throws(VAEError) {
        guard images.count > 0, reconstructions.count == images.count * images.shape.count else {
            throw VAEError(
                .invalidArgument, "reconstructions", "differ in number from the images' pixels",
                expected: images.count > 0
                    ? "\(images.count * images.shape.count) values" : "one image or more",
                found: "\(reconstructions.count)")
        }
        try VAEError.require(
            "clamp", clamp > 0 && clamp < 0.5, expected: "above 0 and below ½", found: "\(clamp)")
        var (squares, entropies) = ([Double](), [Double]())
        try Self.measure(reconstructions, images, clamp, &squares, &entropies)
        self.init(squaredErrors: squares, crossEntropies: entropies, clamp: clamp)
    }

    /// The same with as many images at a time as `pixelsAtOnce` values hold.
    /// - Parameter reconstruct: gives the reconstructions of some of the images, one after the other
    /// - Throws: as the other initialiser; what `reconstruct` throws.
    init(
        on images: ImageSet, reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws(VAEError) {
        guard images.count > 0 else {
            throw VAEError(.invalidArgument, "images", "are none", expected: "one or more")
        }
        var (squares, entropies) = ([Double](), [Double]())
        let atOnce = max(1, Self.pixelsAtOnce / images.shape.count)
        for first in stride(from: 0, to: images.count, by: atOnce) {
            let part = images.slice(first..<min(first + atOnce, images.count))
            try Self.measure(reconstruct(part), part, Self.halfGreyLevel, &squares, &entropies)
        }
        self.init(squaredErrors: squares, crossEntropies: entropies, clamp: Self.halfGreyLevel)
    }

    /// 64 MiB of them as floats.
    static let pixelsAtOnce = 16 << 20

    private static func measure(
        _ reconstructions: [Float], _ images: ImageSet, _ clamp: Double, _ squares: inout [Double],
        _ entropies: inout [Double]
    ) throws(VAEError) {
        let size = images.shape.count
        for image in 0..<images.count {
            let (square, entropy) = sums(
                reconstructions[image * size..<(image + 1) * size], try images.doubles(of: image), clamp)
            guard square.isFinite else {
                throw VAEError(
                    .invalidData, "reconstructions", "hold a value that is not a finite number",
                    found: "in image \(squares.count)")
            }
            squares.append(square / Double(size))
            entropies.append(entropy)
        }
    }

    init(squaredErrors: [Double], crossEntropies: [Double], clamp: Double) {
        squaredError = Estimate(of: squaredErrors)
        crossEntropy = Estimate(of: crossEntropies)
        self.clamp = clamp
    }

    /// Both sums over the values of one image.
    static func sums(
        _ values: ArraySlice<Float>, _ targets: [Double], _ clamp: Double
    ) -> (square: Double, entropy: Double) {
        var (square, entropy) = (0.0, 0.0)
        for (value, target) in zip(values, targets) {
            let value = Double(value)
            square += (value - target) * (value - target)
            let p = min(max(value, clamp), 1 - clamp)
            // Most pixels are black or white: one logarithm.
            if target < 1 { entropy -= (1 - target) * log(1 - p) }
            if target > 0 { entropy -= target * log(p) }
        }
        return (square, entropy)
    }
}
