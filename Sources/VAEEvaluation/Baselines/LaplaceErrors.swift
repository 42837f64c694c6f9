import Foundation
import VAECore

/// Reconstructions measured by a Laplace density about them.
enum LaplaceErrors {
    /// −ln p(x) in nats an image, with the one scale b that suits the reconstructions best, their mean absolute error; mean and standard error
    /// over the images.
    ///
    /// D values cost D (ln 2b + 1) on average, and the standard error is D times that of the absolute error over b. Where a reconstruction
    /// is exact, b is that of the rounding to 8 bits, a quarter of a level.
    ///
    /// - Parameters:
    ///   - images: what is reconstructed, as many at a time as `ReconstructionErrors` has
    ///   - reconstruct: gives the reconstructions of some of the images
    /// - Throws: `invalidArgument` when there are no images; what `reconstruct` throws.
    static func loss(
        on images: ImageSet, reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws(VAEError) -> Estimate {
        let size = Double(images.shape.count)
        var errors: [Double] = []
        try Reconstructions.forEach(of: images, reconstruct) { middles, values in
            errors.append(zip(middles, values).reduce(0) { $0 + abs(Double($1.0) - $1.1) } / size)
        }
        let found = Estimate(of: errors)
        let scale = max(found.mean, 1 / (4 * 255))
        return Estimate(
            mean: size * (log(2 * scale) + found.mean / scale),
            standardError: size * found.standardError / scale)
    }
}
