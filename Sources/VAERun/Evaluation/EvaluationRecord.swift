import VAE
import VAECore
import VAEEvaluation

/// `evaluation.json`: what `vae evaluate` found. Documentation/Evaluation.md says what each number is.
///
/// It keeps what people compare of an `Evaluation`, which is measured, and adds of which model and images that is; from it alone an
/// ``EvaluationSummary``, which is shown, can be made again. Parts that are the same in both are the same types.
///
/// Names are written in snake case. Losses are in nats per image, and lower is better. The same model, data and settings give the same bytes.
package struct EvaluationRecord: Codable, Equatable, Sendable {
    /// The version of the layout; another number is another layout.
    package let version: Int
    /// The version of the program that wrote it.
    package let program: String
    package let model: Model
    package let data: Data
    package let settings: Settings
    package let loss: Losses
    package let likelihood: Likelihood
    package let latents: Latents
    /// nil where it could not be had; `omissions` says why. So are the others.
    package let clusters: Clusters?
    package let rivals: Rivals
    package let frechet: FrechetDistance?
    package let omissions: [Omission]

    package static let currentVersion = 1

    package struct Model: Codable, Equatable, Sendable {
        /// The file's name in the run folder.
        package let file: String
        /// The SHA-256 of the file that the model's configuration and weights make: whether this is still the model that was evaluated.
        package let sha256: String
        package let parameters: Int
        package let latentSize: Int
        package let imageShape: ImageShape
        package let likelihood: String
    }

    package struct Data: Codable, Equatable, Sendable {
        package let name: String
        /// `Dataset.contentHash()`.
        package let sha256: String
        package let trainImages: Int
        package let testImages: Int
    }

    package struct Settings: Codable, Equatable, Sendable {
        package let seed: UInt64
        package let draws: Int
        /// `none`, `threshold` or `stochastic`.
        package let binarize: String
    }

    /// A mean over images in nats, with its standard error, and the mean in bits a pixel value.
    package struct Value: Codable, Equatable, Sendable {
        package let nats: Double
        /// nil for a single image.
        package let standardError: Double?
        package let bitsPerPixel: Double
    }

    package struct Objective: Codable, Equatable, Sendable {
        package let images: Int
        package let loss: Value
        package let reconstruction: Value
        package let kl: Value
    }

    package struct Losses: Codable, Equatable, Sendable {
        package let test: Objective
        /// z = μ rather than drawn.
        package let testAtMean: Objective
        package let training: Objective
        /// The bound of a Bernoulli likelihood that no decoder gets below on these pixels, 0 for black and white ones; nil for a density.
        package let greyEntropy: Value?
        /// The share of the way from the loss of the pixelwise mean down to the floor that the model has gone.
        package let shareOfTheWay: Double?
    }

    package struct Likelihood: Codable, Equatable, Sendable {
        package let samples: Int
        package let images: Int
        package let negativeLogLikelihood: Value
        package let withHalfTheSamples: Double
        package let effectiveSamples: Double
        /// Whether p(x|z) is a distribution of these pixels.
        package let isLikelihood: Bool
    }

    package struct Latents: Codable, Equatable, Sendable {
        package let activeUnits: Int
        /// `none`, `partial` or `complete`.
        package let collapse: String
        /// Dimensions whose means hardly move, those on the prior, and those that stand still off it.
        package let inactive: Int
        package let collapsed: Int
        package let still: Int
        /// The 1,000 of largest divergence, these in their order.
        package let dimensions: [Dimension]
        package let mutualInformation: Estimate
        package let mutualInformationLimit: Double
        package let aggregateGap: Estimate
        package let aggregateImages: Int

        package struct Dimension: Codable, Equatable, Sendable {
            /// From 1.
            package let index: Int
            package let kl: Double
            package let varianceOfMean: Double
            package let active: Bool
            package let collapsed: Bool
            package let still: Bool
        }
    }

    package struct Clusters: Codable, Equatable, Sendable {
        package let classes: Int
        package let neighbours: Int
        package let nearestNeighboursAccuracy: Estimate
        package let linearAccuracy: Estimate
        package let linearShrinkage: Double
        package let silhouette: Double
        package let mixture: MixtureScore
    }

    package struct Rivals: Codable, Equatable, Sendable {
        package let model: Errors
        package let pixelwiseMean: Errors
        package let principalComponents: PrincipalComponents?

        /// The errors of reconstructions of the test images.
        package struct Errors: Codable, Equatable, Sendable {
            /// −ln p of the images under the model's kind of likelihood. Bernoulli: binary cross-entropy, for principal components with
            /// pixels held half a grey level off 0 and 1. Gaussian: with the one σ that suits these reconstructions best, and the model's
            /// with its own.
            package let reconstruction: Value
            package let squaredError: Estimate
        }

        package struct PrincipalComponents: Codable, Equatable, Sendable {
            package let components: Int
            package let varianceShare: Double
            package let trainImages: Int
            package let errors: Errors
            package let nearestNeighboursAccuracy: Estimate?
            package let linearAccuracy: Estimate?
        }
    }

    /// The part in words, so that a file can name one that this version does not know.
    package struct Omission: Codable, Equatable, Sendable {
        package let part: String
        package let reason: String
    }
}
