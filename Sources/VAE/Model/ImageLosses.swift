import Kernels

/// The loss of every image on its own, in nats.
public struct ImageLosses: Sendable, Equatable {
    /// −ln p(x|z), summed over pixels.
    public let reconstruction: [Float]
    /// KL(q(z|x) ‖ N(0, I)).
    public let kl: [Float]

    /// Means over the images, of pairwise sums by the images' numbers: parts of a test set can be added elsewhere.
    public func mean(klWeight: Double = 1) -> Losses {
        let count = Double(max(reconstruction.count, 1))
        return Losses(
            reconstruction: Self.sum(reconstruction) / count, kl: Self.sum(kl) / count, klWeight: klWeight)
    }
}

extension ImageLosses {
    fileprivate static func sum(_ values: [Float]) -> Double {
        PairwiseSum.of(values.count) { Double(values[$0]) }
    }
}
