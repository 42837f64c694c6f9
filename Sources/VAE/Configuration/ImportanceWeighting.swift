import VAECore

/// The importance-weighted bound as what a training minimises: −ln (1/k Σ p(x|z) p(z) / q(z|x)) over k draws z of q(z|x).
///
/// It is nearer to −ln p(x) than the evidence lower bound, which it is for k = 1, and nearer the more draws there are. An image is encoded once
/// and decoded k times.
///
/// Source: Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", 2016.
public struct ImportanceWeighting: Sendable, Hashable, Codable {
    /// k, the draws of z of each image.
    public var samples: Int
    /// Whether the encoder's gradient is the doubly reparameterised one, which has the same mean and less noise.
    ///
    /// Source: Tucker, Lawson, Gu and Maddison, "Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives", 2018.
    public var isDoublyReparameterised: Bool

    /// A bound by `samples` draws, 1 to 4,096; ``TrainingConfiguration/validate()`` checks their number.
    public init(samples: Int, isDoublyReparameterised: Bool = false) {
        self.samples = samples
        self.isDoublyReparameterised = isDoublyReparameterised
    }

    /// The most draws of an image: they go through the decoder together.
    static let mostSamples = 4096

    func validate() throws(VAEError) {
        try VAEError.require("importance samples", samples, in: 1...Self.mostSamples)
    }
}
