import Foundation
import VAE
import VAECore
import VAEData
import VAEEvaluation

extension EvaluationRecord {
    /// - Parameters:
    ///   - file: the model's, its name alone
    ///   - data: what it was measured on
    package init(
        _ evaluation: Evaluation, options: Evaluation.Options, of model: VariationalAutoencoder, file: String,
        data: Dataset
    ) throws(VAEError) {
        let shape = evaluation.shape
        func value(_ estimate: Estimate) -> Value { Value(estimate, shape) }
        func objective(_ estimate: ObjectiveEstimate, _ images: Int) -> Objective {
            Objective(
                images: images, loss: value(estimate.loss), reconstruction: value(estimate.reconstruction),
                kl: value(estimate.kl))
        }
        version = Self.currentVersion
        program = packageVersion
        self.model = Model(
            file: file, sha256: try model.sha256.description, parameters: model.parameterCount,
            latentSize: model.configuration.latentSize, imageShape: shape,
            likelihood: model.configuration.likelihood.rawValue)
        self.data = Data(
            name: data.name, sha256: data.contentHash(), trainImages: evaluation.trainImages,
            testImages: evaluation.testImages)
        settings = Settings(
            seed: options.seed, draws: options.draws, binarize: evaluation.binarization?.rawValue ?? "none")

        let likelihood = model.configuration.likelihood
        let mean = Rivals.Errors(evaluation.pixelwiseMean, likelihood, shape)
        let floor = likelihood.isDensity ? nil : evaluation.greyEntropy
        let way = floor.map { mean.reconstruction.nats - $0.mean } ?? 0
        loss = Losses(
            test: objective(evaluation.test, evaluation.testImages),
            testAtMean: objective(evaluation.testAtMean, evaluation.testImages),
            training: objective(evaluation.training, min(evaluation.trainImages, evaluation.testImages)),
            greyEntropy: floor.map(value),
            shareOfTheWay: way > 0 ? (mean.reconstruction.nats - evaluation.test.loss.mean) / way : nil)
        self.likelihood = Likelihood(
            evaluation.likelihood, isLikelihood: likelihood.isDensity || evaluation.isBinary, shape)
        latents = Latents(evaluation.latents, evaluation.aggregate)
        clusters = evaluation.separation.map(Clusters.init)
        rivals = Rivals(
            model: Rivals.Errors(
                reconstruction: value(evaluation.testAtMean.reconstruction),
                squaredError: evaluation.errors.squaredError),
            pixelwiseMean: mean,
            principalComponents: evaluation.baselines.map {
                Rivals.PrincipalComponents($0.principalComponents, likelihood, shape)
            })
        frechet = evaluation.frechet
        omissions = evaluation.omissions.map { Omission(part: $0.stage.rawValue, reason: $0.reason) }
    }
}

extension EvaluationRecord.Value {
    init(_ estimate: Estimate, _ shape: ImageShape) {
        self.init(
            nats: estimate.mean, standardError: estimate.finiteError,
            bitsPerPixel: estimate.bitsPerDimension(shape).mean)
    }
}

extension EvaluationRecord.Likelihood {
    init(_ found: Evaluation.LikelihoodEstimate, isLikelihood: Bool, _ shape: ImageShape) {
        self.init(
            samples: found.samples, images: found.images,
            negativeLogLikelihood: .init(found.negativeLogLikelihood, shape),
            withHalfTheSamples: found.withHalfTheSamples, effectiveSamples: found.effectiveSamples,
            isLikelihood: isLikelihood)
    }
}

extension EvaluationRecord.Latents {
    /// Dimensions that are written down: of thousands, those that carry anything.
    static let mostDimensions = 1000

    init(_ use: Evaluation.LatentUse, _ aggregate: AggregatePosterior) {
        let (inactive, collapsed) = (Set(use.collapse.inactive), Set(use.collapse.collapsed))
        let still = Set(use.collapse.still).subtracting(collapsed)
        // Of equal ones the earlier, whatever the sort does.
        let largest = use.kl.indices.sorted { (-use.kl[$0], $0) < (-use.kl[$1], $1) }
            .prefix(Self.mostDimensions).sorted()
        self.init(
            activeUnits: use.activeUnits, collapse: use.collapse.verdict.rawValue, inactive: inactive.count,
            collapsed: collapsed.count, still: still.count,
            dimensions: largest.map {
                Dimension(
                    index: $0 + 1, kl: use.kl[$0], varianceOfMean: use.varianceOfMean[$0],
                    active: !inactive.contains($0), collapsed: collapsed.contains($0),
                    still: still.contains($0))
            },
            mutualInformation: aggregate.mutualInformation, mutualInformationLimit: aggregate.limit,
            aggregateGap: aggregate.gap, aggregateImages: aggregate.images)
    }
}

extension EvaluationRecord.Clusters {
    init(_ found: LatentSeparation) {
        self.init(
            classes: found.linear.classes.count, neighbours: found.neighbours,
            nearestNeighboursAccuracy: found.nearestNeighbours.accuracy,
            linearAccuracy: found.linear.accuracy, linearShrinkage: found.linearShrinkage,
            silhouette: found.silhouette.mean, mixture: found.mixture)
    }
}

extension EvaluationRecord.Rivals.Errors {
    init(_ errors: ReconstructionErrors, _ likelihood: VAE.Likelihood, _ shape: ImageShape) {
        let squared = errors.squaredError
        // −ln p of a Gaussian with σ² = the mean squared error is D/2 (ln 2πσ² + 1); its error by the delta method. Where a baseline
        // is exact, σ² is that of the rounding to 8 bits.
        let variance = max(squared.mean, 1 / (12 * 255 * 255))
        let gaussian = Estimate(
            mean: 0.5 * Double(shape.count) * (log(2 * Double.pi * variance) + squared.mean / variance),
            standardError: 0.5 * Double(shape.count) * squared.standardError / variance)
        let loss =
            switch likelihood {
            case .bernoulli: errors.crossEntropy
            case .gaussian: gaussian
            }
        self.init(reconstruction: .init(loss, shape), squaredError: squared)
    }
}

extension EvaluationRecord.Rivals.PrincipalComponents {
    init(_ found: VAEEvaluation.Baselines.Linear, _ likelihood: VAE.Likelihood, _ shape: ImageShape) {
        self.init(
            components: found.components, varianceShare: found.varianceShare, trainImages: found.imagesUsed,
            errors: .init(found.errors, likelihood, shape),
            nearestNeighboursAccuracy: found.nearestNeighbours?.accuracy,
            linearAccuracy: found.linear?.accuracy)
    }
}

extension Estimate {
    /// nil for a single image, which has no spread. JSON has no infinite numbers.
    var finiteError: Double? { standardError.isFinite ? standardError : nil }
}
