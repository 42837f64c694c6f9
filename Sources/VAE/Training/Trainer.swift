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
    /// The shards that threads share; nil where each is one thread's.
    let sharing: SharedShards?
    /// The same of a VampPrior's pseudo-inputs.
    let sharedPrior: SharedPseudoInputs?
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
    /// The other ranks of the training, and what is shared with them in a step; nil for one alone.
    let exchange: RankExchange?
    let sharedStep: SharedStep?
    let packing: KernelPacking
    /// For each chunk of the parameters 1, or 0 when its last update left the finite numbers.
    let finiteChunks: FloatStorage
    var progress = Progress()
    /// The times of what is around the shards; nil where nobody asked.
    var times: StepTimes?

    /// A training that is about to begin: weights drawn from the seed, room for gradients made.
    ///
    /// Memory: the parameters, their two moments, a gradient for each shard of a batch, of more than 32 for so many or the threads and a few more, feature maps for
    /// each thread, and for each shard that threads share and each part of a VampPrior's gradient.
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
        threads: Int = Machine.physicalCores, products: Products = .filtered
    ) throws(VAEError) {
        try self.init(model, training, threads: threads, products: products, ranks: nil)
    }

    /// The same as one of several ranks, which all make a trainer with the same configurations and call `fit` with the same images.
    /// - Parameter ranks: the training's processes, as this one sees them; nil for one alone
    /// - Throws: as the other.
    package init(
        _ model: ModelConfiguration, _ training: TrainingConfiguration, threads: Int,
        products: Products = .filtered,
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
        let vectors = CodeTraining.vectorCount(network, batchSize: training.batchSize)
        let copies = training.averaging == nil ? 1 : 2
        waves =
            ranks == nil
            ? GradientWaves(shards: shards.count, threads: threads) : nil
        let priorRows = ranks.map {
            SharedSum.leaves(of: $0.rank, of: $0.count, among: network.priorParts).count
        }
        let rowsOfGradients = (waves?.rows(of: shards.count) ?? parts) + (priorRows ?? network.priorParts)
        let others =
            count * (2 + copies + rowsOfGradients) + copies * network.packedCount + rows * training.batchSize
            + vectors
        engine = try Engine(
            network, threads: threads,
            parts: network.isSeparable ? min(parts * shards.imagesPerShard, training.batchSize) : parts,
            training: true,
            loading: training.augmentation == nil ? 0 : Augmentation.scratchCount(model.imageShape),
            besides: others)
        sharing = SharedShards(
            network, jobs: waves?.jobs(of: shards.count) ?? [parts], imagesPerShard: shards.imagesPerShard,
            threads: GradientWaves.plannedThreads ?? engine.pool.count)
        sharedPrior = SharedPseudoInputs(
            network, parts: priorRows ?? network.priorParts,
            threads: GradientWaves.plannedThreads ?? engine.pool.count)
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
        func chunks(_ size: Int) -> Int { (network.optimizedCount + size - 1) / size }
        finiteChunks = try storage(chunks(Self.updateChunk))
        packing = KernelPacking(
            network,
            chunks: (0..<chunks(Self.updateChunk)).map { network.optimizedChunk($0, size: Self.updateChunk) })
        squares = training.clipNorm == nil ? nil : DoubleStorage(count: chunks(Self.clippingChunk))
        if let ranks {
            let step = try SharedStep(
                ranks, network,
                SharedStep.Storage(
                    rows: SharedGradient.Rows(
                        gradients: gradients.region, length: count, shards: shards.count, shardsHere: parts,
                        others: network.priorParts),
                    parameters: parameters.region, finiteChunks: finiteChunks.region,
                    clippingChunks: squares?.count))
            let exchange = try RankExchange(ranks)
            exchange.share(
                .moments, step.gathering(firstMoment.region) + step.gathering(secondMoment.region))
            if let averages { exchange.share(.averages, step.gathering(averages.region)) }
            (self.exchange, sharedStep) = (exchange, step)
        } else {
            (exchange, sharedStep) = (nil, nil)
        }
        network.layout.initialize(parameters.region, seed: training.seed)
        codes = try CodeTraining(network, batchSize: training.batchSize)
        codes?.begin(parameters.region, sums: firstMoment.region)
        averages?.region.copy(from: parameters.region)
        engine.pack(weights)
    }

    /// The model as it is now: with the average of its parameters, where the configuration asks for one. Copies the parameters.
    public var model: VariationalAutoencoder {
        exchange?.collect(.averages)
        return VariationalAutoencoder(
            network: engine.network.single, parameters: (averages ?? parameters).region.array())
    }

    /// Workers in use: as many as asked for, but never more than a batch has images (shards, where a layer's way back does not come apart) or the machine
    /// processors.
    public var threads: Int { engine.pool.count }

    /// Whether all epochs are done, or the loss has not fallen for as many of them as the configuration's patience.
    public var isFinished: Bool {
        if history.count >= configuration.epochs { return true }
        guard let patience = configuration.patience else { return false }
        return history.count - (history.best?.epoch ?? 0) >= patience
    }

    var pool: WorkerPool { engine.pool }
    var weights: Weights { Weights(parameters: parameters.region, packed: packed.region) }

    /// The average in place of the parameters; what is packed of it is brought up to date where it is used.
    var averageWeights: Weights? {
        guard let averages, let averagePacked else { return nil }
        return Weights(parameters: averages.region, packed: averagePacked.region)
    }

    /// Parameters that one thread updates at a time: enough of them that most of its time is Adam's, few enough for many threads.
    static let updateChunk = 2048
    /// Parameters whose gradients' squares are added up in their order: of any other number the norm has other bits.
    static let clippingChunk = 8192
}
