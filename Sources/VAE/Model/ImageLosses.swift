import Kernels

/// The loss of every image on its own, in nats.
public struct ImageLosses: Sendable, Equatable {
    /// −ln p(x|z), summed over pixels.
    public let reconstruction: [Float]
    /// KL(q(z|x) ‖ N(0, I)).
    public let kl: [Float]
    /// What an importance-weighted bound has beside the reconstruction, in nats; nil for the evidence lower bound.
    let penalty: [Float]?

    init(reconstruction: [Float], kl: [Float], penalty: [Float]? = nil) {
        self.reconstruction = reconstruction
        self.kl = kl
        self.penalty = penalty
    }

    /// Means over the images, of pairwise sums by the images' numbers: parts of a test set can be added elsewhere.
    public func mean(klWeight: Double = 1) -> Losses {
        let count = Double(max(reconstruction.count, 1))
        return Losses(
            reconstruction: Self.sum(reconstruction) / count, kl: Self.sum(kl) / count, klWeight: klWeight,
            penalty: penalty.map { Self.sum($0) / count })
    }
}

extension ImageLosses {
    fileprivate static func sum(_ values: [Float]) -> Double {
        PairwiseSum.of(values.count) { Double(values[$0]) }
    }
}
