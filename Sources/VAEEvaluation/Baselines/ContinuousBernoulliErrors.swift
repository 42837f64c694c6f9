import Kernels
import VAECore

/// Reconstructions measured by continuous Bernoulli densities that have them as means.
enum ContinuousBernoulliErrors {
    /// −ln p(x) in nats an image, each value's density the one whose mean is the reconstruction's value, held half a grey level of 8 bits
    /// off 0 and 1; mean and standard error over the images.
    ///
    /// Of all continuous Bernoulli densities the one with the mean of some values gives them the greatest likelihood, so that the pixelwise
    /// mean is the best of its kind on what it was fitted to. Without the bound, a pixel that is always 0 would have a density without end.
    ///
    /// - Parameters:
    ///   - images: what is reconstructed, values in [0, 1]; as many at a time as `ReconstructionErrors` has
    ///   - reconstruct: gives the reconstructions of some of the images
    /// - Throws: `invalidArgument` when there are no images; what `reconstruct` throws.
    /// - Complexity: O(n · values), some ten exponentials each.
    static func loss(
        on images: ImageSet, reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws(VAEError) -> Estimate {
        var losses: [Double] = []
        // Of neighbouring images many pixels have one mean: all, for the pixelwise mean.
        var known = [(mean: Float, logit: Double, logarithm: Double)](
            repeating: (.nan, 0, 0), count: images.shape.count)
        try Reconstructions.forEach(of: images, reconstruct) { means, values in
            var sum = 0.0
            for (place, (mean, value)) in zip(means, values).enumerated() {
                if known[place].mean != mean {
                    let bound = ReconstructionErrors.halfGreyLevel
                    let logit = ContinuousBernoulli.logit(ofMean: min(max(Double(mean), bound), 1 - bound))
                    known[place] = (mean, logit, ContinuousBernoulli.cumulants(logit).logarithm)
                }
                sum += known[place].logarithm - known[place].logit * value
            }
            losses.append(sum)
        }
        return Estimate(of: losses)
    }
}
