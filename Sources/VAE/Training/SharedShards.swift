import Kernels
import VAECore

/// The shards that are left when every thread of a team has had as many as every other, and that all of them share. Of 16 shards 12 threads have
/// one each, and 4 are left, with which 8 threads would have nothing to do; for 64 threads all are.
///
/// Threads take units of a few images forward and back to the gradients of activations, and when all are there each sums parts of the
/// parameters' gradient over the images of a shard. The bits are those of whole shards.
struct SharedShards: Sendable {
    /// Images that a thread takes through the network together, with all their draws.
    struct Unit: Sendable {
        /// Counted from the shard's first, like those of its micro-batch.
        let images, microBatch: Range<Int>
        let workspace: Workspace
        /// The micro-batch's.
        let whole: Workspace
    }

    /// Threads that have whole shards first.
    private let threads: Int
    /// Of each shard that there is room for, in the order of its images.
    private let units: [[Unit]]
    /// Of each of them, its micro-batches, and the workspace of each.
    private let workspaces: [[Workspace]]
    let microBatches: MicroBatches
    /// Of one shard's gradient, the longest first.
    let tasks: [GradientTask]

    /// - Parameters:
    ///   - jobs: numbers of shards that are computed together when a batch is full
    ///   - threads: of the team
    /// - Returns: nil where threads gain nothing by it, the network's way back does not come apart, or memory does not reach
    init?(_ network: Network, jobs: [Int], imagesPerShard: Int, threads: Int) {
        let room = jobs.map { Self.rest(of: $0, threads: threads) }.max() ?? 0
        guard room > 0, network.isSeparable else { return nil }
        let batches = MicroBatches(0..<imagesPerShard, size: network.microBatch)
        let capacity = min(network.microBatch, imagesPerShard)
        let floats = Workspace.count(network, capacity: capacity, training: true, isShared: true)
        do {
            try Engine.demand(floats: room * batches.count * floats)
            workspaces = try (0..<room).map { _ in
                try batches.map { _ in
                    try Workspace(network, capacity: capacity, training: true, isShared: true)
                }
            }
        } catch {
            // It goes on without: a thread that waits costs time alone.
            return nil
        }
        var size = Self.imagesPerUnit(batches, shards: room, threads: threads)
        while network.draws > 1, size < capacity,
            room * imagesPerShard / size * network.draws > Self.mostBlocks
        {
            size *= 2
        }
        units = workspaces.map { workspaces in
            zip(batches, workspaces).flatMap { images, workspace in
                MicroBatches(images, size: size).map { unit in
                    let first = unit.lowerBound - images.lowerBound
                    return Unit(
                        images: unit, microBatch: images,
                        workspace: workspace.slice(first..<first + unit.count, network), whole: workspace)
                }
            }
        }
        microBatches = batches
        tasks = network.gradientTasks
        self.threads = threads
    }

    /// How many of `shards` are shared, the last ones.
    func count(of shards: Int) -> Int {
        let rest = Self.rest(of: shards, threads: threads)
        return rest <= workspaces.count ? rest : 0
    }

    var unitsOfShard: Int { units[0].count }

    /// A unit's part of a shard, which may be the last of a batch and have fewer images; nil for none.
    ///
    /// Where the rows of several draws lie depends on the images of their micro-batch: one that is not full goes through as one unit.
    func unit(
        _ unit: Int, ofShard shard: Int, with images: Range<Int>
    ) -> (images: Range<Int>, workspace: Workspace)? {
        let unit = units[shard][unit]
        func present(_ some: Range<Int>) -> Range<Int> {
            (images.lowerBound + some.lowerBound..<images.lowerBound + some.upperBound).clamped(to: images)
        }
        let microBatch = present(unit.microBatch)
        let isWhole = unit.whole.draws > 1 && microBatch.count < unit.microBatch.count
        let isFirst = unit.images.lowerBound == unit.microBatch.lowerBound
        let some = isWhole ? (isFirst ? microBatch : 0..<0) : present(unit.images)
        return some.isEmpty ? nil : (some, isWhole ? unit.whole : unit.workspace)
    }

    func workspace(_ microBatch: Int, ofShard shard: Int) -> Workspace { workspaces[shard][microBatch] }

    /// Shards that are left for all threads to share; 0 where nearly all threads have one more.
    static func rest(of shards: Int, threads: Int) -> Int {
        let rest = shards % threads
        return Double(rest) <= worthwhile * Double(threads) ? rest : 0
    }

    /// Few enough for all threads to have about as many units, many enough for products to be fast.
    static func imagesPerUnit(_ batches: MicroBatches, shards: Int, threads: Int) -> Int {
        func seconds(_ size: Int) -> Double {
            let units = shards * batches.reduce(0) { $0 + ($1.count + size - 1) / size }
            let rounds = (units + threads - 1) / threads
            return Double(rounds * size) * (1 + overhead / Double(size))
        }
        let largest = batches.first?.count ?? 1
        let sizes = [1, 2, 4, 8, 16].filter { $0 <= largest }
        return sizes.min { seconds($0) < seconds($1) } ?? 1
    }

    /// The share of threads with one more shard up to which sharing brings more than it costs: a shard then takes 1.2 times as long, since nothing
    /// of it may lie in the same place as something else, and caches hold less of it.
    private static let worthwhile = 0.8
    /// Blocks of a draw each that units may have: thousands of descriptions of rows are felt, and units of whole micro-batches have none.
    private static let mostBlocks = 4096
    /// What a unit costs beside its images, in images: packed weights read anew, and rows that fill no tile.
    private static let overhead = 0.07
}
