import Kernels
import VAECore

/// The integrals of a number of images that share a grid's decodings.
struct QuadratureTask {
    private let images: ImageSet
    private let posterior: Encoding
    private let grid: LatentGrid
    private var sums: BlockSums
    private var integrals: [LatentIntegral] = []
    private var points = 0

    /// The first grid's part of the progress that is reported.
    private static let firstShare = 0.5

    init(_ images: ImageSet, _ posterior: Encoding, _ grid: LatentGrid, _ sums: BlockSums) {
        (self.images, self.posterior, self.grid, self.sums) = (images, posterior, grid, sums)
    }

    var result: LatentQuadrature {
        LatentQuadrature(values: integrals.map(\.total), errors: integrals.map(\.error), points: points)
    }

    mutating func run(onProgress: (Double) throws -> Void) throws {
        try measureFirstGrid { try onProgress(Self.firstShare * $0) }
        var (level, share) = (0, Self.firstShare)
        while try refine(level, onProgress: { try onProgress(share + 0.5 * (1 - share) * $0) }) {
            level += 1
            share += 0.5 * (1 - share)
        }
    }

    /// The blocks of level 0 for all images, and where q(z|x) lies outside of them those around its mean.
    private mutating func measureFirstGrid(_ onProgress: (Double) throws -> Void) throws {
        let blocks = grid.blocks
        var found = [Float](repeating: 0, count: images.count * blocks.count)
        for start in stride(from: 0, to: blocks.count, by: sums.blocksAtOnce) {
            try onProgress(Double(start) / Double(blocks.count))
            let some = Array(blocks[start..<min(start + sums.blocksAtOnce, blocks.count)])
            decode(some)
            sums.sums(
                0..<images.count, blocks: some.count, into: &found, rowLength: blocks.count, column: start)
        }
        var outside: [LatentGrid.Block: [Int]] = [:]
        for image in 0..<images.count {
            guard let own = grid.block(at: mean(image), level: 0) else { continue }
            for block in grid.neighbours(of: own) where !grid.covers(block) {
                outside[block, default: []].append(image)
            }
        }
        var others = [[LatentIntegral.Leaf]](repeating: [], count: images.count)
        for (block, image, sum) in try measure(outside, onProgress: { _ in }) {
            others[image].append(leaf(block, image, sum))
        }
        integrals = (0..<images.count).map { image in
            let row = image * blocks.count
            return LatentIntegral(
                blocks.indices.map { leaf(blocks[$0], image, Double(found[row + $0])) } + others[image])
        }
    }

    /// Halves the blocks of a level that need it.
    /// - Returns: whether there were any
    private mutating func refine(_ level: Int, onProgress: (Double) throws -> Void) throws -> Bool {
        let open = integrals.map { $0.open(level) }
        var wanted: [LatentGrid.Block: [Int]] = [:]
        for (image, blocks) in open.enumerated() {
            for block in blocks {
                for child in grid.children(of: block) { wanted[child, default: []].append(image) }
            }
        }
        guard !wanted.isEmpty else { return false }
        var finer = [[LatentIntegral.Leaf]](repeating: [], count: images.count)
        for (block, image, sum) in try measure(wanted, onProgress: onProgress) {
            finer[image].append(leaf(block, image, sum))
        }
        for image in integrals.indices where !open[image].isEmpty {
            integrals[image].replace(open[image], at: level, by: finer[image])
        }
        return true
    }

    /// Sums blocks for some images each, in the order of the blocks and of the images.
    private mutating func measure(
        _ wanted: [LatentGrid.Block: [Int]], onProgress: (Double) throws -> Void
    ) throws -> [(block: LatentGrid.Block, image: Int, sum: Double)] {
        var measured: [(block: LatentGrid.Block, image: Int, sum: Double)] = []
        let blocks = wanted.keys.sorted()
        for start in stride(from: 0, to: blocks.count, by: sums.blocksAtOnce) {
            try onProgress(Double(start) / Double(blocks.count))
            let some = Array(blocks[start..<min(start + sums.blocksAtOnce, blocks.count)])
            decode(some)
            let jobs = some.enumerated().flatMap { number, block in
                let images = wanted[block] ?? []
                return stride(from: 0, to: images.count, by: BlockSums.imagesAtOnce).map { first in
                    BlockSums.Job(
                        block: number,
                        images: Array(images[first..<min(first + BlockSums.imagesAtOnce, images.count)]))
                }
            }
            for (job, found) in zip(jobs, sums.sums(jobs)) {
                measured += zip(job.images, found).map { (some[job.block], $0, $1) }
            }
        }
        return measured
    }

    private mutating func decode(_ blocks: [LatentGrid.Block]) {
        sums.decode(blocks)
        points += blocks.count * LatentGrid.pointsPerBlock
    }

    private func mean(_ image: Int) -> [Double] {
        (0..<grid.size).map { Double(posterior.mean[image * grid.size + $0]) }
    }

    private func leaf(_ block: LatentGrid.Block, _ image: Int, _ sum: Double) -> LatentIntegral.Leaf {
        let isCoarse = (0..<grid.size).contains { axis in
            let logVariance = Double(posterior.logVariance[image * grid.size + axis])
            return grid.spacing(axis, block.level) > Elementary.exp(0.5 * logVariance)
        }
        return LatentIntegral.Leaf(
            block: block, sum: sum,
            holdsMean: isCoarse && grid.block(at: mean(image), level: block.level) == block)
    }
}
