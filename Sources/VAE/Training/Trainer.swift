import Kernels
import VAECore

/// Trains a variational autoencoder by stochastic gradient descent on the evidence lower bound.
///
/// A batch is cut into shards of a fixed number of images. Each shard goes forward and back on one thread, with
/// single-threaded matrix products, into a gradient of its own; the shards' gradients are added as a tree that their numbers fix.
/// So the result has the same bits for any number of threads, and by tiles on every processor that has them.
///
/// Nothing is printed and nothing global is touched; several trainers can work at once.
public final class Trainer {
    /// The shapes of the model in training.
    public let modelConfiguration: ModelConfiguration
    /// The settings of the training, its seed included.
    public let configuration: TrainingConfiguration
    /// The engine asked to compute the products of all layers. A processor without tiles has ``Products/blas`` compute them all the same.
    public let products: Products
    /// One report for each finished epoch.
    public internal(set) var history: [EpochReport] = []

    let engine: Engine
    let shards: Sharding
    /// How the gradients of many shards are added in few rows; nil where each has one.
    let waves: GradientWaves?
    let adam: Adam
    let parameters: FloatStorage
    private let packed: FloatStorage
    let firstMoment: FloatStorage
    let secondMoment: FloatStorage
    /// One gradient a shard, one after the other, and behind them those of a VampPrior's pseudo-inputs.
    let gradients: FloatStorage
    /// The moving average of the parameters, and its packed form; nil where there is none.
    let averages: FloatStorage?
    private let averagePacked: FloatStorage?
    /// The ranges of the parameters that are drawn at random, kernels: weight decay acts on them.
    let kernels: [Range<Int>]
    /// Of each chunk of the parameters the sum of the gradient's squares; nil where gradients are not clipped.
    let squares: DoubleStorage?
    /// Reconstruction, then divergence, of each image of a batch; then the penalty, where it is measured.
    let losses: FloatStorage
    /// What the codebook is trained with; nil for Gaussian latents.
    let codes: CodeTraining?
    /// The other ranks of the training; nil for one alone.
    let exchange: RankExchange?
    /// For each chunk of the parameters 1, or 0 when its last update left the finite numbers.
    let finiteChunks: FloatStorage
    var progress = Progress()
    /// The times of what is around the shards; nil where nobody asked.
    var times: StepTimes?

    /// A training that is about to begin: weights drawn from the seed, room for gradients made.
    ///
    /// Memory: the parameters, their two moments, a gradient for each shard of a batch, of more than 32 for so many or the threads and a few more, and feature maps for
    /// each thread.
    ///
    /// - Parameters:
    ///   - model: what is trained
    ///   - training: how
    ///   - threads: workers; the bits of the result do not depend on it. The physical cores unless given.
    ///   - products: what computes them; the model that comes out keeps to it
    /// - Throws: `invalidArgument` for a value out of range, `unavailable` when there is not memory enough.
    public convenience init(
        _ model: ModelConfiguration = ModelConfiguration(),
        _ training: TrainingConfiguration = TrainingConfiguration(),
        threads: Int = Machine.physicalCores, products: Products = .tiles
    ) throws(VAEError) {
        try self.init(model, training, threads: threads, products: products, ranks: nil)
    }

