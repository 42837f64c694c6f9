import Kernels
import VAECore

/// The integral of p(z)·p(x|z) over blocks of a grid, for many images at once.
///
/// What the decoder gives at a point does not depend on the image, so that a block is decoded once for all of them. For a Bernoulli likelihood
/// ln p(x|z) = Σ l·x − Σ ln(1 + eˡ), with the logits l of the point: for all images and points one product of matrices.
struct BlockSums {
    private let engine: Engine
    private let weights: Weights
    private let grid: LatentGrid
    private let prior: PriorComponents
    private let images: ImageSet
    /// The class that images and points have, by its place among the model's.
    private let classIndex: Int?
    /// Blocks that are decoded together.
    let blocksAtOnce: Int
    private let outputs, zeros, normalizers, scratch: FloatStorage
    /// ln p(z) of each point that was decoded.
    private var logPriors: [Double] = []
    private var levels: [Int] = []

    /// Images that go through a product together.
    static let imagesAtOnce = 128
    /// Floats of the decoder's output that are kept: 16 MiB.
    private static let room = 4 << 20
    /// Terms that are so much smaller than the largest, in nats, add nothing to a Double.
    private static let negligible = -40.0

    /// A block that was decoded, by its number among them, and the images that are summed over it.
    struct Job: Sendable {
        let block: Int
        let images: [Int]
    }

