import Kernels
import VAECore

/// The gradient of a batch whose shards several ranks have, added up by its owners: each rank adds a range of the parameters of all subtrees.
///
/// Of P parameters and R ranks a rank so sends P (R − 1) / R floats for each of its subtrees. What the owners have added stays with them, where
/// nobody asks for it: they take the step on it.
final class SharedGradient: @unchecked Sendable {
    private let communicator: any Communicator
    /// The range of a gradient that each rank adds up.
    private let added: [Range<Int>]
    /// All of a gradient that any rank adds up.
    private let range: Range<Int>
    private let rows: Rows
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

    /// The gradients of this rank.
    struct Rows {
        /// A row for each of its shards, and behind these others.
        let gradients: FloatRegion
        let length: Int
        /// Shards of a batch, at most, and those that have a row here.
        let shards, shardsHere: Int
        /// Gradients of all ranks behind the shards'; 0 where they have no part in this sum.
        let others: Int
    }

    /// - Parameter added: the range that each rank adds up
    /// - Throws: `unavailable` without memory enough.
    init(_ communicator: any Communicator, added: [Range<Int>], _ rows: Rows) throws(VAEError) {
        (self.communicator, self.added, self.rows) = (communicator, added, rows)
        range = (added.map(\.lowerBound).min() ?? 0)..<(added.map(\.upperBound).max() ?? 0)
        // Of fewer shards there are fewer subtrees, or as many.
        let most =
            (1...max(1, rows.shards)).map {
                SharedSum(of: $0, ranks: added.count, behind: rows.others).subtrees.count
            }
            .max() ?? 0
        let width = added[communicator.rank].count
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
        let (gradients, length) = (rows.gradients, rows.length)
        for rows in plan.rows where rows.count > 1 {
            let region = gradients[rows.lowerBound * length..<rows.upperBound * length]
            if range.count == length {
                pool.addRows(region, count: rows.count, length: length)
            } else {
                PairwiseSum.addRows(region, count: rows.count, length: length, range: range)
            }
        }
        communicator.exchange(plan.messages)
        let mine = added[rank]
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
        let (length, mine, ranks) = (rows.length, added[rank], added.count)
        let sum = SharedSum(of: count, ranks: ranks, behind: rows.others)
        let first = SharedSum.leaves(of: rank, of: ranks, among: count).lowerBound
        let firstBehind = SharedSum.leaves(of: rank, of: ranks, among: rows.others).lowerBound
        var (scatter, addends, places) = ([RankMessage](), [FloatRegion](), [Range<Int>]())
        for (index, subtree) in sum.subtrees.enumerated() {
            if subtree.rank == rank {
                let leaf = subtree.leaves.lowerBound
                let place = leaf < count ? leaf - first : rows.shardsHere + leaf - count - firstBehind
                let row = rows.gradients[place * length..<(place + 1) * length]
                places.append(place..<place + subtree.leaves.count)
                addends.append(row[mine])
                scatter += others.map { .send(row[added[$0]], to: $0) }
            } else {
                let place = staging.region[index * mine.count..<(index + 1) * mine.count]
                addends.append(place)
                scatter.append(.receive(place, from: subtree.rank))
            }
        }
        plans[images] = Plan(
            sum: sum, messages: scatter.filter { $0.region.count > 0 } + messages, addends: addends,
            rows: places)
    }

    /// The way of a range of the sum from those who have added it up to all.
    func gathering(_ range: Range<Int>) -> [RankMessage] {
        communicator.gathering(rows.gradients) { added[$0].clamped(to: range) }
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