    /// The same as one of several ranks, which all make a trainer with the same configurations and call `fit` with the same images.
    /// - Parameter ranks: the training's processes, as this one sees them; nil for one alone
    /// - Throws: as the other, and `invalidArgument` for a prior that the pseudo-inputs of one process belong to.
    package init(
        _ model: ModelConfiguration, _ training: TrainingConfiguration, threads: Int,
        products: Products = .tiles,
        ranks: (any Communicator)?
    ) throws(VAEError) {
        try training.validate()
        try training.augmentation?.validate(for: model.imageShape)
        try training.checkPrior(of: model)
        try training.checkCodebook(of: model)
        let network = try Network(model, products: products, importance: training.importance)
        let count = network.layout.count
        modelConfiguration = model
        configuration = training
        self.products = products
        let shards = Sharding(batchSize: training.batchSize, microBatch: network.microBatch)
        self.shards = shards
        adam = Adam(
            learningRate: Float(training.learningRate), beta1: Float(training.beta1),
            beta2: Float(training.beta2),
            epsilon: Float(training.epsilon))
        // Parameters, their moments and their gradients. No product overflows: sizes are bounded by the configurations' checks.
        let rows = training.measuresPenalty || model.isQuantized ? 3 : 2
        let ranks = ranks.flatMap { $0.count > 1 ? $0 : nil }
        let parts = (shards.count + (ranks?.count ?? 1) - 1) / (ranks?.count ?? 1)
        if ranks != nil, network.priorParts > 0 { throw Self.refusal(of: model.prior) }
        let vectors = CodeTraining.vectorCount(network, batchSize: training.batchSize)
        let copies = training.averaging == nil ? 1 : 2
        waves =
            ranks == nil
            ? GradientWaves(shards: shards.count, threads: Engine.plannedThreads ?? threads) : nil
        let rowsOfGradients = (waves?.rows(of: shards.count) ?? parts) + network.priorParts
        let others =
            count * (2 + copies + rowsOfGradients) + copies * network.packedCount + rows * training.batchSize
            + vectors
        engine = try Engine(
            network, threads: threads, parts: parts, training: true,
            loading: training.augmentation == nil ? 0 : Augmentation.scratchCount(model.imageShape),
            besides: others)
        func storage(_ count: Int) throws(VAEError) -> FloatStorage {
            try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: count) }
        }
        parameters = try storage(count)
        packed = try storage(network.packedCount)
        firstMoment = try storage(count)
        secondMoment = try storage(count)
        gradients = try storage(count * rowsOfGradients)
        averages = training.averaging == nil ? nil : try storage(count)
        averagePacked = training.averaging == nil ? nil : try storage(network.packedCount)
        kernels = network.layout.entries.compactMap { entry in
            if case .glorotUniform = entry.start { entry.range } else { nil }
        }
        losses = try storage(rows * training.batchSize)
        if let ranks {
            exchange = try RankExchange(ranks, length: count, shards: shards.count)
        } else {
            exchange = nil
        }
        let chunks = (network.optimizedCount + Self.updateChunk - 1) / Self.updateChunk
        finiteChunks = try storage(chunks)
        squares = training.clipNorm == nil ? nil : DoubleStorage(count: chunks)
        network.layout.initialize(parameters.region, seed: training.seed)
        codes = try CodeTraining(network, batchSize: training.batchSize)
        codes?.begin(parameters.region, sums: firstMoment.region)
        averages?.region.copy(from: parameters.region)
        engine.pack(weights)
    }

    /// The model as it is now: with the average of its parameters, where the configuration asks for one. Copies the parameters.
    public var model: VariationalAutoencoder {
        VariationalAutoencoder(
            network: engine.network.single, parameters: (averages ?? parameters).region.array())
    }

    /// Workers in use: as many as asked for, but never more than a batch has shards or the machine processors.
    public var threads: Int { engine.pool.count }

    /// Whether all epochs are done, or the loss has not fallen for as many of them as the configuration's patience.
    public var isFinished: Bool {
        if history.count >= configuration.epochs { return true }
        guard let patience = configuration.patience else { return false }
        return history.count - (history.best?.epoch ?? 0) >= patience
    }

    /// Trains for what is still to come of the configured epochs; where an earlier call was cut short within an epoch, with
    /// the step after its last one. Cut short and continued or not, the result has the same bits.
    ///
    /// Stops early, with the model as it is after the last whole step, when the surrounding task is cancelled or a callback
    /// throws. Test images that were measured by then are measured again.
    ///
    /// - Parameters:
    ///   - train: images of the model's shape
    ///   - test: images to measure the loss on after every epoch
    ///   - onStep: called after every optimiser step, on the calling thread
    ///   - whileTesting: called several times a second while the test images are measured, on the calling thread
    ///   - onEpoch: called after every epoch and its test
    /// - Returns: the trained model
    /// - Throws: `invalidArgument` when image shapes differ, there are no images or fewer than one batch, or the images are
    ///   not the ones that the training began with; `diverged` when the loss or a gradient stops being finite, with
    ///   the step, the tensor and the images; `CancellationError`; what reading images throws that are not in memory;
    ///   and what the callbacks throw.
    @discardableResult
    public func fit(
        _ train: ImageSet, test: ImageSet? = nil, onStep: (StepReport) throws -> Void = { _ in },
        whileTesting: () throws -> Void = {}, onEpoch: (EpochReport) throws -> Void = { _ in }
    ) throws -> VariationalAutoencoder {
        do {
            exchange?.begin()
            let model = try self.train(on: train, test, onStep, whileTesting, onEpoch)
            exchange?.finish()
            return model
        } catch {
            exchange?.leave(error as? VAEError)
            throw error
        }
    }

    private func train(
        on train: ImageSet, _ test: ImageSet?, _ onStep: (StepReport) throws -> Void,
        _ whileTesting: () throws -> Void, _ onEpoch: (EpochReport) throws -> Void
    ) throws -> VariationalAutoencoder {
        try modelConfiguration.check(train, "training images")
        if let test { try modelConfiguration.check(test, "test images") }
        guard train.count >= configuration.batchSize else {
            throw VAEError(
                .invalidArgument, "batch size", "is larger than the training set",
                expected: "at most \(train.count), the number of its images",
                found: "\(configuration.batchSize)",
                advice: "Take a batchSize of the TrainingConfiguration that the images fill.")
        }
        try configuration.checkObjective(images: train.count, hasTest: test != nil)
        try adopt(train, test)
        if progress.stepsTaken == 0 { try beginPrior(with: train) }
        let test = try test.map { try configuration.measured($0) }
        while !isFinished {
            let losses = try runEpoch(train, onStep)
            let report = EpochReport(
                epoch: history.count + 1, train: losses, test: try test.map { try measure($0, whileTesting) },
                seconds: progress.seconds, imagesPerSecond: Double(train.count) / progress.seconds)
            history.append(report)
            progress.beginEpoch()
            try onEpoch(report)
        }
        return model
    }

    /// The running epoch, from where it is to its end.
    private func runEpoch(
        _ images: ImageSet, _ onStep: (StepReport) throws -> Void
    ) throws -> Losses {
        let epoch = history.count + 1
        var stream = RandomStream(seed: configuration.seed, purpose: .shuffle, epoch: epoch)
        let order = stream.permutation(of: images.count)
        let batch = configuration.batchSize
        let steps = (images.count + batch - 1) / batch
        let (start, before) = (ContinuousClock.now, progress.seconds)
        while progress.stepsOfEpoch < steps {
            if Task.isCancelled { throw CancellationError() }
            let first = progress.stepsOfEpoch * batch
            let range = first..<min(first + batch, images.count)
            let rate =
                configuration.learningRate
                * configuration.schedule.factor(
                    step: progress.stepsTaken, stepsPerEpoch: steps, epochs: configuration.epochs)
            let losses = try step(
                images, order, range, epoch: epoch, learningRate: Float(rate),
                configuration.objective(step: progress.stepsTaken, stepsPerEpoch: steps))
            progress.finishStep(losses, seconds: before + (ContinuousClock.now - start) / .seconds(1))
            try onStep(
                StepReport(
                    epoch: epoch, step: progress.stepsOfEpoch, stepsPerEpoch: steps, images: range.upperBound,
                    imagesPerEpoch: images.count, running: mean(over: range.upperBound, steps),
                    learningRate: rate))
        }
        return mean(over: images.count, steps)
    }

    /// The means of the epoch's losses over its first `count` images, with the weight of the step before.
    private func mean(over count: Int, _ stepsPerEpoch: Int) -> Losses {
        let last = configuration.objective(
            step: max(0, progress.stepsTaken - 1), stepsPerEpoch: stepsPerEpoch)
        return Losses(
            reconstruction: progress.reconstruction / Double(count), kl: progress.kl / Double(count),
            klWeight: last.weight,
            penalty: configuration.hasPenalty(for: modelConfiguration)
                ? progress.penalty / Double(count) : nil)
    }

    /// Remembers the images of the first call, and refuses others later.
    private func adopt(_ train: ImageSet, _ test: ImageSet?) throws(VAEError) {
        let images = try DataDigests(
            train: digest(of: train), trainCount: train.count,
            test: test.map { (set) throws(VAEError) in try digest(of: set) },
            testCount: test?.count ?? 0)
        if let known = progress.images { try known.check(images) }
        progress.images = images
    }

    /// The digest of what of a set takes part in the training: of a conditional model the classes do, too.
    private func digest(of images: ImageSet) throws(VAEError) -> SHA256.Digest {
        let pixels = try images.digest
        guard modelConfiguration.isConditional, let labels = images.labels else { return pixels }
        var hash = SHA256()
        hash.update(Array(pixels.description.utf8))
        for label in labels { hash.update(label) }
        return hash.digest()
    }

    private func measure(_ images: ImageSet, _ pause: () throws -> Void) throws -> Losses {
        if let evaluated = averageWeights { engine.pack(evaluated) }
        let batches = MicroBatches(0..<images.count, size: engine.network.microBatch)
        let measured = try engine.measure(
            images, averageWeights ?? weights, seed: configuration.seed, sampling: true,
            batches: shared(batches),
            pause: {
                try Task.checkCancellation()
                try pause()
            },
            finish: { rows throws(VAEError) in
                guard let exchange else { return }
                try exchange.agree(engine.failure.take())
                exchange.gather(rows) { batches.images(of: self.share(of: $0, in: batches)) }
            })
        try engine.failure.rethrow()
        return configuration.mean(measured)
    }

    var pool: WorkerPool { engine.pool }
    var weights: Weights { Weights(parameters: parameters.region, packed: packed.region) }

    /// The average in place of the parameters; what is packed of it is brought up to date where it is used.
    private var averageWeights: Weights? {
        guard let averages, let averagePacked else { return nil }
        return Weights(parameters: averages.region, packed: averagePacked.region)
    }

    /// Parameters that one thread updates at a time.
    static let updateChunk = 8192
}

extension ModelConfiguration {
    /// - Throws: `invalidArgument` when there are no images, they do not have the model's shape, are none of bytes where the likelihood
    ///   is one of these, or a conditional model does not know their classes.
    func check(_ images: ImageSet, _ name: String) throws(VAEError) {
        guard images.shape == imageShape else {
            throw VAEError(
                .invalidArgument, name, "do not have the model's shape", expected: "\(imageShape)",
                found: "\(images.shape)")
        }
        guard images.count > 0 else { throw VAEError(.invalidArgument, name, "are none") }
        try checkClasses(images.labels, name)
        guard images.holdsBytes || !likelihood.isOfBytes else {
            throw VAEError(
                .invalidArgument, name, "have other values than the 256 levels that the likelihood is of",
                expected: "8-bit images with \(likelihood.rawValue)", found: "floating-point values",
                advice: "Take a Gaussian likelihood, or images of 8 bits.")
        }
    }
}
