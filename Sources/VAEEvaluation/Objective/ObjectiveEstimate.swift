import Foundation
import VAE
import VAECore

/// The negative evidence lower bound of a model on a set of images, and its two parts, in nats per image.
///
/// loss = reconstruction + KL, lower is better, and −loss is a lower bound of ln p(x). The KL divergence counts once, whatever
/// weight it had in training.
public struct ObjectiveEstimate: Sendable, Hashable, Codable {
    /// The number of images.
    public let images: Int
    /// −ELBO.
    public let loss: Evaluation.Value
    /// −ln p(x|z).
    public let reconstruction: Evaluation.Value
    /// KL(q(z|x) ‖ p(z)): in closed form for N(0, I), by the draws for a prior that is trained.
    public let kl: Evaluation.Value

    /// The objective with z drawn from q(z|x), `draws` times for each image, or with z = μ when `draws` is 0.
    ///
    /// Draws are named by seed, image and number; the first has the name that the test loss of a training with this seed has.
    /// - Complexity: draws · images · (the encoder's and the decoder's operations).
    /// - Throws: `invalidArgument` when the images do not have the model's shape or are none.
    public init(
        of model: VariationalAutoencoder, on images: ImageSet, draws: Int = 1, seed: UInt64 = 0,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        var sums: [Double] = []
        var kl: [Double] = []
        for draw in 0..<max(draws, 1) {
            let losses = try model.losses(
                of: images, seed: seed, draw: draw, sampling: draws > 0, threads: threads)
            if sums.isEmpty {
                sums = losses.reconstruction.map(Double.init)
                kl = losses.kl.map(Double.init)
            } else {
                for (index, value) in losses.reconstruction.enumerated() { sums[index] += Double(value) }
                // In closed form it is the same for every draw.
                guard !model.configuration.prior.isStandard else { continue }
                for (index, value) in losses.kl.enumerated() { kl[index] += Double(value) }
            }
        }
        if !model.configuration.prior.isStandard { kl = kl.map { $0 / Double(max(draws, 1)) } }
        let reconstructions = sums.map { $0 / Double(max(draws, 1)) }
        func value(_ values: [Double]) -> Evaluation.Value {
            Evaluation.Value(Estimate(of: values), images.shape)
        }
        self.images = images.count
        loss = value(zip(reconstructions, kl).map { $0 + $1 })
        reconstruction = value(reconstructions)
        self.kl = value(kl)
    }
}

extension Estimate {
    /// Nats per image as bits per pixel value: divided by ln 2 and by height · width · channels.
    public func bitsPerDimension(_ shape: ImageShape) -> Estimate {
        scaled(by: 1 / (log(2) * Double(shape.count)))
    }

    /// The estimate of a multiple, with its standard error.
    public func scaled(by factor: Double) -> Estimate {
        Estimate(mean: mean * factor, standardError: standardError * abs(factor))
    }
}
