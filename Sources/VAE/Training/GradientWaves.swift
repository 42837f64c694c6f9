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

    /// - Returns: nil where the shards are so few that each has a row of its own
    init?(shards: Int, threads: Int) {
        guard shards > Self.fewest else { return nil }
        var width = Self.fewest
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

    /// Adds up the gradients of some shards in the first row. Allocates nothing but the heights of some subtrees.
    /// - Parameters:
    ///   - compute: gradients of a range of shards, into the rows from one on
    ///   - add: the rows of a range, into its first
    func sum(
        _ shards: Int, compute: (_ shards: Range<Int>, _ row: Int) -> Void, add: (_ rows: Range<Int>) -> Void
    ) {
        // Waves of the subtree in each row, the largest first.
        var heights: [Int] = []
        for first in stride(from: 0, to: shards, by: width) {
            let wave = first..<min(first + width, shards)
            let row = heights.count
            compute(wave, row)
            add(row..<row + wave.count)
            heights.append(1)
            while let last = heights.last, heights.dropLast().last == last {
                add(heights.count - 2..<heights.count)
                heights.removeLast()
                heights[heights.count - 1] = 2 * last
            }
        }
        // What has no partner goes up as it is.
        while heights.count > 1 {
            add(heights.count - 2..<heights.count)
            heights.removeLast()
        }
    }
}
