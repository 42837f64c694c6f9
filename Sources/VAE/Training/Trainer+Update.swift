import Kernels

/// What an update of the parameters is made with.
struct StepUpdate: Sendable {
    /// Gradients to add up: 1 where that was done to clip them.
    let parts: Int
    /// What the sum is multiplied by.
    let factor: Float
    let learningRate: Float
}

extension Trainer {
    /// Adds up the shards' gradients and measures their norm, where they are to be clipped: every chunk's squares in their order, and the
    /// chunks' sums as a tree, so that the number of threads does not matter. Allocates nothing.
    ///
    /// The likelihood's own parameters have no part in it: their gradient tells of a mean that they follow.
    /// - Returns: what the gradient is to be multiplied by; nil where gradients are not clipped, and nothing was added
    func clippingFactor(parts: Int) -> Float? {
        guard let limit = configuration.clipNorm, let squares else { return nil }
        let start = times == nil ? 0 : StepTimes.now
        defer { times?.add(.update, since: start) }
        let mine = sharedStep?.clippingChunks ?? 0..<squares.count
        pool.run(parts: mine.count, with: (self, squares, parts, mine.lowerBound)) { context, _, part in
            let (trainer, squares, parts, first) = context
            let (chunk, gradients) = (first + part, trainer.gradients.region)
            let range = trainer.engine.network.optimizedChunk(chunk, size: Trainer.clippingChunk)
            PairwiseSum.addRows(
                gradients, count: parts, length: trainer.parameters.region.count, range: range)
            squares[chunk] = GradientNorm.squares(gradients[range])
        }
        sharedStep?.gather(squares)
        return GradientNorm.factor(squares: PairwiseSum.of(squares.count) { squares[$0] }, limit: limit)
    }

    /// Adam on one chunk of the parameters, with the sum of gradients; what goes with it before and after, and the packing of kernels that are done with
    /// it. Allocates nothing.
    /// - Parameter times: those of the thread at work
    func update(_ chunk: Int, _ update: StepUpdate, times: StepTimes?) {
        let start = times == nil ? 0 : StepTimes.now
        let range = engine.network.optimizedChunk(chunk, size: Self.updateChunk)
        if update.factor != 1 { gradients.region[range].scale(by: update.factor) }
        if let decay = configuration.weightDecay {
            let rate = Float(Double(update.learningRate) * decay)
            for kernel in kernels where kernel.overlaps(range) {
                WeightDecay.apply(parameters.region[kernel.clamped(to: range)], rate: rate)
            }
        }
        var adam = adam
        adam.learningRate = update.learningRate
        let isFinite = adam.update(
            parameters.region, gradients: gradients.region, parts: update.parts,
            firstMoment: firstMoment.region, secondMoment: secondMoment.region, range: range,
            step: progress.stepsTaken + 1)
        finiteChunks.region[chunk] = isFinite ? 1 : 0
        average(range)
        times?.add(.update, since: start)
        // Of several ranks none has all parameters of a kernel yet.
        guard sharedStep == nil else { return }
        packing.finish(chunk) { node in
            let start = times == nil ? 0 : StepTimes.now
            engine.network.pack(node, weights)
            times?.add(.pack, since: start)
        }
    }

    /// The likelihood's step on its own parameters, with the sum of `parts` gradients.
    /// - Returns: whether they are finite numbers still
    func updateLikelihood(parts: Int) -> Bool {
        let topology = engine.network.topology
        let own = topology.likelihoodParameters
        guard !own.isEmpty else { return true }
        PairwiseSum.addRows(gradients.region, count: parts, length: parameters.region.count, range: own)
        topology.likelihood.step(
            parameters.region[own], gradient: gradients.region[own],
            values: modelConfiguration.imageShape.count / own.count, step: progress.stepsTaken + 1)
        average(own)
        return own.allSatisfy { parameters.region[$0].isFinite }
    }

    /// Moves the average of some parameters, where there is one.
    func average(_ range: Range<Int>) {
        guard let averages, let decay = configuration.averaging else { return }
        MovingAverage.update(
            averages.region[range], toward: parameters.region[range],
            weight: MovingAverage.weight(decay: decay, step: progress.stepsTaken + 1))
    }
}

extension Network {
    /// A chunk of the parameters that the optimiser trains.
    func optimizedChunk(_ chunk: Int, size: Int) -> Range<Int> {
        chunk * size..<min((chunk + 1) * size, optimizedCount)
    }
}
