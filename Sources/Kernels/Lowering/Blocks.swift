/// The images of a call cut into the blocks that are lowered and multiplied at once.
struct Blocks: Sequence, IteratorProtocol {
    struct Block {
        let start: Int
        let count: Int
        let isLast: Bool

        /// The range of the block's images in a region with `size` values an image.
        func images(of size: Int) -> Range<Int> { start * size..<(start + count) * size }
    }

    private let total: Int
    private let step: Int
    private var start = 0

    init(_ count: Int, size: Int) {
        total = count
        step = size
    }

    mutating func next() -> Block? {
        guard start < total else { return nil }
        defer { start += step }
        return Block(start: start, count: Swift.min(step, total - start), isLast: start + step >= total)
    }
}
