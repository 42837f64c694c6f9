import Kernels
import VAECore

/// The reconstruction loss of images, value by value.
package struct ValueLosses: Sendable {
    /// (n, height, width, channels): the means of p(x|z).
    package let means: [Float]
    /// (n, height, width, channels): −ln p of each value given z, in nats; of densities, and negative where the density is large.
    package let losses: [Double]
}

extension VariationalAutoencoder {
    /// −ln p(x|z) of every value at z = μ: its sum over an image is the reconstruction loss without sampling.
    /// - Throws: `invalidArgument` when the likelihood is none of the densities that tables have, or the images do not have the model's shape
    ///   or are none; `unavailable` when there is not memory enough.
    /// - Complexity: an encoding and a decoding of every image, and 12 bytes for each value.
    package func valueLosses(
        of images: ImageSet, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> ValueLosses {
        guard let likelihood = network.topology.likelihood as? any ValueLikelihood else {
            throw VAEError(
                .invalidArgument, "likelihood", "is no density of any numbers",
                expected: Likelihood.allCases.filter(\.isUnbounded).map(\.name).joined(separator: ", "),
                found: configuration.likelihood.name)
        }
        let own = Array(parameters[network.topology.likelihoodParameters])
        let means = try reconstruct(images, threads: threads)
        let size = configuration.imageShape.count
        var losses: [Double] = []
        losses.reserveCapacity(means.count)
        for image in 0..<images.count {
            for (value, target) in try images.doubles(of: image).enumerated() {
                losses.append(
                    likelihood.loss(
                        of: target, around: Double(means[image * size + value]), at: value, parameters: own))
            }
        }
        return ValueLosses(means: means, losses: losses)
    }
}
