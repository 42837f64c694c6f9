import Foundation
import Kernels
import VAECore

/// Reconstructions measured by Gaussians whose variances suit them best, one for each channel or each value.
enum DiagonalErrors {
    /// −ln N(x; m, diag σ²) in nats an image, each σ² the mean squared error of the values that have it, but not below
    /// `DiagonalGaussian.leastVariance`; mean and standard error over the images.
    ///
    /// With the variances that are best for all images the loss does not change to first order where they do, so that the standard
    /// error is that of images under fixed variances.
    ///
    /// - Parameters:
    ///   - images: what is reconstructed; read twice, as many at a time as `ReconstructionErrors` has
    ///   - variances: their number; value v has the one at v modulo it
    ///   - reconstruct: gives the reconstructions of some of the images
    /// - Throws: `invalidArgument` when there are no images; what `reconstruct` throws.
    static func loss(
        on images: ImageSet, variances number: Int, reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws(VAEError) -> Estimate {
        var sums = [Double](repeating: 0, count: number)
        try forEachImage(of: images, reconstruct) { squares in
            for (index, square) in squares.enumerated() { sums[index % number] += square }
        }
        let values = Double(images.count) * Double(images.shape.count / number)
        let variances = sums.map { max($0 / values, DiagonalGaussian.leastVariance) }
        let constants = variances.reduce(0) { $0 + log(2 * .pi * $1) } * Double(images.shape.count / number)
        var losses: [Double] = []
        try forEachImage(of: images, reconstruct) { squares in
            var sum = constants
            for (index, square) in squares.enumerated() { sum += square / variances[index % number] }
            losses.append(0.5 * sum)
        }
        return Estimate(of: losses)
    }

    /// Lends the squared errors of one image after the other.
    private static func forEachImage(
        of images: ImageSet, _ reconstruct: (ImageSet) throws(VAEError) -> [Float],
        _ body: ([Double]) -> Void
    ) throws(VAEError) {
        try Reconstructions.forEach(of: images, reconstruct) { means, values in
            body(zip(means, values).map { (Double($0) - $1) * (Double($0) - $1) })
        }
    }
}
