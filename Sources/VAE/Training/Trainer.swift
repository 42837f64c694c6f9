import Kernels
import VAECore

/// Trains a variational autoencoder by stochastic gradient descent on the evidence lower bound.
///
/// A batch is cut into shards of a fixed number of images. Each shard goes forward and back on one thread, with
/// single-threaded matrix products, into a gradient of its own; the shards' gradients are added in their order. So the result has
/// the same bits for any number of threads.
///
/// Nothing is printed and nothing global is touched; several trainers can work at once.
public final class Trainer {
    public let modelConfiguration: ModelConfiguration
    public let configuration: TrainingConfiguration
    /// One report for each finished epoch.
    public private(set) var history: [EpochReport] = []

    private let engine: Engine
    private let shards: Sharding
    private let adam: Adam
    private let parameters: FloatStorage
    private let prepared: FloatStorage
    private let firstMoment: FloatStorage
    private let secondMoment: FloatStorage
    /// One gradient a shard, one after the other.
    private let gradients: FloatStorage
    /// Reconstruction, then divergence, of each image of a batch.
    private let losses: FloatStorage
    private var stepsTaken = 0

    /// - Parameters:
    ///   - threads: workers; the bits of the result do not depend on it. The physical cores unless given.
    ///   - convolutions: what computes them; the model that comes out keeps to it
    /// - Throws: `invalidArgument` for a value out of range, `unavailable` when there is not memory enough.
    public init(
        _ model: ModelConfiguration = ModelConfiguration(),
        _ training: TrainingConfiguration = TrainingConfiguration(),
        threads: Int = Machine.physicalCores, convolutions: ConvolutionMethod = .direct
    ) throws(VAEError) {
        try training.validate()
        let network = try Network(model, convolutions: convolutions)
        let count = network.layout.count
        modelConfiguration = model
        configuration = training
        let shards = Sharding(batchSize: training.batchSize)
        self.shards = shards
        adam = Adam(
            learningRate: Float(training.learningRate), beta1: Float(training.beta1),
            beta2: Float(training.beta2),
            epsilon: Float(training.epsilon))
        engine = try Engine(network, threads: threads, parts: shards.count, training: true)
        func storage(_ count: Int) throws(VAEError) -> FloatStorage {
            try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: count) }
        }
        parameters = try storage(count)
        prepared = try storage(network.preparedCount)
        firstMoment = try storage(count)
        secondMoment = try storage(count)
        gradients = try storage(count * shards.count)
        losses = try storage(2 * training.batchSize)
        network.initialize(parameters.region, seed: training.seed)
        engine.prepare(weights)
    }

    /// The model as it is now. Copies the parameters.
    public var model: VariationalAutoencoder {
        VariationalAutoencoder(network: engine.network, parameters: parameters.region.array())
    }

    /// Workers in use: as many as asked for, but never more than a batch has shards or the machine processors.
    public var threads: Int { engine.pool.count }

    /// Trains for the configured epochs that are still to come; the epoch in which an earlier call was cut short is
    /// begun again, with the weights as they are.
    ///
    /// Stops early, with the model as it is after the last whole step, when the surrounding task is cancelled or a callback
    /// throws.
    ///
    /// - Parameters:
    ///   - train: images of the model's shape
    ///   - test: images to measure the loss on after every epoch
    ///   - onStep: called after every optimiser step, on the calling thread
    ///   - onEpoch: called after every epoch and its test
    /// - Returns: the trained model
    /// - Throws: `invalidArgument` when image shapes differ, there are no images or fewer than one batch;
    ///   `diverged` when the loss stops being a finite number; `CancellationError`; and what the callbacks throw.
    @discardableResult
    public func fit(
        _ train: ImageSet, test: ImageSet? = nil, onStep: (StepReport) throws -> Void = { _ in },
        onEpoch: (EpochReport) throws -> Void = { _ in }
    ) throws -> VariationalAutoencoder {
        try modelConfiguration.check(train, "training images")
        if let test { try modelConfiguration.check(test, "test images") }
        guard train.count >= configuration.batchSize else {
            throw VAEError(
                .invalidArgument, "batch size", "is larger than the training set",
                expected: "at most \(train.count)", found: "\(configuration.batchSize)")
        }
        while history.count < configuration.epochs {
            let epoch = history.count + 1
            let start = ContinuousClock.now
            let losses = try runEpoch(epoch, train, onStep)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let report = EpochReport(
                epoch: epoch, train: losses, test: test.map { measure($0) }, seconds: seconds,
                imagesPerSecond: Double(train.count) / seconds)
            history.append(report)
            try onEpoch(report)
        }
        return model
    }

    private func runEpoch(
        _ epoch: Int, _ images: ImageSet, _ onStep: (StepReport) throws -> Void
    ) throws -> Losses {
        var stream = RandomStream(seed: configuration.seed, purpose: .shuffle, epoch: epoch)
        let order = stream.permutation(of: images.count)
        let batch = configuration.batchSize
        let steps = (images.count + batch - 1) / batch
        var sums = Losses(reconstruction: 0, kl: 0, klWeight: configuration.klWeight)
        for step in 0..<steps {
            if Task.isCancelled { throw CancellationError() }
            let range = step * batch..<min((step + 1) * batch, images.count)
            let losses = self.step(images, order, range, epoch: epoch)
            guard losses.total.isFinite else {
                throw VAEError(
                    .diverged, "loss in epoch \(epoch), step \(step + 1)", "is not a finite number",
                    found: "\(losses.total)", advice: "A smaller learning rate usually helps.")
            }
            sums.reconstruction += losses.reconstruction
            sums.kl += losses.kl
            try onStep(
                StepReport(
                    epoch: epoch, step: step + 1, stepsPerEpoch: steps, images: range.upperBound,
                    imagesPerEpoch: images.count, running: sums.divided(by: Double(range.upperBound))))
        }
        return sums.divided(by: Double(images.count))
    }

    /// One optimiser step on the images at `order[range]`. Allocates nothing.
    /// - Returns: losses summed over the batch
    private func step(_ images: ImageSet, _ order: [UInt32], _ range: Range<Int>, epoch: Int) -> Losses {
        let parts = shards.parts(of: range.count)
        pool.run(parts: parts, with: (self, images, order, range, epoch)) { context, worker, part in
            let (trainer, images, order, range, epoch) = context
            trainer.runShard(
                part, trainer.engine.workspaces[worker], images, order, range, epoch: epoch)
        }
        stepsTaken += 1
        let chunks = (parameters.region.count + Self.updateChunk - 1) / Self.updateChunk
        pool.run(parts: chunks, with: (self, parts)) { context, _, chunk in
            let (trainer, parts) = context
            trainer.update(chunk, parts: parts)
        }
        engine.prepare(weights)
        return sumLosses(range.count)
    }

    /// Adam on one chunk of the parameters, with the sum of `parts` gradients.
    private func update(_ chunk: Int, parts: Int) {
        let start = chunk * Self.updateChunk
        adam.update(
            parameters.region, gradients: gradients.region, parts: parts, firstMoment: firstMoment.region,
            secondMoment: secondMoment.region,
            range: start..<min(start + Self.updateChunk, parameters.region.count), step: stepsTaken)
    }

    /// One shard of a batch, micro-batch by micro-batch, into the shard's gradient.
    private func runShard(
        _ part: Int, _ workspace: Workspace, _ images: ImageSet, _ order: [UInt32], _ batch: Range<Int>,
        epoch: Int
    ) {
        let network = engine.network
        let size = modelConfiguration.imageShape.count
        let latent = modelConfiguration.latentSize
        let gradient = gradients.region[part * parameters.region.count..<(part + 1) * parameters.region.count]
        let shard = shards.images(of: part, in: batch.count)
        let scale = 1 / Float(batch.count)
        for start in stride(from: shard.lowerBound, to: shard.upperBound, by: network.microBatch) {
            let count = min(network.microBatch, shard.upperBound - start)
            for position in 0..<count {
                let image = Int(order[batch.lowerBound + start + position])
                Pixels.scale(
                    images.pixels.span, range: image * size..<(image + 1) * size,
                    into: workspace.images[position * size..<(position + 1) * size])
                var noise = RandomStream(
                    seed: configuration.seed, purpose: .trainingNoise, epoch: epoch, item: image)
                noise.fillNormal(workspace.noise[position * latent..<(position + 1) * latent])
            }
            network.encode(weights, workspace, count: count)
            network.sampleLatents(workspace, count: count)
            network.decode(weights, workspace, count: count)
            network.measure(workspace, count: count, gradientScale: scale)
            network.backward(
                weights, workspace, count: count, scale: scale,
                klWeight: Float(configuration.klWeight),
                gradients: gradient, accumulating: start > shard.lowerBound)
            losses.region[start..<start + count].copy(from: workspace.reconstruction.prefix(count))
            let second = configuration.batchSize + start
            losses.region[second..<second + count].copy(from: workspace.divergence.prefix(count))
        }
    }

    /// The batch's losses, added image by image in Double.
    private func sumLosses(_ count: Int) -> Losses {
        var sums = Losses(reconstruction: 0, kl: 0, klWeight: configuration.klWeight)
        for image in 0..<count {
            sums.reconstruction += Double(losses.region[image])
            sums.kl += Double(losses.region[configuration.batchSize + image])
        }
        return sums
    }

    private func measure(_ images: ImageSet) -> Losses {
        let measured = engine.measure(
            images, weights, seed: configuration.seed, sampling: true)
        return measured.mean(klWeight: configuration.klWeight)
    }

    private var pool: WorkerPool { engine.pool }
    private var weights: Weights { Weights(parameters: parameters.region, prepared: prepared.region) }

    /// Parameters that one thread updates at a time.
    private static let updateChunk = 8192
}

extension Losses {
    fileprivate func divided(by count: Double) -> Losses {
        Losses(reconstruction: reconstruction / count, kl: kl / count, klWeight: klWeight)
    }
}

extension ModelConfiguration {
    /// - Throws: `invalidArgument` when there are no images or they do not have the model's shape.
    func check(_ images: ImageSet, _ name: String) throws(VAEError) {
        guard images.shape == imageShape else {
            throw VAEError(
                .invalidArgument, name, "do not have the model's shape", expected: "\(imageShape)",
                found: "\(images.shape)")
        }
        guard images.count > 0 else { throw VAEError(.invalidArgument, name, "are none") }
    }
}
