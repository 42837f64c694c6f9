import Kernels

/// The sum of many shards' gradients in few rows: shards are computed wave by wave, each wave a whole subtree of the fixed tree over them, and
/// subtrees are added as soon as both of a pair are there, as the digits of a binary counter carry.
///
/// A row is as long as all parameters. Of S shards in waves of W there are W + ⌈log₂(S / W)⌉ at once, instead of S; the bits are the tree's.
struct GradientWaves: Sendable {
    /// Shards of a wave, a power of two: enough for every thread, or the threads would wait for each other.
    let width: Int

    /// Shards up to which each has a row of its own.
    static let fewest = 32

    /// Threads that trainers are made for in some test or benchmark, of which they may have fewer; nil for those that they have.
    @TaskLocal static var plannedThreads: Int?

    /// - Returns: nil where the shards are so few that each has a row of its own
    init?(shards: Int, threads: Int) {
        guard shards > Self.fewest else { return nil }
        var width = Self.fewest
        let threads = Self.plannedThreads ?? threads
        while width < min(threads, shards) { width *= 2 }
        self.width = width
    }

    /// Rows that some shards take.
    func rows(of shards: Int) -> Int {
        var (waves, rows) = ((shards + width - 1) / width, width)
        while waves > 1 {
            waves = (waves + 1) / 2
            rows += 1
        }
        return min(rows, shards)
    }

    /// The different numbers of shards that are computed together.
    func jobs(of shards: Int) -> [Int] { [min(width, shards), shards % width].filter { $0 > 0 } }

    /// Adds up the gradients of some shards in the first row. Allocates nothing.
    ///
    /// Before wave w there is a row for each 1 in the binary digits of w, that of the largest subtree first; after it so many carry as w has
    /// ones at its end.
    /// - Parameters:
    ///   - compute: gradients of a range of shards, into the rows from one on
    ///   - add: the rows of a range, into its first
    func sum(
        _ shards: Int, compute: (_ shards: Range<Int>, _ row: Int) -> Void, add: (_ rows: Range<Int>) -> Void
    ) {
        let waves = (shards + width - 1) / width
        for wave in 0..<waves {
            let range = wave * width..<min((wave + 1) * width, shards)
            let row = wave.nonzeroBitCount
            compute(range, row)
            add(row..<row + range.count)
            for carry in 0..<(wave + 1).trailingZeroBitCount { add(row - carry - 1..<row - carry + 1) }
        }
        // What has no partner goes up as it is.
        for row in (1..<max(1, waves.nonzeroBitCount)).reversed() { add(row - 1..<row + 1) }
    }
}
