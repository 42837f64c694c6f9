import VAE
import VAECore

/// The quality of a trained model: by its objective and by the likelihood, by what its latents say, and against baselines.
///
/// All losses are in nats per image. Everything is the same for any number of threads.
public struct Evaluation: Sendable, Equatable {
    /// The number of training images.
    public let trainImages: Int
    /// The number of test images.
    public let testImages: Int
    /// Height, width and channels of every image.
    public let shape: ImageShape
    /// The way in which the images were made black and white; nil: they were taken as they are.
    public let binarization: Binarization?
    /// Whether all pixels of the test images are black or white, so that a Bernoulli likelihood is one.
    public let isBinary: Bool

    /// On the test images, z drawn from q(z|x).
    public let test: ObjectiveEstimate
    /// On the test images, z = μ: what a reconstruction loses. No bound of ln p(x).
    public let testAtMean: ObjectiveEstimate
    /// On as many training images, z drawn: how much better the model knows what it has seen.
    public let training: ObjectiveEstimate
    /// On the first test images: how many, its `images` says.
    public let likelihood: LikelihoodEstimate

    /// The activity of each latent dimension, and which of them are unused.
    public let latents: LatentUse
    /// The aggregate posterior, of the latents of all images together, and its difference from the prior.
    public let aggregate: AggregatePosterior
    /// The separation of classes in the latent means; nil where it can't be measured, see `omissions`.
    public let separation: LatentSeparation?

    /// The errors of the test images' reconstructions at z = μ.
    public let errors: ReconstructionErrors
    /// The pixelwise mean of the training images as the reconstruction of every test image.
    public let pixelwiseMean: ReconstructionErrors
    /// The bound that no model of independent pixels can go below with a Bernoulli likelihood, in nats per image.
    public let greyEntropy: Estimate
    /// nil where it can't be had, see `omissions`.
    public let baselines: Baselines?
    /// nil where it can't be had, see `omissions`.
    public let frechet: FrechetDistance?

    /// Parts that are left out, and why.
    public let omissions: [Omission]

    /// A part that this model or these images don't have.
    public struct Omission: Sendable, Hashable, Codable {
        /// Which part.
        public let stage: Stage
        /// A clause for people.
        public let reason: String
    }

    /// The importance-weighted estimate, summed up.
    public struct LikelihoodEstimate: Sendable, Equatable, Codable {
        /// K: draws for each image.
        public let samples: Int
        /// The first so many test images.
        public let images: Int
        /// −ln p(x), at most, on average: with K draws it is the bound of Burda and others (2016).
        public let negativeLogLikelihood: Estimate
        /// The same of half the draws.
        public let withHalfTheSamples: Double
        /// The mean over the images of (Σw)² / Σw², 1 to K.
        public let effectiveSamples: Double

        init(_ likelihood: ImportanceWeightedLikelihood) {
            samples = likelihood.samples
            images = likelihood.values.count
            negativeLogLikelihood = Estimate(of: likelihood.values.map { -$0 })
            withHalfTheSamples = -Estimate(of: likelihood.firstHalf).mean
            effectiveSamples = Estimate(of: likelihood.effectiveSamples).mean
        }
    }

    /// The activity of each latent dimension on the test images, and which of them are unused.
    public struct LatentUse: Sendable, Equatable, Codable {
        /// KL divergence of each dimension, in nats; they add up to that of the objective.
        public let kl: [Double]
        /// Variance of each dimension's mean over the images.
        public let varianceOfMean: [Double]
        /// Dimensions whose mean has a variance above 0.01.
        public let activeUnits: Int
        /// The dimensions that are unused, and in which way.
        public let collapse: PosteriorCollapse

        /// O(n·d).
        public init(of encoding: Encoding) {
            let activity = LatentActivity(of: encoding)
            kl = activity.kl
            varianceOfMean = activity.varianceOfMean
            activeUnits = activity.activeUnits
            collapse = PosteriorCollapse(of: encoding)
        }
    }
}
