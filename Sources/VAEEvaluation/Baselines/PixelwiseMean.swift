import Foundation
import VAE
import VAECore

/// The model that knows no image from another: every pixel value a Bernoulli of its own, with its mean in the training images.
///
/// Its cross-entropy is what a decoder reaches that ignores its latents. Means are (Σx + ½) / (n + 1), Krichevsky and Trofimov's
/// estimate (1981): a pixel that is black in all training images is not impossible in a test image. Values of any range, such as a
/// table's, have no probabilities: their means are those of the training rows, and only the squared errors say something.
public struct PixelwiseMean: Sendable, Equatable {
    /// (height, width, channels): each pixel value's mean, above 0 and below 1 where all values are within 0 and 1.
    public let means: [Double]
    /// Whether the means are probabilities.
    private let isBernoulli: Bool

    /// One pass over the images, in whole numbers for bytes: exact for any order.
    /// - Throws: `invalidArgument` when there are no images.
    public init(fittedTo images: ImageSet) throws(VAEError) {
        let sums = try Self.sums(images)
        isBernoulli = try images.areBrightness
        let (prior, count) = isBernoulli ? (0.5, Double(images.count) + 1) : (0, Double(images.count))
        means = sums.map { ($0 + prior) / count }
    }

    /// The errors of the means as a reconstruction of every image. Nothing is clamped: O(n · pixels). Where the means are no probabilities
    /// the cross-entropy is not a number.
    /// - Throws: `invalidArgument` when there are no images or they have another number of pixel values.
    public func errors(on images: ImageSet) throws(VAEError) -> ReconstructionErrors {
        guard images.count > 0, images.shape.count == means.count else {
            throw VAEError(
                .invalidArgument, "images", "do not fit the model", expected: "\(means.count) pixel values",
                found: images.count > 0 ? "\(images.shape.count)" : "no images")
        }
        let (whites, blacks) = (
            means.map { isBernoulli ? -log($0) : .nan }, means.map { isBernoulli ? -log(1 - $0) : .nan }
        )
        var (squares, entropies) = ([Double](), [Double]())
        for image in 0..<images.count {
            var (square, entropy) = (0.0, 0.0)
            for (pixel, target) in try images.doubles(of: image).enumerated() {
                square += (means[pixel] - target) * (means[pixel] - target)
                entropy += target * whites[pixel] + (1 - target) * blacks[pixel]
            }
            squares.append(square / Double(means.count))
            entropies.append(entropy)
        }
        return ReconstructionErrors(squaredErrors: squares, crossEntropies: entropies, clamp: 0)
    }

    /// The means, once for each image.
    func reconstruction(of images: ImageSet) -> [Float] {
        let values = means.map(Float.init)
        return (0..<images.count).flatMap { _ in values }
    }

    /// Σ of each pixel value over the images, black 0 and white 1; of bytes rounded once.
    static func sums(_ images: ImageSet) throws(VAEError) -> [Double] {
        guard images.count > 0 else {
            throw VAEError(.invalidArgument, "training images", "are none", expected: "one or more")
        }
        let size = images.shape.count
        var whole = [Int](repeating: 0, count: size)
        var sums = [Double](repeating: 0, count: size)
        try images.forEachBlock { (_, values) throws(VAEError) in
            switch values {
            case .bytes(let bytes):
                for start in stride(from: 0, to: bytes.count, by: size) {
                    for pixel in 0..<size { whole[pixel] += Int(bytes[start + pixel]) }
                }
            case .floats(let floats):
                for start in stride(from: 0, to: floats.count, by: size) {
                    for pixel in 0..<size { sums[pixel] += Double(floats[start + pixel]) }
                }
            }
        }
        return images.holdsBytes ? whole.map { Double($0) / 255 } : sums
    }
}

/// The cross-entropy that no model of independent pixels can go below: of grey pixels with themselves.
///
/// A pixel value x strictly between 0 and 1 costs −x ln p − (1 − x) ln(1 − p) ≥ H(x) = −x ln x − (1 − x) ln(1 − x) nats for
/// any p, with equality at p = x. A reconstruction loss is to be read as what it is above this floor; with black and white pixels
/// only it is 0.
package enum GreyEntropy {
    /// Σ H(x) over the pixel values of an image, in nats an image: mean and standard error over the images.
    /// - Throws: `invalidArgument` when there are no images.
    package static func of(_ images: ImageSet) throws(VAEError) -> Estimate {
        guard images.count > 0 else {
            throw VAEError(.invalidArgument, "images", "are none", expected: "one or more")
        }
        return Estimate(of: try values(of: images))
    }

    /// The same of each image.
    package static func values(of images: ImageSet) throws(VAEError) -> [Double] {
        func entropy(_ x: Double) -> Double { x == 0 || x == 1 ? 0 : -x * log(x) - (1 - x) * log(1 - x) }
        let ofBytes = (0...255).map { entropy(Double($0) / 255) }
        return try (0..<images.count).map { (image) throws(VAEError) in
            switch try images.values(of: image..<image + 1) {
            case .bytes(let bytes): bytes.reduce(0) { $0 + ofBytes[Int($1)] }
            case .floats(let floats): floats.reduce(0) { $0 + entropy(Double($1)) }
            }
        }
    }

    /// What a Bernoulli model can't help of each image's loss; nil for other likelihoods, and for images of black and white alone, which have none of it.
    package static func floors(
        of images: ImageSet, _ likelihood: Likelihood
    ) throws(VAEError) -> [Double]? {
        guard likelihood == .bernoulli else { return nil }
        let floors = try values(of: images)
        return floors.contains { $0 > 0 } ? floors : nil
    }
}

extension ImageSet {
    /// Whether all values are within 0 and 1, as those of images are. O(n) for floats.
    fileprivate var areBrightness: Bool {
        get throws(VAEError) {
            var result = true
            guard !holdsBytes else { return result }
            try forEachBlock { (_, values) throws(VAEError) in
                if case .floats(let floats) = values {
                    result = result && floats.allSatisfy { (0...1).contains($0) }
                }
            }
            return result
        }
    }
}
