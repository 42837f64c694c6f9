import Kernels
import VAECore

extension Trainer {
    /// One optimiser step on the images at `order[range]`. Allocates nothing.
    /// - Returns: losses summed over the batch
    /// - Throws: `diverged` when the loss, a parameter or a moment is not finite; what reading the images throws, and no step is taken
    func step(
        _ images: ImageSet, _ order: [UInt32], _ range: Range<Int>, epoch: Int, learningRate: Float,
        _ objective: StepObjective
    ) throws(VAEError) -> Losses {
        if !images.isInMemory {
            for next in order[range.upperBound...].prefix(range.count) { images.willRead(Int(next)) }
        }
        let (sums, parts) = try computeGradients(images, order, range, epoch: epoch, objective)
        guard sums.total.isFinite else { throw divergence(order[range], parts: parts, loss: sums.total) }
        let start = times == nil ? 0 : StepTimes.now
        let chunks = finiteChunks.region.count
        let clipping = clippingFactor(parts: parts)
        let update = StepUpdate(
            parts: clipping == nil ? parts : 1, factor: clipping ?? 1, learningRate: learningRate)
        pool.run(parts: chunks, with: (self, update)) { context, _, chunk in
            context.0.update(chunk, context.1)
        }
        let isFinite = updateLikelihood(parts: parts)
        guard updateCodebook(parts: parts, images: range.count), isFinite,
            (0..<chunks).allSatisfy({ finiteChunks.region[$0] == 1 })
        else {
            throw divergence(order[range], parts: parts, loss: nil)
        }
        times?.add(.update, since: start)
        let packing = times == nil ? 0 : StepTimes.now
        engine.pack(weights)
        times?.add(.pack, since: packing)
        return sums
    }

    /// A gradient for each shard of the batch at `order[range]`, and the images' losses; of several ranks the sum of all gradients. Allocates
    /// nothing where there is one rank.
    /// - Returns: losses summed over the batch, and the rows of gradients
    /// - Throws: what reading the images throws, on whatever rank
    func computeGradients(
        _ images: ImageSet, _ order: [UInt32], _ range: Range<Int>, epoch: Int, _ objective: StepObjective
    ) throws(VAEError) -> (losses: Losses, rows: Int) {
        let parts = shards.parts(of: range.count)
        let (mine, length) = (exchange?.shards(of: parts) ?? 0..<parts, parameters.region.count)
        func compute(_ shards: Range<Int>, _ row: Int) {
            pool.run(parts: shards.count, with: (self, images, order, range, epoch, objective, shards, row)) {
                context, worker, part in
                let (trainer, images, order, range, epoch, objective, shards, row) = context
                trainer.runShard(
                    shards.lowerBound + part, into: row + part, trainer.engine.workspaces[worker], images,
                    order,
                    range, epoch: epoch, objective)
            }
        }
        if let waves, parts > GradientWaves.fewest {
            waves.sum(parts, compute: compute) { rows in
                pool.addRows(
                    gradients.region[rows.lowerBound * length..<rows.upperBound * length], count: rows.count,
                    length: length)
            }
        } else {
            compute(mine, 0)
        }
        try combine(parts, of: range.count)
        let rows = exchange == nil && parts <= GradientWaves.fewest ? parts : 1
        engine.finishPriorGradient(weights, gradients.region, length: length, shards: rows)
        return (sumLosses(range.count, objective), rows + engine.network.priorParts)
    }

