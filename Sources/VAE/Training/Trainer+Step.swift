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
        let (sums, parts) = try computeGradients(
            StepBatch(images: images, order: order, range: range, epoch: epoch, objective: objective))
        guard sums.total.isFinite else { throw divergence(order[range], parts: parts, loss: sums.total) }
        let chunks = finiteChunks.region.count
        let clipping = clippingFactor(parts: parts)
        let update = StepUpdate(
            parts: clipping == nil ? parts : 1, factor: clipping ?? 1, learningRate: learningRate)
        let mine = sharedStep?.chunks ?? 0..<chunks
        pool.run(parts: mine.count, with: (self, update, mine.lowerBound)) { context, worker, part in
            let (trainer, update, first) = context
            trainer.update(first + part, update, times: trainer.engine.workspaces[worker].times)
        }
        shareUpdate()
        let start = times == nil ? 0 : StepTimes.now
        let isFinite = updateLikelihood(parts: parts)
        guard updateCodebook(parts: parts, images: range.count), isFinite,
            (0..<chunks).allSatisfy({ finiteChunks.region[$0] == 1 })
        else {
            throw divergence(order[range], parts: parts, loss: nil)
        }
        times?.add(.update, since: start)
        let others = times == nil ? 0 : StepTimes.now
        for node in packing.others { engine.network.pack(node, weights) }
        engine.preparePrior(weights)
        times?.add(.pack, since: others)
        return sums
    }
}
