import Kernels
import VAECore

/// A step of the optimiser that several ranks take, each on the parameters that it owns.
struct SharedStep: Sendable {
    let shares: ParameterShares
    let gradient: SharedGradient
    /// The sum over shards of the gradient by a VampPrior's components, on every rank: each then has some of them go back through the encoder.
    let components: SharedGradient?
    /// The pseudo-inputs' gradients that are this rank's, and the row of the first.
    let priorParts: Range<Int>
    let priorRow: Int
    /// The chunks of the update that are this rank's.
    let chunks: Range<Int>
    /// Those of the gradient whose squares are added up.
    let clippingChunks: Range<Int>
    /// What the owners have made, on its way to all: parameters, whether they are finite, and the sum of what no rank owns unless it came before.
    private let made: [RankMessage]
    /// The sum of gradients of what no rank owns, on its way to all.
    private let sumOfOthers: [RankMessage]
    /// The squares of the chunks of the gradient, as floats; nil where gradients are not clipped.
    private let squares: (numbers: FloatStorage, messages: [RankMessage])?
    private let communicator: any Communicator

    /// What a trainer has that ranks share.
    struct Storage {
        let rows: SharedGradient.Rows
        let parameters, finiteChunks: FloatRegion
        /// Chunks of the gradient; nil where it is not clipped.
        let clippingChunks: Int?
    }

    /// - Throws: `unavailable` without memory enough.
    init(
        _ communicator: any Communicator, _ network: Network, _ storage: Storage
    ) throws(VAEError) {
        let rank = communicator.rank
        // A chunk's squares are added in their order: no chunk has two owners.
        let shares = ParameterShares(
            ranks: communicator.count, optimized: network.optimizedCount, length: network.layout.count,
            unit: storage.clippingChunks == nil ? Trainer.updateChunk : Trainer.clippingChunk)
        let (rows, prior) = (storage.rows, network.topology.prior)
        gradient = try SharedGradient(
            communicator, added: (0..<communicator.count).map { shares.added(by: $0) }, rows)
        let isVamp = rows.others > 0
        components =
            isVamp
            ? try SharedGradient(
                communicator, added: (0..<communicator.count).map { _ in prior.components },
                SharedGradient.Rows(
                    gradients: rows.gradients, length: rows.length, shards: rows.shards,
                    shardsHere: rows.shardsHere, others: 0)) : nil
        priorParts = SharedSum.leaves(of: rank, of: communicator.count, among: rows.others)
        priorRow = rows.shardsHere
        chunks = shares.chunks(of: rank, size: Trainer.updateChunk)
        clippingChunks = shares.chunks(of: rank, size: Trainer.clippingChunk)
        // The gradient by a prior's components goes on to other parameters before anybody takes a step.
        let areEarly = prior.mixture != nil && !isVamp
        let others = gradient.gathering(
            isVamp ? shares.others.clamped(to: 0..<prior.components.lowerBound) : shares.others)
        sumOfOthers = areEarly ? others : []
        made =
            communicator.gathering(storage.parameters) { shares.owned(by: $0) }
            + communicator.gathering(storage.finiteChunks) {
                shares.chunks(of: $0, size: Trainer.updateChunk)
            }
            + (areEarly ? [] : others)
        squares = try storage.clippingChunks.map { (count) throws(VAEError) in
            let numbers = try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: 2 * count) }
            let messages = communicator.gathering(numbers.region) { rank in
                let chunks = shares.chunks(of: rank, size: Trainer.clippingChunk)
                return 2 * chunks.lowerBound..<2 * chunks.upperBound
            }
            return (numbers, messages)
        }
        (self.communicator, self.shares) = (communicator, shares)
    }

    /// What brings together a region as long as the parameters, of which every rank has what it owns.
    func gathering(_ region: FloatRegion) -> [RankMessage] {
        communicator.gathering(region) { shares.owned(by: $0) }
    }

    /// Brings together the squares of all chunks, of which every rank has measured its own. Allocates nothing.
    func gather(_ sums: DoubleStorage) {
        guard let squares else { return }
        sums.write(clippingChunks, to: squares.numbers.region)
        communicator.exchange(squares.messages)
        sums.read(from: squares.numbers.region)
    }

    /// Brings together the sum of gradients of what no rank owns, where it is needed before the step: else it comes with the parameters. Allocates
    /// nothing.
    func gatherOthers() { if !sumOfOthers.isEmpty { communicator.exchange(sumOfOthers) } }

    /// Sends what this rank has made of its parameters to all, and has theirs. Allocates nothing.
    func gatherParameters() { communicator.exchange(made) }
}
