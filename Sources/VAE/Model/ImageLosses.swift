import Kernels
import VAECore

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

extension Engine {
    /// Brings the images at `range` to the start of a workspace.
    func load(_ images: ImageSet, _ range: Range<Int>, _ workspace: Workspace) {
        let size = images.shape.count
        Pixels.scale(
            images.pixels.span, range: range.lowerBound * size..<range.upperBound * size,
            into: workspace.images.prefix(range.count * size))
    }

    /// The losses of every image; with `sampling`, z is drawn with noise named by seed, draw and image, otherwise z = μ.
    /// - Parameter pause: called now and then, on the calling thread; what it throws ends the measurement.
    func measure(
        _ images: ImageSet, _ weights: Weights, seed: UInt64, draw: Int = 0, sampling: Bool,
        pause: () throws -> Void
    ) rethrows -> ImageLosses {
        let latent = network.configuration.latentSize
        var reconstruction = [Float](repeating: 0, count: images.count)
        var divergence = reconstruction
        try FloatRegion.withRegions(&reconstruction, &divergence) { reconstruction, divergence in
            try forEachMicroBatch(of: images.count, pause: pause) { workspace, range in
                load(images, range, workspace)
                network.encode(weights, workspace, count: range.count)
                workspace.noise.fill(with: 0)
                if sampling {
                    for (position, item) in range.enumerated() {
                        var noise = RandomStream(seed: seed, purpose: .testNoise, epoch: draw, item: item)
                        noise.fillNormal(workspace.noise[position * latent..<(position + 1) * latent])
                    }
                }
                network.sampleLatents(workspace, count: range.count)
                network.decode(weights, workspace, count: range.count)
                network.measure(weights, workspace, count: range.count, gradientScale: nil)
                reconstruction[range].copy(from: workspace.reconstruction.prefix(range.count))
                divergence[range].copy(from: workspace.divergence.prefix(range.count))
            }
        }
        return ImageLosses(reconstruction: reconstruction, kl: divergence)
    }
}
