import Foundation
import VAE
import VAECore

/// A linear model with a Gaussian likelihood beside the optimum of its training, probabilistic PCA of the same images.
public struct LinearComparison: Sendable, Hashable, Codable {
    /// The evidence lower bound, z drawn once an image, and its error over the images, in nats per image.
    public let bound: Estimate
    /// The mean of the model's ln p(x), exactly, in nats per image: not below the bound.
    public let logLikelihood: Double
    /// The largest that any model of the kind has on these images: where bound and likelihood meet.
    public let optimalLogLikelihood: Double
    /// The largest principal angle between what the decoder spans and the leading eigenvectors, in degrees.
    public let angle: Double
    /// σ² of the model and of the optimum, of pixels in [0, 1].
    public let variance: Double
    /// σ² of the closed form: the mean of the eigenvalues that are left out.
    public let optimalVariance: Double

    /// - Parameters:
    ///   - model: without filters, hidden layers and activations, with a Gaussian likelihood of one variance
    ///   - images: what the model was trained on
    ///   - seed: names the draws of z
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: what `ProbabilisticPCA`, `LinearGaussianDecoder` and `losses(of:)` throw; `invalidArgument` when the images do not have
    ///   the model's shape.
    /// - Complexity: O(images · d² + d³) for d values an image.
    public init(
        _ model: VariationalAutoencoder, on images: ImageSet, seed: UInt64 = 0,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        let decoder = try LinearGaussianDecoder(model)
        let losses = try model.losses(of: images, seed: seed, threads: threads)
        let pca = try ProbabilisticPCA(images, latentSize: decoder.latentSize)
        bound = Estimate(of: zip(losses.reconstruction, losses.kl).map { -(Double($0) + Double($1)) })
        logLikelihood = Estimate(of: try decoder.logLikelihood(of: images)).mean
        optimalLogLikelihood = pca.meanLogLikelihood
        let size = images.shape.count
        let axes = (0..<size).flatMap { pixel in pca.axes.map { $0[pixel] } }
        angle =
            try largestPrincipalAngle(decoder.weights, axes, rows: size, columns: decoder.latentSize) * 180
            / .pi
        variance = decoder.variance
        optimalVariance = pca.variance
    }
}
