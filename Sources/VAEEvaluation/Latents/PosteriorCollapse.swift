import Foundation
import VAE

/// Which latent dimensions a model does not use, and in which way.
///
/// A dimension is *inactive* when its mean hardly moves from image to image: Var_x[μᵢ(x)] is 0.01 or less (Burda, Grosse and
/// Salakhutdinov 2016, "Importance Weighted Autoencoders", section 5.2). It has *collapsed* when q(zᵢ|x) is the prior, for all but
/// a few images: KL(q(zᵢ|x) ‖ N(0, 1)) < ε for at least a share 1 − δ of them (Lucas, Tucker, Grosse and Norouzi 2019,
/// "Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse", definition 1).
public struct PosteriorCollapse: Sendable, Equatable, Codable {
    /// Var_x[μᵢ] is 0.01 or less. Dimensions count from 0.
    public let inactive: [Int]
    /// q(zᵢ|x) is the prior but for ε and δ. Dimensions count from 0.
    public let collapsed: [Int]
    /// Dimensions of z.
    public let latentSize: Int

    /// ε, in nats.
    public static let epsilon = 0.01
    /// δ, a share of the images.
    public static let delta = 0.01

    /// How much of the latent space is lost.
    public enum Verdict: String, Sendable, Codable {
        /// Every dimension is used.
        case none
        /// Some are not.
        case partial
        /// None is: the decoder draws the same for every image.
        case complete
    }

    /// What the two lists amount to.
    public var verdict: Verdict {
        let lost = Set(inactive).union(collapsed).count
        return lost == 0 ? .none : lost == latentSize ? .complete : .partial
    }

    /// O(n · latentSize).
    public init(of encoding: Encoding) {
        let size = encoding.latentSize
        latentSize = size
        let activity = LatentActivity(of: encoding)
        inactive = (0..<size).filter { activity.varianceOfMean[$0] <= LatentActivity.activityThreshold }
        var near = [Int](repeating: 0, count: size)
        for index in encoding.mean.indices {
            let (mean, logVariance) = (Double(encoding.mean[index]), Double(encoding.logVariance[index]))
            if 0.5 * (mean * mean + expm1(logVariance) - logVariance) < Self.epsilon {
                near[index % size] += 1
            }
        }
        let least = (1 - Self.delta) * Double(encoding.count)
        collapsed = (0..<size).filter { Double(near[$0]) >= least }
    }
}
