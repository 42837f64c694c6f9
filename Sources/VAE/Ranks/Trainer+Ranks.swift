import Kernels
import VAECore

/// A trainer as one of several ranks: what it shares with them within a step, and at the end of an epoch.
extension Trainer {
    /// Brings together what the ranks have computed of a batch; of one rank alone nothing is to be done.
    /// - Parameters:
    ///   - parts: shards of the batch
    ///   - count: images of the batch
    /// - Throws: what reading the images threw, on whatever rank
    func combine(_ parts: Int, of count: Int) throws(VAEError) {
        guard let exchange, let sharedStep else { return try engine.failure.rethrow() }
        try exchange.agree(engine.failure.take())
        prepareRanks(for: count)
        if let components = sharedStep.components {
            components.sum(count, pool)
            engine.backwardPseudoInputs(
                weights,
                PriorRows(
                    parts: sharedStep.priorParts, gradients: gradients.region,
                    length: parameters.region.count, row: sharedStep.priorRow), sharedPrior)
        }
        sharedStep.gradient.sum(count, pool)
        sharedStep.gatherOthers()
    }

    /// Makes what ranks say of batches of some images, once: steps then allocate nothing.
    func prepareRanks(for count: Int) {
        let parts = shards.parts(of: count)
        sharedStep?.components?.prepare(for: count, shards: parts) { [] }
        sharedStep?.gradient.prepare(for: count, shards: parts) { gatheringImages(parts, of: count) }
    }

    /// The way of what ranks have measured of their images of a batch to all.
    private func gatheringImages(_ parts: Int, of count: Int) -> [RankMessage] {
        guard let exchange else { return [] }
        func images(of rank: Int) -> Range<Int> {
            let leaves = SharedSum.leaves(of: rank, of: exchange.ranks, among: parts)
            let end = min(leaves.upperBound * shards.imagesPerShard, count)
            return min(leaves.lowerBound * shards.imagesPerShard, count)..<end
        }
        let size = configuration.batchSize
        let rows = (0..<losses.region.count / size).map { losses.region[$0 * size..<($0 + 1) * size] }
        let measured = rows.flatMap { exchange.communicator.gathering($0, images) }
        guard let vectors = codes?.keptVectors else { return measured }
        return measured
            + exchange.communicator.gathering(vectors.all) { rank in
                let images = images(of: rank)
                return images.lowerBound * vectors.size..<images.upperBound * vectors.size
            }
    }

    /// The shards of a batch that this rank computes: all where there is one alone.
    func shardsOfRank(among parts: Int) -> Range<Int> {
        exchange.map { SharedSum.leaves(of: $0.rank, of: $0.ranks, among: parts) } ?? 0..<parts
    }

    /// After this rank's step on what it owns: has the parameters of all, and packs their kernels, which no rank had all of before.
    func shareUpdate() {
        guard let exchange, let sharedStep else { return }
        sharedStep.gatherParameters()
        exchange.scatter()
        pool.run(parts: packing.ofChunks.count, with: self) { trainer, worker, index in
            let times = trainer.engine.workspaces[worker].times
            let start = times == nil ? 0 : StepTimes.now
            trainer.engine.network.pack(trainer.packing.ofChunks[index], trainer.weights)
            times?.add(.pack, since: start)
        }
    }

    /// All of what tells where numbers ceased to be finite, on every rank: all have found it in the same step.
    func bringTogetherForDivergence() {
        sharedStep?.gradient.gather(0..<parameters.region.count)
        exchange?.bringTogether([.moments])
    }

    /// Says that the other ranks have begun to train and wait for this one, which is to call `fit` or ``leaveRanks(_:)``.
    package func joinRanks() { exchange?.begin() }

    /// Tells the other ranks, where they wait for this one, that it does not come.
    package func leaveRanks(_ failure: VAEError?) { exchange?.leave(failure) }

    /// The number of processes that train together.
    package var ranks: Int { exchange?.ranks ?? 1 }

    /// The micro-batches of test images that this rank measures: all where there is one alone.
    func shared(_ batches: MicroBatches) -> Range<Int> {
        exchange.map { share(of: $0.rank, in: batches) } ?? 0..<batches.count
    }

    func share(of rank: Int, in batches: MicroBatches) -> Range<Int> {
        SharedSum.leaves(of: rank, of: exchange?.ranks ?? 1, among: batches.count)
    }
}

extension MicroBatches {
    /// The images of some micro-batches.
    func images(of batches: Range<Int>) -> Range<Int> {
        guard let first = batches.first, let last = batches.last else { return 0..<0 }
        return self[first].lowerBound..<self[last].upperBound
    }
}
