import Kernels

/// The loss of every image on its own, in nats.
public struct ImageLosses: Sendable, Equatable {
    /// −ln p(x|z), summed over pixels.
    public let reconstruction: [Float]
    /// KL(q(z|x) ‖ p(z)); of codes what they cost under a uniform prior, positions · ln K.
    public let kl: [Float]
    /// What an importance-weighted bound has beside the reconstruction, in nats; nil for the evidence lower bound.
    let penalty: [Float]?
    /// The penalty of the encoder's vectors for their distance from codes, β‖z_e − z_q‖²; empty for a model of Gaussian latents.
    public let commitment: [Float]

    init(reconstruction: [Float], kl: [Float], penalty: [Float]? = nil, commitment: [Float] = []) {
        self.reconstruction = reconstruction
        self.kl = kl
        self.penalty = penalty
        self.commitment = commitment
    }

    /// Means over the images, the commitment as the penalty; of pairwise sums by the images' numbers: parts of a test set can be added elsewhere.
    public func mean(klWeight: Double = 1) -> Losses {
        let count = Double(max(reconstruction.count, 1))
        return Losses(
            reconstruction: Self.sum(reconstruction) / count, kl: Self.sum(kl) / count, klWeight: klWeight,
            penalty: (penalty ?? (commitment.isEmpty ? nil : commitment)).map { Self.sum($0) / count })
    }
}

extension ImageLosses {
    fileprivate static func sum(_ values: [Float]) -> Double {
        PairwiseSum.of(values.count) { Double(values[$0]) }
    }
}
