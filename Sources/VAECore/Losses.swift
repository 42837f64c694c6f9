/// The loss and its two parts, in nats per image. They add up: `total` is what is minimised.
public struct Losses: Sendable, Hashable, Codable {
    /// −ln p(x|z), the mean over images: binary cross-entropy summed over an image's pixels, or with a Gaussian likelihood a
    /// density's logarithm, which can be negative.
    public var reconstruction: Double
    /// KL(q(z|x) ‖ N(0, I)), the mean over images, before its weight.
    public var kl: Double
    /// β, the weight of the divergence.
    public var klWeight: Double

    /// Losses in nats per image, means over some images.
    public init(reconstruction: Double, kl: Double, klWeight: Double = 1) {
        self.reconstruction = reconstruction
        self.kl = kl
        self.klWeight = klWeight
    }

    /// reconstruction + β·KL; with β = 1 the negative evidence lower bound.
    public var total: Double { reconstruction + klWeight * kl }
}
