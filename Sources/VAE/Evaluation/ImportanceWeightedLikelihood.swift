import Foundation
import Kernels
import VAECore

/// Estimates of ln p(x), in nats, from importance-weighted samples of q(z|x).
///
/// For each image ln (1/K) Σ p(x, zₖ) / q(zₖ|x) with zₖ from q(z|x): a bound that is the ELBO for K = 1, never falls as K grows, on
/// average, and reaches ln p(x) (Burda, Grosse and Salakhutdinov 2016, "Importance Weighted Autoencoders", equation 8).
///
/// With a Bernoulli likelihood it is the likelihood of images whose pixels are 0 or 1. For grey pixels p(x|z) is no distribution, and
/// the number compares models with each other, nothing else. With a Gaussian likelihood it is a density's, of pixels in [0, 1].
public struct ImportanceWeightedLikelihood: Sendable, Equatable {
    /// K: draws of z for each image.
    public let samples: Int
    /// The estimate for each image.
    public let values: [Double]
    /// The standard error of each estimate from its K draws (delta method). It is too small where single weights dominate.
    public let standardErrors: [Double]

    /// The mean over the images.
    public var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// How far the mean may be from that over all images there could be: the images' spread over the root of their number.
    public var standardErrorOfMean: Double {
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(max(values.count - 1, 1)) / Double(values.count)).squareRoot()
    }
}

extension VariationalAutoencoder {
    /// Estimates ln p(x) of every image from `samples` draws each.
    ///
    /// Draws are named by seed, image and number: the same for any number of threads, and the first ones the same for any `samples`. Memory does
    /// not grow with `samples`. Costs a decoding per draw: samples · images · the decoder's operations.
    ///
    /// - Parameters:
    ///   - samples: K, 1 or more
    ///   - onProgress: called with the number of images that are done, now and then, on the calling thread; what it throws ends the work
    /// - Throws: `invalidArgument` when the images do not have the model's shape or are none, or `samples` is not positive;
    ///   `unavailable` when there is not memory enough; `CancellationError` when the surrounding task is cancelled.
    public func logLikelihood(
        of images: ImageSet, samples: Int, seed: UInt64 = 0, threads: Int = Machine.physicalCores,
        onProgress: (_ images: Int) throws -> Void = { _ in }
    ) throws -> ImportanceWeightedLikelihood {
        try configuration.check(images, "images")
        guard samples >= 1 else {
            throw VAEError(
                .invalidArgument, "samples", "is out of range", expected: "1 or more", found: "\(samples)")
        }
        let posterior = try encode(images, threads: threads)
        var sums = [WeightSum](repeating: WeightSum(), count: images.count)
        var outcome = Result<Void, any Error>.success(())
        try withEngine(threads, images.count) { engine, weights in
            outcome = Result {
                for start in stride(from: 0, to: images.count, by: Self.imagesAtOnce) {
                    try Task.checkCancellation()
                    let count = min(Self.imagesAtOnce, images.count - start)
                    sums.withUnsafeMutableBufferPointer { sums in
                        engine.pool.run(parts: count) { worker, part in
                            let image = start + part
                            sums[image] = engine.weigh(
                                image, of: images, posterior, samples: samples, seed: seed, weights,
                                engine.workspaces[worker])
                        }
                    }
                    try onProgress(start + count)
                }
            }
        }
        try outcome.get()
        return ImportanceWeightedLikelihood(
            samples: samples, values: sums.map(\.logMean), standardErrors: sums.map(\.standardError))
    }

    private static let imagesAtOnce = 256
}

extension Engine {
    /// The weights p(x, z) / q(z|x) of one image's draws.
    fileprivate func weigh(
        _ image: Int, of images: ImageSet, _ posterior: Encoding, samples: Int, seed: UInt64,
        _ weights: Weights,
        _ workspace: Workspace
    ) -> WeightSum {
        let (size, latent) = (images.shape.count, posterior.latentSize)
        for copy in 0..<min(network.microBatch, samples) {
            Pixels.scale(
                images.pixels.span, range: image * size..<(image + 1) * size,
                into: workspace.images[copy * size..<(copy + 1) * size])
        }
        var sum = WeightSum()
        for (chunk, start) in stride(from: 0, to: samples, by: network.microBatch).enumerated() {
            let count = min(network.microBatch, samples - start)
            let noise = workspace.noise.prefix(count * latent)
            var stream = RandomStream(seed: seed, purpose: .importanceNoise, epoch: chunk, item: image)
            stream.fillNormal(noise)
            for index in 0..<noise.count {
                let place = image * latent + index % latent
                workspace.z[index] =
                    posterior.mean[place] + exp(0.5 * posterior.logVariance[place]) * noise[index]
            }
            network.decode(weights, workspace, count: count)
            network.measureReconstruction(weights, workspace, count: count)
            for draw in 0..<count {
                // ln p(z) − ln q(z|x): the normalisations of the two Gaussians cancel but for σ.
                var ratio = 0.0
                for dimension in 0..<latent {
                    let (z, noise) = (
                        Double(workspace.z[draw * latent + dimension]),
                        Double(noise[draw * latent + dimension])
                    )
                    let logVariance = Double(posterior.logVariance[image * latent + dimension])
                    ratio += 0.5 * (noise * noise + logVariance - z * z)
                }
                sum.add(ratio - Double(workspace.reconstruction[draw]))
            }
        }
        return sum
    }
}

/// A mean of numbers given by their logarithms, and its spread, without overflow and in one pass.
struct WeightSum {
    private var count = 0
    private var largest = -Double.infinity
    /// Σ w and Σ w², in units of the largest weight and its square.
    private var sum = 0.0
    private var squares = 0.0

    mutating func add(_ logWeight: Double) {
        count += 1
        if logWeight > largest {
            let shrink = exp(largest - logWeight)
            (sum, squares, largest) = (sum * shrink, squares * shrink * shrink, logWeight)
        }
        let weight = exp(logWeight - largest)
        sum += weight
        squares += weight * weight
    }

    /// ln of the mean weight.
    var logMean: Double { largest + log(sum / Double(count)) }

    /// Of `logMean`: the standard error of the mean over the mean. Infinite for a single weight, which has no spread.
    var standardError: Double {
        guard count > 1 else { return .infinity }
        let mean = sum / Double(count)
        let variance = max(squares / Double(count) - mean * mean, 0) * Double(count) / Double(count - 1)
        return (variance / Double(count)).squareRoot() / mean
    }
}
