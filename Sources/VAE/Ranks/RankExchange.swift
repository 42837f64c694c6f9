import Kernels
import VAECore

/// What ranks tell each other in a training: whether they go on, their parts of a sum, and what they found for images of theirs.
///
/// A sum is made by its owners: each rank adds a range of the parameters of all subtrees, and sends that range of the sum to all others. Every
/// rank then takes the optimiser's step on all parameters, so that each has all of a training's state and can be the one that saves it.
/// Of P parameters and R ranks a rank so sends P (R − 1) / R floats for each of its subtrees, and as many for its range of the sum.
final class RankExchange: @unchecked Sendable {
    let communicator: any Communicator
    var rank: Int { communicator.rank }
    var ranks: Int { communicator.count }

    /// Whether it is over, for all ranks alike: nobody waits for a word.
    private var hasEnded = true
    private let length: Int
    /// A word to each rank, and one of each.
    private let words: FloatStorage
    private let askWords: [RankMessage]
    /// A place for each subtree of another rank, as long as the range that this rank adds up.
    private let staging: FloatStorage
    private var plans: [Int: Plan] = [:]

    /// What a batch of some shards takes, made once.
    private struct Plan {
        let sum: SharedSum
        /// The sums of subtrees on their way to those who add them up.
        let scatter: [RankMessage]
        /// The whole sum on its way to all.
        let gather: [RankMessage]
        /// The range of the parameters of each subtree that this rank adds up.
        let addends: [FloatRegion]
        /// Rows of this rank's gradients that are a subtree's.
        let rows: [Range<Int>]
    }

    private enum Word: Float {
        case goOn, stop, failed
    }

