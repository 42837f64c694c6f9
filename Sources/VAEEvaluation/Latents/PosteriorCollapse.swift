import Foundation
import VAE

/// Which latent dimensions a model does not use, and in which way.
///
/// A dimension is *inactive* when its mean hardly moves from image to image: Var_x[μᵢ(x)] is 0.01 or less (Burda, Grosse and
/// Salakhutdinov 2016, "Importance Weighted Autoencoders", section 5.2). It has *collapsed* when q(zᵢ|x) is the prior, for all but
/// a few images: KL(q(zᵢ|x) ‖ N(0, 1)) < ε for at least a share 1 − δ of them (Lucas, Tucker, Grosse and Norouzi 2019,
/// "Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse", definition 1). It *stands still* when it is inactive on its own
/// scale, too: Var_x[μᵢ(x)] is no more than a hundredth of the mean σᵢ²(x). An inactive dimension that is narrower still tells images
/// apart as well as any.
public struct PosteriorCollapse: Sendable, Equatable, Codable {
    /// Var_x[μᵢ] is 0.01 or less. Dimensions count from 0.
    public let inactive: [Int]
    /// q(zᵢ|x) is the prior but for ε and δ. Dimensions count from 0.
    public let collapsed: [Int]
    /// Inactive, and Var_x[μᵢ] is at most a hundredth of the mean σᵢ²: z says nothing of the image there, on the prior or off it.
    /// Dimensions count from 0.
    public let still: [Int]
    /// Dimensions of z.
    public let latentSize: Int

    /// ε, in nats.
    public static let epsilon = 0.01
    /// δ, a share of the images.
    public static let delta = 0.01

    /// The extent to which the latent space is lost.
    public enum Verdict: String, Sendable, Codable {
        /// Every dimension is used.
        case none
        /// Some are not.
        case partial
        /// None is: the decoder draws the same for every image.
        case complete
    }

    /// The verdict on the dimensions that have collapsed or stand still.
    public var verdict: Verdict {
        let lost = Set(still).union(collapsed).count
        return lost == 0 ? .none : lost == latentSize ? .complete : .partial
    }

    /// O(n · latentSize).
    public init(of encoding: Encoding) {
        let size = encoding.latentSize
        latentSize = size
        let activity = LatentActivity(of: encoding)
        inactive = (0..<size).filter { activity.varianceOfMean[$0] <= LatentActivity.activityThreshold }
        var near = [Int](repeating: 0, count: size)
        var widths = [Double](repeating: 0, count: size)
        for index in encoding.mean.indices {
            let (mean, logVariance) = (Double(encoding.mean[index]), Double(encoding.logVariance[index]))
            widths[index % size] += exp(logVariance)
            if 0.5 * (mean * mean + expm1(logVariance) - logVariance) < Self.epsilon {
                near[index % size] += 1
            }
        }
        still = inactive.filter {
            activity.varianceOfMean[$0] <= LatentActivity.activityThreshold * widths[$0]
                / Double(encoding.count)
        }
        let least = (1 - Self.delta) * Double(encoding.count)
        collapsed = (0..<size).filter { Double(near[$0]) >= least }
    }

    /// The number of dimensions that carry ``LatentActivity/leastUse`` and neither have collapsed nor stand still.
    /// - Complexity: O(n · latentSize).
    package static func usedUnits(of encoding: Encoding) -> Int {
        let collapse = PosteriorCollapse(of: encoding)
        let lost = Set(collapse.still).union(collapse.collapsed)
        return LatentActivity(of: encoding).kl.enumerated().count {
            !lost.contains($0.offset) && $0.element >= LatentActivity.leastUse
        }
    }
}
