import VAE
import VAECore

/// The quality of a trained model: by its objective and by the likelihood, by what its latents say, and against baselines.
///
/// All losses are in nats per image, and lower is better. Everything is the same for any number of threads. What is measured is what is
/// written: the properties are those of `evaluation.json`, where names are in snake case.
public struct Evaluation: Sendable, Equatable, Codable {
    /// The loss and its parts, and where it stands.
    public let loss: Losses
    /// On the first test images: how many, its `images` says.
    public let likelihood: LikelihoodEstimate
    /// The activity of each latent dimension, and the aggregate posterior of all test images together.
    public let latents: Latents
    /// The separation of classes in the latent means; nil where it can't be measured, see `omissions`.
    public let clusters: LatentSeparation?
    /// The reconstructions of the test images, beside those of simpler models.
    public let baselines: Baselines
    /// nil where it can't be had, see `omissions`.
    public let frechet: FrechetDistance?
    /// The factors that the test images were made from; nil where nobody gave them.
    public let factors: Factors?
    /// Parts that are left out, and why.
    public let omissions: [Omission]

    private enum CodingKeys: String, CodingKey {
        case loss, likelihood, latents, clusters, frechet, factors, omissions
        case baselines = "rivals"
    }

    /// A mean over images in nats, with its standard error, and the mean in bits a pixel value.
    public struct Value: Sendable, Hashable, Codable {
        /// The mean, in nats an image.
        public let nats: Double
        /// Of the mean, in nats; nil for a single image.
        public let standardError: Double?
        /// The mean divided by ln 2 and by height · width · channels.
        public let bitsPerPixel: Double

        /// An estimate in nats an image, for images of a shape.
        init(_ estimate: Estimate, _ shape: ImageShape) {
            nats = estimate.mean
            standardError = estimate.finiteError
            bitsPerPixel = estimate.bitsPerDimension(shape).mean
        }
    }

    /// The loss on test and training images, and its bounds.
    public struct Losses: Sendable, Hashable, Codable {
        /// On the test images, z drawn from q(z|x).
        public let test: ObjectiveEstimate
        /// On the test images, z = μ: what a reconstruction loses. No bound of ln p(x).
        public let testAtMean: ObjectiveEstimate
        /// On as many training images, z drawn: how much better the model knows what it has seen.
        public let training: ObjectiveEstimate
        /// The bound of a Bernoulli likelihood that no decoder gets below on these pixels, 0 for black and white ones; nil for others.
        public let greyEntropy: Value?
        /// The share of the way from the loss of the pixelwise mean down to the floor that the model has gone: below 1, and below 0 where
        /// it is worse than that mean. nil without a floor.
        public let shareOfTheWay: Double?

        /// - Parameters:
        ///   - floor: the entropy of the grey pixels, of a Bernoulli likelihood
        ///   - top: the loss of the pixelwise mean, in nats
        init(
            test: ObjectiveEstimate, testAtMean: ObjectiveEstimate, training: ObjectiveEstimate,
            floor: Value?, top: Double
        ) {
            (self.test, self.testAtMean, self.training) = (test, testAtMean, training)
            greyEntropy = floor
            let way = floor.map { top - $0.nats } ?? 0
            shareOfTheWay = way > 0 ? (top - test.loss.nats) / way : nil
        }
    }

    /// The likelihood, summed up: integrated over z, or estimated from importance-weighted draws.
    public struct LikelihoodEstimate: Sendable, Hashable, Codable {
        /// K: draws for each image; nil where it was integrated.
        public let samples: Int?
        /// What was drawn from; nil where it was integrated, and for q(z|x) in files of earlier versions.
        public let proposal: ImportanceProposal?
        /// Points of z that were decoded to integrate over it; nil for draws.
        public let points: Int?
        /// The mean over the images of a bound of the integral's error, in nats; nil for draws.
        public let integrationError: Double?
        /// So many test images: the first ones, or of a set that is sorted by class ones spread over it.
        public let images: Int
        /// −ln p(x); from draws at most, on average: with K of them it is the bound of Burda and others (2016).
        public let negativeLogLikelihood: Value
        /// The same of half the draws, in nats an image.
        public let withHalfTheSamples: Double?
        /// The mean over the images of (Σw)² / Σw², 1 to K.
        public let effectiveSamples: Double?
        /// Whether p(x|z) is a distribution of these pixels: all are but a Bernoulli likelihood of grey ones.
        public let isLikelihood: Bool

        init(_ likelihood: LatentQuadrature, isLikelihood: Bool, _ shape: ImageShape) {
            (samples, proposal, withHalfTheSamples, effectiveSamples) = (nil, nil, nil, nil)
            points = likelihood.points
            integrationError = Estimate(of: likelihood.errors).mean
            images = likelihood.values.count
            negativeLogLikelihood = Value(Estimate(of: likelihood.values.map { -$0 }), shape)
            self.isLikelihood = isLikelihood
        }

        init(
            _ likelihood: ImportanceWeightedLikelihood, _ proposal: ImportanceProposal, isLikelihood: Bool,
            _ shape: ImageShape
        ) {
            samples = likelihood.samples
            self.proposal = proposal
            (points, integrationError) = (nil, nil)
            images = likelihood.values.count
            negativeLogLikelihood = Value(Estimate(of: likelihood.values.map { -$0 }), shape)
            withHalfTheSamples = -Estimate(of: likelihood.firstHalf).mean
            effectiveSamples = Estimate(of: likelihood.effectiveSamples).mean
            self.isLikelihood = isLikelihood
        }
    }

    /// A part that this model or these images don't have.
    public struct Omission: Sendable, Hashable, Codable {
        /// Which part: a stage's name, in words, so that a file can name one that this version does not know.
        public let part: String
        /// A clause for people.
        public let reason: String

        /// The stage of that name; nil for one that this version does not know.
        public var stage: Stage? { Stage(rawValue: part) }
    }
}
