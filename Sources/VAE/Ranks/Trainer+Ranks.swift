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
        guard let exchange else { return try engine.failure.rethrow() }
        try exchange.agree(engine.failure.take())
        exchange.sum(parts, gradients.region, pool)
        func images(of rank: Int) -> Range<Int> {
            let leaves = SharedSum.leaves(of: rank, of: exchange.ranks, among: parts)
            let end = min(leaves.upperBound * shards.imagesPerShard, count)
            return min(leaves.lowerBound * shards.imagesPerShard, count)..<end
        }
        let size = configuration.batchSize
        exchange.gather(
            (0..<losses.region.count / size).map { losses.region[$0 * size..<($0 + 1) * size] }, images)
        if let vectors = codes?.keptVectors { exchange.gather([vectors.all], size: vectors.size, images) }
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

    static func refusal(of prior: Prior) -> VAEError {
        VAEError(
            .invalidArgument, "prior",
            "can't be trained by several ranks: its pseudo-inputs go through the encoder of one",
            expected: "N(0, I) or a mixture", found: "\(prior)",
            advice: "Take another prior, or train in one process.")
    }
}

extension MicroBatches {
    /// The images of some micro-batches.
    func images(of batches: Range<Int>) -> Range<Int> {
        guard let first = batches.first, let last = batches.last else { return 0..<0 }
        return self[first].lowerBound..<self[last].upperBound
    }
}
