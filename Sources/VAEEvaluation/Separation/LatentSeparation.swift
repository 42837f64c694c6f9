import VAE
import VAECore

/// The separation of classes and clusters in a space of codes, such as a model's latent means, by all measures at once.
///
/// Classifiers and mixture are fitted to training codes and measured on test codes; the silhouette is that of the test codes.
public struct LatentSeparation: Sendable, Hashable, Codable {
    /// The number of classes that occur.
    public let classes: Int
    /// Neighbours that vote.
    public let neighbours: Int
    /// The share of test codes that `NearestNeighbours` classifies right, 0 to 1.
    public let nearestNeighboursAccuracy: Estimate
    /// The same of `LinearDiscriminant`.
    public let linearAccuracy: Estimate
    /// `LinearDiscriminant.shrinkage`: 0, but where the covariance is singular.
    public let linearShrinkage: Double
    /// The mean silhouette of the test codes, by their labels, −1 to 1.
    public let silhouette: Double
    /// The score of a mixture fitted to the training codes, on the test codes.
    public let mixture: MixtureScore

    /// Everything a caller may choose.
    public struct Options: Sendable, Hashable {
        /// Neighbours that vote, 1 or more.
        public var neighbours: Int
        /// Components of the mixture; nil: as many as the training codes have classes.
        public var components: Int?
        /// The settings of the mixture's fit.
        public var mixture: GaussianMixture.Options

        /// The settings of the measures.
        public init(
            neighbours: Int = NearestNeighbours.defaultNeighbours, components: Int? = nil,
            mixture: GaussianMixture.Options = GaussianMixture.Options()
        ) {
            self.neighbours = neighbours
            self.components = components
            self.mixture = mixture
        }
    }

    /// O(train · test · size + test² · size + iterations · train · components · size²).
    ///
    /// - Parameters:
    ///   - train: codes with labels, such as `Points(model.encode(images), labels: images.labels)`
    ///   - test: the same of other images
    ///   - options: neighbours, components and how the mixture is fitted
    ///   - prior: of the model that made the codes; nil for N(0, I)
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when labels are missing or of one class, the two lie in different spaces, or an option is out of
    ///   range; `invalidData` when all codes are in one place; `unavailable` without memory enough.
    public init(
        train: Points, test: Points, options: Options = Options(), prior: PriorComponents? = nil,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        try test.requireSameSpace(as: train.size, "test codes")
        neighbours = options.neighbours
        nearestNeighboursAccuracy = try NearestNeighbours(fittedTo: train, neighbours: neighbours)
            .classification(of: test, threads: threads).accuracy
        let discriminant = try LinearDiscriminant(fittedTo: train, threads: threads)
        let linear = try discriminant.classification(of: test)
        classes = linear.classes.count
        linearAccuracy = linear.accuracy
        linearShrinkage = discriminant.shrinkage
        silhouette = try Silhouette(of: test, threads: threads).mean
        mixture = try MixtureScore(
            train: train, test: test, components: options.components ?? discriminant.classes.count,
            options: options.mixture, prior: prior, threads: threads)
    }
}

/// The score of clusters as a description of codes: a Gaussian mixture fitted to training codes, and its likelihood of test codes.
public struct MixtureScore: Sendable, Hashable, Codable {
    /// The number of Gaussians.
    public let components: Int
    /// The mean of ln p(code) over the test codes, in nats a code.
    public let test: Estimate
    /// The same over the training codes.
    public let train: Double
    /// The same of the test codes under a single Gaussian fitted to the training codes: what the clusters add to its place and spread.
    public let singleGaussian: Estimate
    /// The same of the test codes under the prior of a variational autoencoder, N(0, I) unless told.
    public let prior: Estimate
    /// Steps of expectation and maximisation.
    public let iterations: Int
    /// Whether the fit ended because it gained less than its tolerance.
    public let converged: Bool
    /// Components at the covariance floor; where there are any the likelihood depends on it.
    public let flooredComponents: Int

    /// - Throws: as `GaussianMixture.init(fittedTo:components:options:threads:)`.
    public init(
        train: Points, test: Points, components: Int,
        options: GaussianMixture.Options = GaussianMixture.Options(), prior: PriorComponents? = nil,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        let mixture = try GaussianMixture(
            fittedTo: train, components: components, options: options, threads: threads)
        let single = try GaussianMixture(fittedTo: train, components: 1, options: options, threads: threads)
        self.components = components
        self.test = try mixture.logLikelihood(of: test, threads: threads)
        self.train = mixture.fit.history.last ?? .nan
        singleGaussian = try single.logLikelihood(of: test, threads: threads)
        let assumed =
            if let prior { try GaussianMixture(prior) } else {
                try GaussianMixture.standardNormal(size: test.size)
            }
        self.prior = try assumed.logLikelihood(of: test, threads: threads)
        iterations = mixture.fit.iterations
        converged = mixture.fit.converged
        flooredComponents = mixture.fit.flooredComponents
    }
}
