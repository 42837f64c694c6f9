import Kernels
import VAECore

/// The gradient of a batch, shard by shard: whole shards of a thread each, and what is left by all.
extension Trainer {
    /// A gradient for each shard of a batch, and the images' losses; of several ranks the sum of all gradients, as far as it is this rank's.
    /// Allocates nothing.
    /// - Returns: losses summed over the batch, and the rows of gradients
    /// - Throws: what reading the images threw, on whatever rank
    func computeGradients(_ batch: StepBatch) throws(VAEError) -> (losses: Losses, rows: Int) {
        let parts = shards.parts(of: batch.count)
        let (mine, length) = (shardsOfRank(among: parts), parameters.region.count)
        if let waves, parts > GradientWaves.fewest {
            waves.sum(parts, compute: { compute($0, into: $1, of: batch) }) { rows in
                pool.addRows(
                    gradients.region[rows.lowerBound * length..<rows.upperBound * length], count: rows.count,
                    length: length)
            }
        } else {
            compute(mine, into: 0, of: batch)
        }
        try combine(parts, of: batch.count)
        let losses = sumLosses(batch.count, batch.objective)
        // Ranks have brought pseudo-inputs back by now.
        if sharedStep?.components != nil { return (losses, 1) }
        let rows = exchange == nil && parts <= GradientWaves.fewest ? parts : 1
        engine.finishPriorGradient(weights, gradients.region, length: length, shards: rows, sharedPrior)
        return (losses, rows + engine.network.priorParts)
    }

    /// Some shards of a batch, and where their gradients go.
    private struct ShardWork {
        let trainer: Trainer
        let batch: StepBatch
        let shards: Range<Int>
        /// Of the first shard's gradient.
        let row: Int
        /// Shards that have a thread each, before those that threads share.
        let whole: Int
    }

    private func compute(_ some: Range<Int>, into row: Int, of batch: StepBatch) {
        let left = sharing?.count(of: some.count) ?? 0
        let work = ShardWork(
            trainer: self, batch: batch, shards: some, row: row, whole: some.count - left)
        let units = left * (sharing?.unitsOfShard ?? 0)
        pool.run(parts: work.whole + units, with: work) { work, worker, part in
            let own = work.trainer.engine.workspaces[worker]
            if part < work.whole {
                work.trainer.runShard(part, of: work, own)
            } else {
                work.trainer.runUnit(part - work.whole, of: work, own)
            }
        }
        guard let sharing, left > 0 else { return }
        pool.run(parts: left * sharing.tasks.count, with: (work, left)) { context, worker, part in
            let (work, left) = context
            let trainer = work.trainer
            trainer.sum(part / left, ofShared: part % left, of: work, trainer.engine.workspaces[worker])
        }
    }

    /// A shard by one thread, micro-batch by micro-batch.
    private func runShard(_ shard: Int, of work: ShardWork, _ workspace: Workspace) {
        let (network, batch) = (engine.network, work.batch)
        let images = shards.images(of: work.shards.lowerBound + shard, in: batch.count)
        for range in MicroBatches(images, size: network.microBatch) {
            load(range, of: batch, workspace)
            network.forward(weights, workspace, count: range.count, gradientScale: 1 / Float(batch.count))
            network.backward(
                weights, workspace,
                pass(
                    range.count, of: work, shard, isFirst: range.lowerBound == images.lowerBound,
                    network.sampledPass(workspace)))
            keepLosses(range, batch.objective, workspace)
        }
    }

    /// A few images of the shards that threads share, as far as the gradients of their activations.
    private func runUnit(_ index: Int, of work: ShardWork, _ own: Workspace) {
        guard let sharing else { return }
        let (shared, number) = index.quotientAndRemainder(dividingBy: sharing.unitsOfShard)
        let (network, batch, shard) = (engine.network, work.batch, work.whole + shared)
        let images = shards.images(of: work.shards.lowerBound + shard, in: batch.count)
        guard let (range, workspace) = sharing.unit(number, ofShard: shared, with: images) else { return }
        workspace.borrow(from: own)
        load(range, of: batch, workspace)
        network.forward(weights, workspace, count: range.count, gradientScale: 1 / Float(batch.count))
        let pass = pass(
            range.count, of: work, shard, isFirst: true, network.sampledPass(workspace))
        if range.lowerBound == images.lowerBound { network.clearPriorGradient(pass.gradients) }
        network.propagate(weights, workspace, pass)
        keepLosses(range, batch.objective, workspace)
    }

    /// A task of the gradient of a shard that threads share.
    private func sum(_ task: Int, ofShared shared: Int, of work: ShardWork, _ own: Workspace) {
        guard let sharing else { return }
        let shard = work.whole + shared
        let images = shards.images(of: work.shards.lowerBound + shard, in: work.batch.count)
        for (index, range) in MicroBatches(images, size: engine.network.microBatch).enumerated() {
            engine.network.sum(
                sharing.tasks[task], weights, sharing.workspace(index, ofShard: shared), own: own,
                pass(range.count, of: work, shard, isFirst: index == 0))
        }
    }

    /// The way back of some images of a shard.
    private func pass(
        _ count: Int, of work: ShardWork, _ shard: Int, isFirst: Bool, _ sampling: SampledPass? = nil
    ) -> BackwardPass {
        let (row, length) = (work.row + shard, parameters.region.count)
        let objective = work.batch.objective
        return BackwardPass(
            count: count, gradients: gradients.region[row * length..<(row + 1) * length],
            accumulating: !isFirst, klScale: Float(objective.weight) * (1 / Float(work.batch.count)),
            penalty: objective.penalty, sampling: sampling)
    }
}
