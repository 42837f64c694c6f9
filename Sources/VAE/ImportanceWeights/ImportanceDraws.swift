import Kernels
import VAECore

/// The draws of z for a set of images, cut into blocks that can be weighed one by one, on any worker.
package struct ImportanceDraws: Sendable {
    let images: ImageSet
    let posterior: Encoding
    /// K: draws for each image.
    let samples: Int
    let seed: UInt64
    let proposal: ImportanceProposal
    /// Where a mixture draws from beside the posteriors; nil for these alone.
    let prior: PriorComponents?

    /// Draws of a block. Fixed, so that sums have one order; few enough that many workers can share the draws of one image.
    static let blockSize = 256

    var blocksPerImage: Int { (samples + Self.blockSize - 1) / Self.blockSize }
    var blocks: Int { images.count * blocksPerImage }

    /// The weights of the first half of an image's draws, and of the rest.
    package struct Sums: Sendable {
        package var first = WeightSum()
        var rest = WeightSum()

        mutating func merge(_ other: Sums) {
            first.merge(other.first)
            rest.merge(other.rest)
        }

        package var all: WeightSum {
            var sum = first
            sum.merge(rest)
            return sum
        }
    }
}

extension VariationalAutoencoder {
    /// The weights p(x, z) / q(z) of `samples` draws of z for every image, with q(z) the proposal, as their sums.
    /// - Throws: `invalidArgument` when the images do not have the model's shape or are none, `unavailable` when there is not memory
    ///   enough, `CancellationError` when the surrounding task is cancelled, and what `onProgress` throws.
    package func importanceWeights(
        of images: ImageSet, samples: Int, seed: UInt64, proposal: ImportanceProposal = .posterior,
        threads: Int, onProgress: (_ images: Int) throws -> Void
    ) throws -> [ImportanceDraws.Sums] {
        try configuration.check(images, "images")
        let draws = ImportanceDraws(
            images: images, posterior: try encode(images, threads: threads), samples: samples, seed: seed,
            proposal: proposal, prior: proposal == .posterior ? nil : try prior(threads: threads))
        var sums = [ImportanceDraws.Sums](repeating: .init(), count: images.count)
        var outcome = Result<Void, any Error>.success(())
        try withEngine(threads, draws.blocks) { engine, weights in
            outcome = Result {
                var rounds = PacedRounds(workers: engine.pool.count)
                var partial: [ImportanceDraws.Sums] = []
                var start = 0
                while start < draws.blocks {
                    try Task.checkCancellation()
                    let count = min(rounds.size, draws.blocks - start)
                    partial = [ImportanceDraws.Sums](repeating: .init(), count: count)
                    rounds.time {
                        partial.withUnsafeMutableBufferPointer { partial in
                            engine.pool.run(parts: count) { worker, part in
                                partial[part] = engine.importanceWeights(
                                    block: start + part, of: draws, weights, engine.workspaces[worker])
                            }
                        }
                    }
                    try engine.failure.rethrow()
                    // In the order of the blocks, whoever computed them.
                    for (part, sum) in partial.enumerated() {
                        sums[(start + part) / draws.blocksPerImage].merge(sum)
                    }
                    start += count
                    try onProgress(start / draws.blocksPerImage)
                }
            }
        }
        try outcome.get()
        return sums
    }
}
