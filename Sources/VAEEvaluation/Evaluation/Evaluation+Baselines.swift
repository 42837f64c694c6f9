import Foundation
import VAE
import VAECore

extension Evaluation {
    /// The reconstructions of the test images by the model and by simpler ones, so that one sees what a variational autoencoder bought.
    public struct Baselines: Sendable, Hashable, Codable {
        /// The model's own, at z = μ.
        public let model: Errors
        /// One image for all: the pixelwise mean of the training images.
        public let pixelwiseMean: Errors
        /// As many components as the model has latent dimensions; nil where they can't be had, see `omissions`.
        public let principalComponents: PrincipalComponents?

        /// The errors of reconstructions of the test images.
        public struct Errors: Sendable, Hashable, Codable {
            /// −ln p of the images under the model's kind of likelihood. Bernoulli: binary cross-entropy, for principal components with
            /// pixels held half a grey level off 0 and 1. Gaussian: with the one σ that suits these reconstructions best, or the ones of each
            /// channel or value, and the model's with its own. Continuous Bernoulli: with these means, half a grey level off 0 and 1.
            /// Logistic mixture: by one logistic distribution about these, of the scale that suits them best. Laplace and Student t: with the scales and degrees of freedom that suit these reconstructions best.
            public let reconstruction: Value
            /// The squared difference a pixel value, which is in [0, 1].
            public let squaredError: Estimate
        }

        /// Principal component analysis of the pixels.
        public struct PrincipalComponents: Sendable, Hashable, Codable {
            /// Axes of the linear code.
            public let components: Int
            /// The share of the training images' variance that the components hold, 0 to 1.
            public let varianceShare: Double
            /// The number of training images that the components come from.
            public let trainImages: Int
            /// On the test images.
            public let errors: Errors
            /// The share of the test images' codes that `NearestNeighbours` of the training images' classify right; nil without labels of two
            /// or more classes, and where there are fewer training images than neighbours.
            public let nearestNeighboursAccuracy: Estimate?
            /// The same of codes whitened: each divided by its standard deviation over the training images, since the prior asks one variance
            /// of all of z, while the first components count for most in distances between codes; nil in records that have none.
            public let whitenedNearestNeighboursAccuracy: Estimate?
            /// The accuracy of a linear discriminant, which whitening leaves as it is; nil without more images than classes, or where all codes are in one place.
            public let linearAccuracy: Estimate?
        }
    }
}

extension Evaluation.Baselines.Errors {
    /// - Parameters:
    ///   - errors: of what `reconstruct` gives
    ///   - likelihood: the kind that is measured by
    ///   - images: what was reconstructed
    ///   - reconstruct: gives the reconstructions of some of the images again
    /// - Throws: what `reconstruct` throws.
    init(
        _ errors: ReconstructionErrors, _ likelihood: Likelihood, on images: ImageSet,
        reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws(VAEError) {
        let (squared, shape) = (errors.squaredError, images.shape)
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
            case .gaussianChannel:
                try DiagonalErrors.loss(on: images, variances: shape.channels, reconstruct: reconstruct)
            case .gaussianValue:
                try DiagonalErrors.loss(on: images, variances: shape.count, reconstruct: reconstruct)
            case .continuousBernoulli:
                try ContinuousBernoulliErrors.loss(on: images, reconstruct: reconstruct)
            case .laplace:
                try LaplaceErrors.loss(on: images, reconstruct: reconstruct)
            case .logisticMixture:
                try LogisticErrors.loss(on: images, reconstruct: reconstruct)
            case .studentT:
                try StudentErrors.loss(on: images, reconstruct: reconstruct)
            }
        self.init(reconstruction: .init(loss, shape), squaredError: squared)
    }
}

extension Evaluation.Baselines {
    /// The pixelwise mean of some images as a reconstruction of others, under a kind of likelihood.
    /// - Throws: `invalidArgument` when there are no images or shapes differ; what reading them throws.
    package static func pixelwiseMean(
        of train: ImageSet, on test: ImageSet, _ likelihood: Likelihood
    ) throws(VAEError) -> Errors {
        let mean = try PixelwiseMean(fittedTo: train)
        return try Errors(mean.errors(on: test), likelihood, on: test) {
            (part) throws(VAEError) in mean.reconstruction(of: part)
        }
    }
}

extension Evaluation.Baselines.PrincipalComponents {
    /// Fits principal components to the training images and measures them on the test images.
    /// O(train · pixels² + train · test · components).
    ///
    /// - Parameters:
    ///   - train: what is fitted to
    ///   - test: what is measured on; with labels in both sets, classifiers too
    ///   - components: the model's latent dimensions
    ///   - likelihood: the kind that reconstructions are measured by
    ///   - neighbours: voters of `NearestNeighbours`
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when there are no images, shapes differ, or `components` is out of range;
    ///   `unavailable` without memory enough.
    init(
        train: ImageSet, test: ImageSet, components: Int, likelihood: Likelihood,
        neighbours: Int = NearestNeighbours.defaultNeighbours, threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        let space = try VAEEvaluation.PrincipalComponents(
            fittedTo: train, components: components, threads: threads)
        let codes = try space.encode(test, threads: threads)
        func reconstruct(_ part: ImageSet) throws(VAEError) -> [Float] {
            try space.decode(space.encode(part, threads: threads), threads: threads)
        }
        let errors = try ReconstructionErrors(on: test, reconstruct: reconstruct)
        self.components = components
        varianceShare = space.varianceShare
        trainImages = space.imagesUsed
        self.errors = try .init(errors, likelihood, on: test, reconstruct: reconstruct)
        guard let labels = train.labels, test.labels != nil, Set(labels).count > 1 else {
            (nearestNeighboursAccuracy, whitenedNearestNeighboursAccuracy, linearAccuracy) = (nil, nil, nil)
            return
        }
        let known = try space.encode(train, threads: threads)
        // What classes ask for, such as as many images as neighbours, the components do not.
        func attempt(_ classify: () throws(VAEError) -> Classification) throws(VAEError) -> Estimate? {
            do throws(VAEError) { return try classify().accuracy } catch {
                if error.kind == .unavailable { throw error }
                return nil
            }
        }
        func vote(_ known: Points, on codes: Points) throws(VAEError) -> Estimate? {
            try attempt { () throws(VAEError) in
                try NearestNeighbours(fittedTo: known, neighbours: neighbours)
                    .classification(of: codes, threads: threads)
            }
        }
        let deviations = known.standardDeviations()
        nearestNeighboursAccuracy = try vote(known, on: codes)
        whitenedNearestNeighboursAccuracy = try vote(
            known.divided(by: deviations), on: codes.divided(by: deviations))
        linearAccuracy = try attempt { () throws(VAEError) in
            try LinearDiscriminant(fittedTo: known, threads: threads).classification(of: codes)
        }
    }
}
