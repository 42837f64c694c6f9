import VAE
import VAECore

/// ln p(x) of images, in nats, as the integral ∫ p(z) p(x|z) dz over a latent space of one to three dimensions.
///
/// It takes no part of the encoder on trust: a mode of p(z|x) that q(z|x) misses is integrated like any other. What the pixels have to be for it to be a
/// likelihood is as for ``ImportanceWeightedLikelihood``.
public struct IntegratedLikelihood: Sendable, Equatable {
    /// ln p(x) for each image.
    public let values: [Double]
    /// A bound of each one's error, in nats, where no mode lies between the points of the first grid unseen: a third of what the last halving of distances
    /// changed.
    public let errors: [Double]
    /// Points of z that were decoded, for all images together.
    public let points: Int

    init(_ found: LatentQuadrature) { (values, errors, points) = (found.values, found.errors, found.points) }
}

extension VariationalAutoencoder {
    /// Whether ``integratedLikelihood(of:threads:onProgress:)`` can be had: z is Gaussian, of three dimensions at most.
    public var canIntegrateLikelihood: Bool { hasQuadrature }

    /// Integrates ln p(x) of every image over z: by the midpoint rule on a grid over the prior's mass that is decoded once for all images, and refined for
    /// each where its integrand is.
    ///
    /// - Parameters:
    ///   - images: (n, height, width, channels) of the model's shape
    ///   - threads: workers; the bits of the result do not depend on it
    ///   - onProgress: called with the share that is done, on the calling thread; what it throws ends the work
    /// - Throws: `invalidArgument` when the model has more than three latent dimensions, or the images do not have its shape or are none; `unavailable` when
    ///   there is not memory enough; `CancellationError` when the surrounding task is cancelled.
    /// - Complexity: 1,024 decodings in one dimension, 16,384 in two and 110,592 in three, as many likelihoods of every image, and what is refined.
    public func integratedLikelihood(
        of images: ImageSet, threads: Int = Machine.physicalCores,
        onProgress: (_ share: Double) throws -> Void = { _ in }
    ) throws -> IntegratedLikelihood {
        IntegratedLikelihood(try quadrature(of: images, threads: threads, onProgress: onProgress))
    }
}
