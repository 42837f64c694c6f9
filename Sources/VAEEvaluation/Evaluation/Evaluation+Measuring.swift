import VAE
import VAECore

extension Evaluation {
    /// Measures `model` on test images, with training images for what has to be fitted.
    ///
    /// Nearly all of its time goes into the likelihood: an integral over z where that has three dimensions at most, else, or where `options.samples` says so,
    /// that many decodings of each image that takes part.
    ///
    /// - Parameters:
    ///   - model: what to measure
    ///   - train: what the model was trained on, or images like them
    ///   - test: images that it has not seen; labels in both sets are needed for the classes' separation
    ///   - options: how much to draw, and from what
    ///   - factors: what the test images were made from, a row for each; nil where that is not known
    ///   - threads: workers; the bits of the result do not depend on it
    ///   - onProgress: called with the stage and the share of it that is done, 0 to 1, on the calling thread; what it throws ends the work
    /// - Throws: `invalidArgument` when an option is out of range, the images do not have the model's shape or are none, or factors have another
    ///   number of rows; `invalidData` when the
    ///   model's encodings or losses are not finite numbers; `unavailable` when there is not memory enough.
    public init(
        of model: VariationalAutoencoder, train: ImageSet, test: ImageSet, options: Options = Options(),
        factors: KnownFactors? = nil, threads: Int = Machine.physicalCores,
        onProgress: (_ stage: Stage, _ share: Double) throws -> Void = { _, _ in }
    ) throws {
        try options.validate()
        try onProgress(.objective, 0)
        var (train, test) = (train, test)
        if let method = options.binarization {
            (train, test) = (try train.binarized(method), try test.binarized(method))
        }
        let kind = model.configuration.likelihood
        let isBinary = try test.areBinary

        let encoding = try model.encode(test, threads: threads)
        self.factors = try factors.map { (known) throws(VAEError) in try Factors(known, encoding) }
        func objective(_ images: ImageSet, _ draws: Int) throws -> ObjectiveEstimate {
            let found = try ObjectiveEstimate(
                of: model, on: images, draws: draws, seed: options.seed, threads: threads)
            guard found.loss.nats.isFinite else {
                throw VAEError(
                    .invalidData, "model", "gives losses that are not finite numbers",
                    advice:
                        "Its weights are too large for single precision, or it diverged in training: see its losses with vae info."
                )
            }
            return found
        }
        let drawn = try objective(test, options.draws)
        try onProgress(.objective, 0.4)
        let atMean = try objective(test, 0)
        try onProgress(.objective, 0.7)
        let training = try objective(Self.some(min(train.count, test.count), of: train), options.draws)

        try onProgress(.aggregate, 0)
        let prior = try model.prior(threads: threads)
        let aggregate = try AggregatePosterior(
            of: encoding, prior: prior, seed: options.seed, threads: threads
        ) {
            try onProgress(.aggregate, Double($0) / Double(min(test.count, AggregatePosterior.mostImages)))
        }
        latents = Latents(of: encoding.relative(to: prior), aggregate)

        let parts = Parts(
            model: model, train: train, test: test, encoding: encoding, options: options,
            isBinary: isBinary, threads: threads)
        var omissions: [Omission] = []
        func attempt<Part>(_ stage: Stage, _ part: () throws(VAEError) -> Part) throws -> Part? {
            try Task.checkCancellation()
            try onProgress(stage, 0)
            do throws(VAEError) {
                return try part()
            } catch {
                omissions.append(
                    Omission(part: stage.rawValue, reason: "\(error.subject) \(error.problem)"))
                return nil
            }
        }
        clusters = try attempt(.separation, parts.separation)
        let components = try attempt(.baselines, parts.principalComponents)
        baselines = Baselines(
            model: Baselines.Errors(
                reconstruction: atMean.reconstruction,
                squaredError: try ReconstructionErrors(on: test) { (part) throws(VAEError) in
                    try model.reconstruct(part, threads: threads)
                }.squaredError),
            pixelwiseMean: try Baselines.pixelwiseMean(of: train, on: test, kind),
            principalComponents: components)
        loss = Losses(
            test: drawn, testAtMean: atMean, training: training,
            floor: kind == .bernoulli ? Value(try GreyEntropy.of(test), test.shape) : nil,
            top: baselines.pixelwiseMean.reconstruction.nats)
        frechet = try attempt(.frechet, parts.frechet)
        self.omissions = omissions

        try onProgress(.likelihood, 0)
        let isLikelihood = kind.describesShades || isBinary
        if options.samples == nil, model.canIntegrateLikelihood {
            let some = Self.some(min(options.likelihoodImages ?? test.count, test.count), of: test)
            let found = try model.quadrature(
                of: some, operations: options.likelihoodImages == nil ? Self.mostOperations : nil,
                threads: threads
            ) { try onProgress(.likelihood, $0) }
            likelihood = LikelihoodEstimate(found, isLikelihood: isLikelihood, test.shape)
            return
        }
        let samples = options.samples ?? Options.usualSamples
        let most =
            try options.likelihoodImages ?? Self.images(within: model.configuration, samples: samples)
        let weighed = Self.some(min(most, test.count), of: test)
        likelihood = LikelihoodEstimate(
            try model.logLikelihood(
                of: weighed, samples: samples, seed: options.seed, proposal: .mixture, threads: threads
            ) { try onProgress(.likelihood, Double($0) / Double(weighed.count)) }, .mixture,
            isLikelihood: isLikelihood, test.shape)
    }

