import Kernels
import VAE

/// The activity of each latent dimension, that is what it carries of the images.
///
/// A dimension that the model does not use keeps q(zᵢ|x) at the prior: its divergence is 0, and its mean does not move
/// from image to image.
public struct LatentActivity: Sendable, Equatable {
    /// KL(q(zᵢ|x) ‖ N(0, 1)) = ½(μᵢ² + σᵢ² − 1 − ln σᵢ²) of each dimension, the mean over images, in nats. They add up to the
    /// KL divergence of the loss.
    public let kl: [Double]
    /// Var_x[μᵢ(x)], the variance of each dimension's mean over the images, divided by their number.
    public let varianceOfMean: [Double]

    /// A dimension is active above this variance of its mean: Burda, Grosse and Salakhutdinov, "Importance Weighted
    /// Autoencoders" (2016), section 5.2.
    public static let activityThreshold = 0.01

    /// O(n·d), two passes in Double.
    public init(of encoding: Encoding) {
        let (count, size) = (encoding.count, encoding.latentSize)
        var (kl, means, variance) = (
            [Double](repeating: 0, count: size), [Double](repeating: 0, count: size),
            [Double](repeating: 0, count: size)
        )
        for index in encoding.mean.indices {
            let (mean, logVariance) = (Double(encoding.mean[index]), Double(encoding.logVariance[index]))
            kl[index % size] += 0.5 * (mean * mean + Elementary.exp(logVariance) - 1 - logVariance)
            means[index % size] += mean
        }
        for axis in 0..<size { means[axis] /= Double(max(count, 1)) }
        for index in encoding.mean.indices {
            let centred = Double(encoding.mean[index]) - means[index % size]
            variance[index % size] += centred * centred
        }
        self.kl = kl.map { $0 / Double(max(count, 1)) }
        varianceOfMean = variance.map { $0 / Double(max(count, 1)) }
    }

    /// The number of active dimensions.
    public var activeUnits: Int { varianceOfMean.filter { $0 > Self.activityThreshold }.count }

    /// A dimension is hardly used below this divergence, in nats: of q(zᵢ|x) and z, no mutual information can be more, so that it tells images apart as
    /// if there were less than e^0.1 = 1.1 kinds of them.
    package static let leastUse = 0.1
}