    init(
        _ engine: Engine, _ weights: Weights, _ grid: LatentGrid, _ prior: PriorComponents,
        _ images: ImageSet, classIndex: Int?
    ) throws(VAEError) {
        (self.engine, self.weights, self.grid) = (engine, weights, grid)
        (self.prior, self.images, self.classIndex) = (prior, images, classIndex)
        let points = LatentGrid.pointsPerBlock
        let values = images.shape.count
        let width = values * engine.network.topology.likelihood.outputsPerValue
        blocksAtOnce = max(1, min(64, Self.room / (points * width)))
        let rows = blocksAtOnce * points
        let perWorker = (max(Self.imagesAtOnce, points) * values) + (Self.imagesAtOnce + 1) * points
        let workers = engine.pool.count
        func storage(_ count: Int) throws(VAEError) -> FloatStorage {
            try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: count) }
        }
        outputs = try storage(rows * width)
        zeros = try storage(values * points)
        normalizers = try storage(rows)
        scratch = try storage(workers * perWorker)
    }

    private var likelihood: any PixelLikelihood { engine.network.topology.likelihood }
    private var width: Int { images.shape.count * likelihood.outputsPerValue }

    /// Decodes the points of some blocks, `blocksAtOnce` at most, for `sums`.
    mutating func decode(_ blocks: [LatentGrid.Block]) {
        let points = blocks.flatMap { grid.points(of: $0) }
        let (size, width, each) = (grid.size, width, LatentGrid.pointsPerBlock)
        let (outputs, classes) = (outputs.region, engine.network.configuration.classes.count)
        engine.forEachMicroBatch(of: blocks.count * each) { workspace, range in
            let source = range.lowerBound * size..<range.upperBound * size
            workspace.z.prefix(source.count).copy(from: points.span.extracting(source))
            if let classIndex {
                for position in range.indices {
                    workspace.setClass(classIndex, of: classes, at: position - range.lowerBound)
                }
            }
            engine.network.decode(weights, workspace, count: range.count)
            outputs[range.lowerBound * width..<range.upperBound * width].copy(
                from: workspace.output.prefix(range.count * width))
        }
        logPriors = (0..<blocks.count * each).map { prior.logDensity(points[$0 * size..<($0 + 1) * size]) }
        levels = blocks.map(\.level)
        guard likelihood is Bernoulli else { return }
        // Of black images −ln p is what does not depend on the image.
        let (zeros, normalizers) = (zeros.region, normalizers.region)
        engine.pool.run(parts: blocks.count) { _, block in
            Bernoulli.loss(
                logits: outputs[block * each * width..<(block + 1) * each * width], targets: zeros,
                count: each, losses: normalizers[block * each..<(block + 1) * each], gradient: nil, scale: 1)
        }
    }

    /// ln of the integral over each job's block for each of its images. The jobs' images are cut into parts of `imagesAtOnce` at most already.
    func sums(_ jobs: [Job]) -> [[Double]] {
        var results = [[Double]](repeating: [], count: jobs.count)
        results.withUnsafeMutableBufferPointer { results in
            engine.pool.run(parts: jobs.count) { worker, part in
                let job = jobs[part]
                load(job.images, worker)
                results[part] = integrals(of: job, worker)
            }
        }
        return results
    }

    /// The same for a range of images and all blocks that were decoded, (images, blocks).
    func sums(_ range: Range<Int>, blocks: Int, into results: inout [Float], rowLength: Int, column: Int) {
        let parts = (range.count + Self.imagesAtOnce - 1) / Self.imagesAtOnce
        results.withUnsafeMutableBufferPointer { results in
            engine.pool.run(parts: parts) { worker, part in
                let start = range.lowerBound + part * Self.imagesAtOnce
                let some = Array(start..<min(start + Self.imagesAtOnce, range.upperBound))
                load(some, worker)
                for block in 0..<blocks {
                    let found = integrals(of: Job(block: block, images: some), worker)
                    for (image, value) in zip(some, found) {
                        results[(image - range.lowerBound) * rowLength + column + block] = Float(value)
                    }
                }
            }
        }
    }

    private func share(_ worker: Int) -> FloatRegion {
        let count = scratch.region.count / engine.pool.count
        return scratch.region[worker * count..<(worker + 1) * count]
    }

    /// Brings images into a worker's scratch.
    private func load(_ positions: [Int], _ worker: Int) {
        guard likelihood is Bernoulli else { return }
        let (own, values) = (share(worker), images.shape.count)
        for (row, image) in positions.enumerated() {
            engine.failure.catching { () throws(VAEError) in
                try images.load(image..<image + 1, into: own[row * values..<(row + 1) * values])
            }
        }
    }

    private func integrals(of job: Job, _ worker: Int) -> [Double] {
        let (own, values, each) = (share(worker), images.shape.count, LatentGrid.pointsPerBlock)
        let output = outputs.region[job.block * each * width..<(job.block + 1) * each * width]
        let place = max(Self.imagesAtOnce, each) * values
        let volume = grid.logVolume(levels[job.block])
        let first = job.block * each
        if likelihood is Bernoulli {
            let products = own[place..<place + job.images.count * each]
            multiply(
                Matrix(own.prefix(job.images.count * values), rows: job.images.count, columns: values),
                Matrix(output, rows: each, columns: values).transposed,
                into: Matrix(products, rows: job.images.count, columns: each))
            return job.images.indices.map { row in
                volume
                    + logSum { point in
                        Double(products[row * each + point]) - Double(normalizers.region[first + point])
                            + logPriors[first + point]
                    }
            }
        }
        let (targets, losses) = (own.prefix(each * values), own[place..<place + each])
        return job.images.map { image in
            for row in 0..<each {
                let target = targets[row * values..<(row + 1) * values]
                guard row == 0 else {
                    target.copy(from: targets.prefix(values))
                    continue
                }
                engine.failure.catching { () throws(VAEError) in
                    try images.load(image..<image + 1, into: target)
                }
            }
            likelihood.loss(
                output, targets: targets,
                parameters: weights.parameters[engine.network.topology.likelihoodParameters], count: each,
                losses: losses, gradient: nil)
            return volume + logSum { logPriors[first + $0] - Double(losses[$0]) }
        }
    }

    /// ln Σ eᵗ over a block's points.
    private func logSum(_ term: (_ point: Int) -> Double) -> Double {
        var largest = -Double.infinity
        for point in 0..<LatentGrid.pointsPerBlock {
            let value = term(point)
            if value.isNaN { return value }
            largest = max(largest, value)
        }
        guard largest.isFinite else { return largest }
        var sum = 0.0
        for point in 0..<LatentGrid.pointsPerBlock {
            let distance = term(point) - largest
            if distance > Self.negligible { sum += Elementary.exp(distance) }
        }
        return largest + Elementary.log(sum)
    }
}