    /// - Parameters:
    ///   - length: of the sums, in floats
    ///   - shards: the most of a batch
    /// - Throws: `unavailable` without memory enough.
    init(_ communicator: any Communicator, length: Int, shards: Int) throws(VAEError) {
        self.communicator = communicator
        self.length = length
        let (rank, ranks) = (communicator.rank, communicator.count)
        words = try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: 2 * ranks) }
        let (mine, theirs) = (words.region[0..<1], words.region[ranks..<2 * ranks])
        askWords = (0..<ranks).filter { $0 != rank }.flatMap {
            [RankMessage.send(mine, to: $0), .receive(theirs[$0..<$0 + 1], from: $0)]
        }
        // Of fewer shards there are fewer subtrees, or as many.
        let most = (1...max(1, shards)).map { SharedSum(of: $0, ranks: ranks).subtrees.count }.max() ?? 0
        let width = Self.range(of: rank, of: ranks, in: length).count
        staging = try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: most * width) }
    }

    /// The shards of a batch that this rank computes.
    func shards(of count: Int) -> Range<Int> { SharedSum.leaves(of: rank, of: ranks, among: count) }

    /// The parameters that a rank adds up.
    private static func range(of rank: Int, of ranks: Int, in length: Int) -> Range<Int> {
        length * rank / ranks..<length * (rank + 1) / ranks
    }

    // MARK: - Going on

    /// Begins a training, or goes on with one: from now on all wait for each other.
    func begin() { hasEnded = false }

    /// Ends a training that is done, on all ranks without a word.
    func finish() { hasEnded = true }

    /// Asks all ranks whether they go on, as before every exchange.
    /// - Parameter failure: why this one can't
    /// - Throws: what a rank failed of, the same error on all; `unavailable` where a rank wants to end.
    func agree(_ failure: VAEError? = nil) throws(VAEError) {
        try say(failure == nil ? .goOn : .failed, failure)
    }

    /// Tells all ranks that this one ends, unless they have ended together. They hear of it in their next step.
    /// - Parameter failure: why; nil where somebody wants it to
    func leave(_ failure: VAEError? = nil) {
        guard !hasEnded else { return }
        try? say(failure == nil ? .stop : .failed, failure)
    }

    private func say(_ word: Word, _ failure: VAEError?) throws(VAEError) {
        words.region[0] = word.rawValue
        communicator.exchange(askWords)
        words.region[ranks + rank] = word.rawValue
        func ranksThatSay(_ word: Word) -> [Int] {
            (0..<ranks).filter { words.region[ranks + $0] == word.rawValue }
        }
        if let first = ranksThatSay(.failed).first {
            hasEnded = true
            throw share(failure, of: first)
        }
        if let first = ranksThatSay(.stop).first {
            hasEnded = true
            throw VAEError(.unavailable, "rank \(first)", "has ended the training")
        }
    }

    /// The first failed rank's error, on all ranks.
    private func share(_ failure: VAEError?, of first: Int) -> VAEError {
        guard first == rank, let failure else {
            let text = communicator.receive(from: first)
            return VAEError(rankText: text) ?? VAEError(.unavailable, "rank \(first)", "has failed")
        }
        for other in 0..<ranks where other != rank { communicator.send(failure.rankText(rank), to: other) }
        return VAEError(rankText: failure.rankText(rank)) ?? failure
    }

    // MARK: - Sums

    /// Adds up the gradients of all shards of all ranks, into the first row of each.
    /// - Parameters:
    ///   - count: shards of the batch
    ///   - gradients: a row for each shard of this rank
    ///   - pool: who adds
    func sum(_ count: Int, _ gradients: FloatRegion, _ pool: WorkerPool) {
        let plan = plans[count] ?? makePlan(count, gradients)
        for rows in plan.rows {
            pool.addRows(
                gradients[rows.lowerBound * length..<rows.upperBound * length], count: rows.count,
                length: length)
        }
        communicator.exchange(plan.scatter)
        let mine = Self.range(of: rank, of: ranks, in: length)
        let pieces = (mine.count + Self.chunk - 1) / Self.chunk
        pool.run(parts: pieces, with: (plan, mine.count)) { context, _, piece in
            let (plan, width) = context
            let range = piece * Self.chunk..<min((piece + 1) * Self.chunk, width)
            for (target, source) in plan.sum.additions {
                plan.addends[target][range].add(plan.addends[source][range])
            }
        }
        if let sum = plan.addends.first, plan.sum.subtrees[0].rank != rank { gradients[mine].copy(from: sum) }
        communicator.exchange(plan.gather)
    }

    private func makePlan(_ count: Int, _ gradients: FloatRegion) -> Plan {
        let sum = SharedSum(of: count, ranks: ranks)
        let mine = Self.range(of: rank, of: ranks, in: length)
        let first = shards(of: count).lowerBound
        var (scatter, gather, addends, rows) = (
            [RankMessage](), [RankMessage](), [FloatRegion](), [Range<Int>]()
        )
        for (index, subtree) in sum.subtrees.enumerated() {
            if subtree.rank == rank {
                let place = subtree.leaves.lowerBound - first
                let row = gradients[place * length..<(place + 1) * length]
                rows.append(place..<place + subtree.leaves.count)
                addends.append(row[mine])
                scatter += others.map { .send(row[Self.range(of: $0, of: ranks, in: length)], to: $0) }
            } else {
                let place = staging.region[index * mine.count..<(index + 1) * mine.count]
                addends.append(place)
                scatter.append(.receive(place, from: subtree.rank))
            }
        }
        for other in others {
            gather.append(.send(gradients[mine], to: other))
            gather.append(.receive(gradients[Self.range(of: other, of: ranks, in: length)], from: other))
        }
        let plan = Plan(sum: sum, scatter: scatter, gather: gather, addends: addends, rows: rows)
        plans[count] = plan
        return plan
    }

    private var others: [Int] { (0..<ranks).filter { $0 != rank } }

    /// Parameters of a range that one thread adds up at a time.
    private static let chunk = 8192

    // MARK: - What belongs to images

    /// Brings together what every rank has of images that are its own.
    /// - Parameters:
    ///   - rows: values of all images each, one image after the other
    ///   - size: values of an image
    ///   - images: those of a rank
    func gather(_ rows: [FloatRegion], size: Int = 1, _ images: (_ rank: Int) -> Range<Int>) {
        func part(_ row: FloatRegion, _ rank: Int) -> FloatRegion {
            let images = images(rank)
            return row[images.lowerBound * size..<images.upperBound * size]
        }
        var messages: [RankMessage] = []
        for row in rows {
            for other in others {
                messages.append(.send(part(row, rank), to: other))
                messages.append(.receive(part(row, other), from: other))
            }
        }
        communicator.exchange(messages)
    }
}
