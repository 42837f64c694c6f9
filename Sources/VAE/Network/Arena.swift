/// Places for regions of memory that are needed at different times: two that are never needed together may share floats.
///
/// Regions are placed from the largest to the smallest, each at the lowest offset where it meets no other of its time: within a few
/// percent of the least memory for chains of layers (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net
/// Inference", 2020, "greedy by size").
struct Arena {
    private struct Block {
        let count: Int
        let time: ClosedRange<Int>
        var offset = 0
    }

    private var blocks: [Block] = []

    /// Asks for a region of `count` floats from the first to the last moment of `time`.
    /// - Returns: its number
    mutating func reserve(_ count: Int, during time: ClosedRange<Int>) -> Int {
        // Each starts on a cache line of its own.
        blocks.append(Block(count: (count + 15) & ~15, time: time))
        return blocks.count - 1
    }

    /// Finds a place for all regions. O(n²·log n) for n regions.
    /// - Returns: the offset of each, and the floats of all together
    func place() -> (offsets: [Int], count: Int) {
        var placed: [Block] = []
        var offsets = [Int](repeating: 0, count: blocks.count)
        var total = 0
        let bySize = blocks.indices.sorted {
            (blocks[$1].count, $0) < (blocks[$0].count, $1)
        }
        for index in bySize {
            var block = blocks[index]
            // Those of its time, from the lowest on: the first gap that is wide enough.
            for other in placed.filter({ $0.time.overlaps(block.time) }).sorted(by: { $0.offset < $1.offset })
            {
                if other.offset >= block.offset + block.count { break }
                block.offset = max(block.offset, other.offset + other.count)
            }
            offsets[index] = block.offset
            total = max(total, block.offset + block.count)
            placed.append(block)
        }
        return (offsets, total)
    }
}
