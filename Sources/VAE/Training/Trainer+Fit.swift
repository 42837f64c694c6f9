import Kernels
import VAECore

/// A training from where it is to its end: epochs, their steps, and the test images after each.
extension Trainer {
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
            // Whoever fails after the last step is waited for, too.
            try exchange?.agree()
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
        let batch = configuration.batchSize
        for count in [batch, train.count % batch] where count > 0 { prepareRanks(for: count) }
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
        // Whoever has ended after the epoch's last step does not bring anything.
        try exchange?.agree()
        exchange?.bringTogether([.averages])
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
                exchange.communicator.exchange(
                    rows.flatMap { row in
                        exchange.communicator.gathering(row) {
                            batches.images(of: self.share(of: $0, in: batches))
                        }
                    })
            })
        try engine.failure.rethrow()
        return configuration.mean(measured)
    }
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