    /// One shard of a batch, micro-batch by micro-batch, into a row of the gradients.
    private func runShard(
        _ part: Int, into row: Int, _ workspace: Workspace, _ images: ImageSet, _ order: [UInt32],
        _ batch: Range<Int>,
        epoch: Int, _ objective: StepObjective
    ) {
        let network = engine.network
        let shape = modelConfiguration.imageShape
        let gradient = gradients.region[row * parameters.region.count..<(row + 1) * parameters.region.count]
        let shard = shards.images(of: part, in: batch.count)
        let scale = 1 / Float(batch.count)
        for range in MicroBatches(shard, size: network.microBatch) {
            let loading = workspace.times == nil ? 0 : StepTimes.now
            for (position, place) in range.enumerated() {
                let image = Int(order[batch.lowerBound + place])
                engine.failure.catching { () throws(VAEError) in
                    try load(
                        image, of: images, epoch: epoch, scratch: workspace.loadingScratch,
                        into: workspace.images[position * shape.count..<(position + 1) * shape.count])
                }
                if let labels = images.labels, modelConfiguration.isConditional {
                    workspace.setClass(
                        modelConfiguration.classIndex(labels[image]) ?? 0,
                        of: modelConfiguration.classes.count, at: position)
                }
                workspace.drawNoise(
                    at: position, of: range.count,
                    from: RandomStream(
                        seed: configuration.seed, purpose: .trainingNoise, epoch: epoch, item: image))
            }
            workspace.repeatInputs(count: range.count)
            workspace.times?.add(.load, since: loading)
            network.forward(weights, workspace, count: range.count, gradientScale: scale)
            network.backward(
                weights, workspace,
                BackwardPass(
                    count: range.count, gradients: gradient,
                    accumulating: range.lowerBound > shard.lowerBound,
                    klScale: Float(objective.weight) * scale, penalty: objective.penalty,
                    sampling: network.sampledPass(workspace)))
            losses.region[range].copy(from: workspace.reconstruction.prefix(range.count))
            let second = configuration.batchSize + range.lowerBound
            losses.region[second..<second + range.count].copy(
                from: workspace.klDivergence.prefix(range.count))
            if let codes {
                let third = configuration.batchSize + second
                losses.region[third..<third + range.count].copy(
                    from: workspace.commitment.prefix(range.count))
                codes.keep(workspace.mean, of: range)
            } else if configuration.measuresPenalty {
                let latents = 0..<range.count * modelConfiguration.latentSize
                let third = configuration.batchSize + second
                guard network.importance == nil else {
                    losses.region[third..<third + range.count].copy(
                        from: workspace.penalty.prefix(range.count))
                    continue
                }
                objective.penalty.measure(
                    mean: workspace.mean[latents], logVariance: workspace.logVariance[latents],
                    count: range.count, into: losses.region[third..<third + range.count])
            }
        }
    }

    /// An image as it is trained on in an epoch: what is drawn of it is drawn anew in every one.
    private func load(
        _ image: Int, of images: ImageSet, epoch: Int, scratch: FloatRegion, into target: FloatRegion
    ) throws(VAEError) {
        func stream(_ purpose: RandomStream.Purpose) -> RandomStream {
            RandomStream(seed: configuration.seed, purpose: purpose, epoch: epoch, item: image)
        }
        var draws = stream(.binarization)
        guard let augmentation = configuration.augmentation else {
            if let binarization = configuration.binarization {
                try images.load(image, binarized: binarization, from: &draws, into: target)
            } else {
                try images.load(image..<image + 1, into: target)
            }
            return
        }
        try images.load(image..<image + 1, into: target)
        augmentation.apply(to: target, of: images.shape, from: stream(.augmentation), scratch: scratch)
        switch configuration.binarization {
        case .threshold: Pixels.threshold(target)
        case .stochastic: Pixels.draw(target, from: &draws)
        case nil: break
        }
    }

    /// The batch's losses, added in Double: those of a shard image by image, and the shards' as their gradients are.
    private func sumLosses(_ count: Int, _ objective: StepObjective) -> Losses {
        func sum(from start: Int) -> Double {
            PairwiseSum.of(shards.parts(of: count)) { part in
                var sum = 0.0
                for image in shards.images(of: part, in: count) {
                    sum += Double(losses.region[start + image])
                }
                return sum
            }
        }
        var sums = Losses(
            reconstruction: sum(from: 0), kl: sum(from: configuration.batchSize),
            klWeight: objective.weight)
        if codes != nil {
            sums.penalty = sum(from: 2 * configuration.batchSize)
        } else if configuration.hasPenalty {
            sums.penalty =
                objective.weight
                * (configuration.measuresPenalty ? sum(from: 2 * configuration.batchSize) : sums.kl)
        }
        return sums
    }
}