    /// The first images; of a set that is sorted by class images spread evenly over it, for the first ones would be those of few classes.
    private static func some(_ count: Int, of images: ImageSet) -> ImageSet {
        guard count < images.count, images.isSortedByClass else { return images.slice(0..<count) }
        return images.selecting((0..<count).map { $0 * images.count / count })
    }
}

/// Parts of an evaluation that not every model and data set has.
private struct Parts {
    let model: VariationalAutoencoder
    let train: ImageSet
    let test: ImageSet
    let encoding: Encoding
    let options: Evaluation.Options
    let isBinary: Bool
    let threads: Int

    /// Images of which all pixels can be held as floats: 256 MiB of them.
    private var room: Int {
        let outputs = model.configuration.likelihood.kernel(for: test.shape).outputsPerValue
        return max(2, (64 << 20) / (test.shape.count * outputs))
    }

    private static let mostDimensions = 512

    func separation() throws(VAEError) -> LatentSeparation {
        guard let trainLabels = train.labels, let testLabels = test.labels else {
            throw VAEError(.invalidArgument, "images", "have no labels")
        }
        // A mixture's covariances have as many numbers as components times the square of this.
        guard model.configuration.latentSize <= Self.mostDimensions else {
            throw VAEError(
                .invalidArgument, "latent dimensions",
                "are more than the \(Self.mostDimensions) that clusters are sought in")
        }
        let known = try Points(model.encode(train, threads: threads), labels: trainLabels)
        return try LatentSeparation(
            train: known, test: Points(encoding, labels: testLabels),
            options: .init(
                neighbours: min(NearestNeighbours.defaultNeighbours, train.count),
                mixture: .init(seed: options.seed)), prior: try model.prior(threads: threads),
            threads: threads)
    }

    func principalComponents() throws(VAEError) -> Evaluation.Baselines.PrincipalComponents {
        let most = min(model.configuration.latentSize, train.shape.count, train.count - 1)
        guard most > 0 else {
            throw VAEError(.invalidArgument, "training images", "are too few for principal components")
        }
        return try .init(
            train: train, test: test, components: most, likelihood: model.configuration.likelihood,
            neighbours: min(NearestNeighbours.defaultNeighbours, train.count), threads: threads)
    }

    func frechet() throws(VAEError) -> FrechetDistance {
        let count = min(test.count, train.count, room, AggregatePosterior.mostImages)
        guard count > 1 else { throw VAEError(.invalidArgument, "images", "are too few for a covariance") }
        // Of a conditional model as many draws of each class as the test images have.
        let classes = model.configuration.isConditional ? test.labels.map { Array($0.prefix(count)) } : nil
        let latents = try model.priorLatents(count, seed: options.seed)
        var samples = try model.decode(latents, classes: classes, threads: threads)
        if model.configuration.likelihood.describesShades || isBinary {
            PixelNoise.draw(
                &samples, outputs: try model.outputs(latents, classes: classes, threads: threads), of: model,
                isBinary: isBinary, seed: options.seed)
        }
        return try FrechetDistance(samples: samples, train: train, test: test, threads: threads)
    }
}
