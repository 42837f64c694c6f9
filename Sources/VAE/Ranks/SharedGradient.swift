import Kernels
import VAECore

/// The gradient of a batch whose shards several ranks have, added up by its owners: each rank adds a range of the parameters of all subtrees.
///
/// Of P parameters and R ranks a rank so sends P (R − 1) / R floats for each of its subtrees. What the owners have added stays with them, where
/// nobody asks for it: they take the step on it.
final class SharedGradient: @unchecked Sendable {
    private let communicator: any Communicator
    let shares: ParameterShares
    /// A row for each shard of this rank.
    private let gradients: FloatRegion
    /// A place for each subtree of another rank, as long as the range that this rank adds up.
    private let staging: FloatStorage
    /// By the images of a batch.
    private var plans: [Int: Plan] = [:]

    /// What a batch of some images takes, made once.
    private struct Plan {
        let sum: SharedSum
        /// The sums of subtrees on their way to those who add them up, and what goes with them.
        let messages: [RankMessage]
        /// The range of the parameters of each subtree that this rank adds up.
        let addends: [FloatRegion]
        /// Rows of this rank's gradients that are a subtree's.
        let rows: [Range<Int>]
    }

    /// - Parameters:
    ///   - gradients: a row for each shard of this rank
    ///   - shards: the most of a batch
    /// - Throws: `unavailable` without memory enough.
    init(
        _ communicator: any Communicator, _ shares: ParameterShares, gradients: FloatRegion, shards: Int
    ) throws(VAEError) {
        (self.communicator, self.shares, self.gradients) = (communicator, shares, gradients)
        // Of fewer shards there are fewer subtrees, or as many.
        let most =
            (1...max(1, shards)).map { SharedSum(of: $0, ranks: shares.ranks).subtrees.count }.max() ?? 0
        let width = shares.added(by: communicator.rank).count
        staging = try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: most * width) }
    }

    private var rank: Int { communicator.rank }
    private var others: [Int] { (0..<communicator.count).filter { $0 != rank } }

    /// Parameters of a range that one thread adds up at a time.
    private static let chunk = 8192

    /// Makes ready for batches of some images, unless it is.
    /// - Parameters:
    ///   - images: those of the batch
    ///   - shards: those of the batch
    ///   - messages: what else goes to and fro with the sums of so many images
    func prepare(for images: Int, shards: Int, with messages: () -> [RankMessage]) {
        if plans[images] == nil { makePlan(shards, images, messages()) }
    }

    /// Adds up the gradients of all shards of all ranks, each rank what it owns, in the first row. Allocates nothing.
    /// - Parameters:
    ///   - images: those of the batch, for which it is ready
    ///   - pool: who adds
    func sum(_ images: Int, _ pool: WorkerPool) {
        guard let plan = plans[images] else { preconditionFailure("not ready for \(images) images") }
        let length = shares.length
        for rows in plan.rows {
            pool.addRows(
                gradients[rows.lowerBound * length..<rows.upperBound * length], count: rows.count,
                length: length)
        }
        communicator.exchange(plan.messages)
        let mine = shares.added(by: rank)
        let pieces = (mine.count + Self.chunk - 1) / Self.chunk
        pool.run(parts: pieces, with: (plan, mine.count)) { context, _, piece in
            let (plan, width) = context
            let range = piece * Self.chunk..<min((piece + 1) * Self.chunk, width)
            for (target, source) in plan.sum.additions {
                plan.addends[target][range].add(plan.addends[source][range])
            }
        }
        if let sum = plan.addends.first, plan.sum.subtrees[0].rank != rank { gradients[mine].copy(from: sum) }
    }

    private func makePlan(_ count: Int, _ images: Int, _ messages: [RankMessage]) {
        let (length, mine) = (shares.length, shares.added(by: rank))
        let sum = SharedSum(of: count, ranks: shares.ranks)
        let first = SharedSum.leaves(of: rank, of: shares.ranks, among: count).lowerBound
        var (scatter, addends, rows) = ([RankMessage](), [FloatRegion](), [Range<Int>]())
        for (index, subtree) in sum.subtrees.enumerated() {
            if subtree.rank == rank {
                let place = subtree.leaves.lowerBound - first
                let row = gradients[place * length..<(place + 1) * length]
                rows.append(place..<place + subtree.leaves.count)
                addends.append(row[mine])
                scatter += others.map { .send(row[shares.added(by: $0)], to: $0) }
            } else {
                let place = staging.region[index * mine.count..<(index + 1) * mine.count]
                addends.append(place)
                scatter.append(.receive(place, from: subtree.rank))
            }
        }
        plans[images] = Plan(
            sum: sum, messages: scatter.filter { $0.region.count > 0 } + messages, addends: addends,
            rows: rows)
    }

    /// The way of a range of the sum from those who have added it up to all.
    func gathering(_ range: Range<Int>) -> [RankMessage] {
        communicator.gathering(gradients) { self.shares.added(by: $0).clamped(to: range) }
    }

    /// Brings together a range of the sum, on all ranks.
    func gather(_ range: Range<Int>) { communicator.exchange(gathering(range)) }
}

extension Communicator {
    /// What brings together a region of which every rank has a range.
    func gathering(_ region: FloatRegion, _ range: (_ rank: Int) -> Range<Int>) -> [RankMessage] {
        (0..<count).filter { $0 != rank }.flatMap { other in
            [RankMessage.send(region[range(rank)], to: other), .receive(region[range(other)], from: other)]
        }
        .filter { $0.region.count > 0 }
    }
}
