import Kernels
import VAECore

/// The images of a step, and what is minimised over them.
struct StepBatch {
    let images: ImageSet
    /// The training set's images as an epoch has them, of which the batch is those at `range`.
    let order: [UInt32]
    let range: Range<Int>
    let epoch: Int
    let objective: StepObjective

    var count: Int { range.count }
    /// The number in the training set of an image of the batch.
    func image(_ place: Int) -> Int { Int(order[range.lowerBound + place]) }
}

/// What goes into a workspace before its images go through the network, and what is kept of it afterwards.
extension Trainer {
    /// Brings some images of a batch to a workspace, with their classes and noise.
    func load(_ range: Range<Int>, of batch: StepBatch, _ workspace: Workspace) {
        let shape = modelConfiguration.imageShape
        let start = workspace.times == nil ? 0 : StepTimes.now
        for (position, place) in range.enumerated() {
            let image = batch.image(place)
            engine.failure.catching { () throws(VAEError) in
                try load(
                    image, of: batch.images, epoch: batch.epoch, scratch: workspace.loadingScratch,
                    into: workspace.images[position * shape.count..<(position + 1) * shape.count])
            }
            if let labels = batch.images.labels, modelConfiguration.isConditional {
                workspace.setClass(
                    modelConfiguration.classIndex(labels[image]) ?? 0,
                    of: modelConfiguration.classes.count, at: position)
            }
            workspace.drawNoise(
                at: position, of: range.count,
                from: RandomStream(
                    seed: configuration.seed, purpose: .trainingNoise, epoch: batch.epoch, item: image))
        }
        workspace.repeatInputs(count: range.count)
        workspace.times?.add(.load, since: start)
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

    /// Keeps what a workspace has measured of some images of a batch.
    func keepLosses(_ range: Range<Int>, _ objective: StepObjective, _ workspace: Workspace) {
        losses.region[range].copy(from: workspace.reconstruction.prefix(range.count))
        let second = configuration.batchSize + range.lowerBound
        losses.region[second..<second + range.count].copy(
            from: workspace.klDivergence.prefix(range.count))
        let third = configuration.batchSize + second
        if let codes {
            losses.region[third..<third + range.count].copy(
                from: workspace.commitment.prefix(range.count))
            codes.keep(workspace.mean, of: range)
        } else if engine.network.importance != nil {
            losses.region[third..<third + range.count].copy(from: workspace.penalty.prefix(range.count))
        } else if configuration.measuresPenalty {
            let latents = 0..<range.count * modelConfiguration.latentSize
            objective.penalty.measure(
                mean: workspace.mean[latents], logVariance: workspace.logVariance[latents],
                count: range.count, into: losses.region[third..<third + range.count])
        }
    }

    /// The batch's losses, added in Double: those of a shard image by image, and the shards' as their gradients are.
    func sumLosses(_ count: Int, _ objective: StepObjective) -> Losses {
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
