/// The loss and its two parts, in nats per image. They add up: `total` is what is minimised.
public struct Losses: Sendable, Hashable, Codable {
    /// −ln p(x|z), the mean over images: binary cross-entropy summed over an image's pixels, or with a Gaussian likelihood a
    /// density's logarithm, which can be negative.
    public var reconstruction: Double
    /// KL(q(z|x) ‖ p(z)), the mean over images, before its weight.
    public var kl: Double
    /// β, the weight of the divergence.
    public var klWeight: Double
    /// What was added to the reconstruction, where that is not β·KL with one β for all images, or may not be: with a weight that rose, free
    /// bits or a capacity. `klWeight` is then the last of them. nil for β·KL.
    public var penalty: Double?

    /// Losses in nats per image, means over some images.
    public init(reconstruction: Double, kl: Double, klWeight: Double = 1, penalty: Double? = nil) {
        self.reconstruction = reconstruction
        self.kl = kl
        self.klWeight = klWeight
        self.penalty = penalty
    }

    /// reconstruction + β·KL, or + the penalty where there is one; with β = 1 and no penalty the negative evidence lower bound.
    public var total: Double { reconstruction + (penalty ?? klWeight * kl) }

    /// Whether `total` is reconstruction + β·KL, up to the rounding of sums.
    public var isWeightedSum: Bool {
        guard let penalty else { return true }
        return abs(penalty - klWeight * kl) <= 1e-12 * abs(penalty)
    }
}
