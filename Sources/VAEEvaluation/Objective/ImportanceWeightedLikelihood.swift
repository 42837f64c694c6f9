import VAE
import VAECore

/// Estimates of ln p(x), in nats, from importance-weighted samples of z.
///
/// For each image ln (1/K) Σ p(x, zₖ) / q(zₖ) with zₖ from q(z): a bound that never falls as K grows, on average, and reaches ln p(x) (Burda, Grosse
/// and Salakhutdinov 2016, "Importance Weighted Autoencoders", equation 8). With q(z|x) as q(z) it is the ELBO for K = 1; where that misses a mode of
/// p(z|x), so do any number of draws that can be had, and their weights don't show it.
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
    /// The effective number of each image's draws, (Σ w)² / Σ w², 1 to K: where it is small, few draws carry the estimate, and more
    /// would raise it (Kong 1992, "A Note on Importance Sampling using Standardized Weights").
    public let effectiveSamples: [Double]
    /// The estimate for each image from the first half of its draws, (K + 1) / 2 of them. How far `mean` lies above the mean of
    /// these is about how much the bound would still rise with twice as many.
    public let firstHalf: [Double]

    /// The mean over the images.
    public var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// The standard error of `mean` as that over all images there could be: the images' spread over the root of their number.
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
    ///   - images: (n, height, width, channels) of the model's shape
    ///   - samples: K, 1 or more
    ///   - seed: names the draws
    ///   - proposal: what z is drawn from
    ///   - threads: workers; the bits of the result do not depend on it
    ///   - onProgress: called with the number of images that are done, a few times a second, on the calling thread; what it throws
    ///     ends the work
    /// - Throws: `invalidArgument` when the images do not have the model's shape or are none, or `samples` is not positive;
    ///   `unavailable` when there is not memory enough; `CancellationError` when the surrounding task is cancelled.
    public func logLikelihood(
        of images: ImageSet, samples: Int, seed: UInt64 = 0, proposal: ImportanceProposal = .posterior,
        threads: Int = Machine.physicalCores, onProgress: (_ images: Int) throws -> Void = { _ in }
    ) throws -> ImportanceWeightedLikelihood {
        try VAEError.require("samples", samples, in: 1...)
        let sums = try importanceWeights(
            of: images, samples: samples, seed: seed, proposal: proposal, threads: threads,
            onProgress: onProgress)
        let all = sums.map(\.all)
        return ImportanceWeightedLikelihood(
            samples: samples, values: all.map(\.logMean), standardErrors: all.map(\.standardError),
            effectiveSamples: all.map(\.effectiveCount), firstHalf: sums.map(\.first.logMean))
    }
}
