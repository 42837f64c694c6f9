import Kernels
import VAECore

/// ln p(x) of images as integrals over the whole latent space.
package struct LatentQuadrature: Sendable, Equatable {
    /// ln p(x) of the images that were measured: all, or the first ones.
    package var values: [Double] = []
    /// A bound of each one's error, in nats.
    package var errors: [Double] = []
    /// Decodings.
    package var points = 0
}

extension VariationalAutoencoder {
    /// Whether ln p(x) can be integrated: a latent space of 1 to 3 Gaussian dimensions.
    package var hasQuadrature: Bool {
        !configuration.isQuantized && configuration.latentSize <= LatentGrid.mostDimensions
    }

    /// Floating-point operations of a decoding and of a point's likelihood for one image, about.
    private var costs: (decoding: Double, pair: Double) {
        let (topology, values) = (network.topology, Double(configuration.imageShape.count))
        let pair = topology.likelihood is Bernoulli ? 2 : 30 * Double(topology.likelihood.outputsPerValue)
        return (Double(topology.forwardFlop(topology.decoder)) + 100 * values, pair * values)
    }

    /// Integrates p(z)·p(x|z) over z for every image: by the midpoint rule on a grid over the prior's mass, which is refined for each image where the
    /// integrand is until halving the distances changes ln p(x) by no more than a hundredth of a nat.
    ///
    /// Modes that the encoder does not know are found as well as those that it does. What can't be seen is a mode that is both narrower than a tenth of the
    /// distance between the first grid's points, lies between them, and away from the encoder's mean.
    ///
    /// - Parameters:
    ///   - images: of the model's shape
    ///   - operations: floating-point operations after which no more images are begun, but for the first hundred; nil for all images
    ///   - threads: workers; the bits of the result do not depend on it
    ///   - onProgress: called with the share that is done, on the calling thread; what it throws ends the work
    /// - Throws: `invalidArgument` when the model has more dimensions, or the images do not have its shape or are none; `unavailable` when there is not memory
    ///   enough; `CancellationError` when the surrounding task is cancelled.
    /// - Complexity: some ten thousand decodings, (two dimensions), as many likelihoods an image, and a few hundred decodings an image at most.
    package func quadrature(
        of images: ImageSet, operations: Double? = nil, threads: Int = Machine.physicalCores,
        onProgress: (_ share: Double) throws -> Void = { _ in }
    ) throws -> LatentQuadrature {
        guard hasQuadrature else {
            throw VAEError(
                .invalidArgument, "latent size", "is too large for quadrature",
                expected: "1 to \(LatentGrid.mostDimensions) Gaussian dimensions",
                found: "\(configuration.latentSize)", advice: "Draw instead.")
        }
        try configuration.check(images, "images")
        let prior = try prior(threads: threads)
        let grid = LatentGrid(prior)
        let first = Double(grid.blocks.count * LatentGrid.pointsPerBlock)
        // Images whose sums over the first grid are kept at once, and that the operations allow for.
        var slab = max(Self.fewestImages, Self.sumsAtOnce / grid.blocks.count)
        if let operations {
            let affordable = max(0, operations - first * costs.decoding) / (first * costs.pair)
            slab = max(Self.fewestImages, min(slab, Int(min(affordable, 1e9))))
        }
        var (result, spent) = (LatentQuadrature(), 0.0)
        for start in stride(from: 0, to: images.count, by: slab) {
            let part = images.slice(start..<min(start + slab, images.count))
            // As much again as the last ones took must be left.
            if let operations, start > 0, spent * (1 + Double(slab) / Double(start)) > operations { break }
            let before = result.points
            let found = try integrals(of: part, grid, prior, threads) { share in
                try onProgress((Double(start) + share * Double(part.count)) / Double(images.count))
            }
            result.values += found.values
            result.errors += found.errors
            result.points += found.points
            spent += Double(result.points - before) * costs.decoding + first * costs.pair * Double(part.count)
        }
        return result
    }

    /// Sums over blocks of the first grid that are kept: 64 MiB of them.
    private static let sumsAtOnce = 16 << 20
    private static let fewestImages = 100

    /// Those of a conditional model class by class: what the decoder gives at a point depends on it.
    private func integrals(
        of images: ImageSet, _ grid: LatentGrid, _ prior: PriorComponents, _ threads: Int,
        _ onProgress: (Double) throws -> Void
    ) throws -> LatentQuadrature {
        guard configuration.isConditional, let labels = images.labels else {
            return try integrals(of: images, classIndex: nil, grid, prior, threads, onProgress)
        }
        var result = LatentQuadrature(
            values: [Double](repeating: 0, count: images.count),
            errors: [Double](repeating: 0, count: images.count))
        var done = 0
        for (index, label) in configuration.classes.enumerated() {
            let positions = labels.indices.filter { labels[$0] == label }
            guard !positions.isEmpty else { continue }
            let found = try integrals(
                of: images.selecting(positions), classIndex: index, grid, prior, threads
            ) { try onProgress((Double(done) + $0 * Double(positions.count)) / Double(images.count)) }
            for (place, position) in positions.enumerated() {
                result.values[position] = found.values[place]
                result.errors[position] = found.errors[place]
            }
            result.points += found.points
            done += positions.count
        }
        return result
    }

    private func integrals(
        of images: ImageSet, classIndex: Int?, _ grid: LatentGrid, _ prior: PriorComponents, _ threads: Int,
        _ onProgress: (Double) throws -> Void
    ) throws -> LatentQuadrature {
        let posterior = try encode(images, threads: threads)
        var outcome = Result<LatentQuadrature, any Error>.success(LatentQuadrature())
        // Points come in blocks of 64: enough of them for any number of workers.
        try withEngine(threads, 1 << 14) { engine, weights in
            outcome = Result {
                var task = try QuadratureTask(
                    images, posterior, grid,
                    BlockSums(engine, weights, grid, prior, images, classIndex: classIndex))
                try task.run { share in
                    try Task.checkCancellation()
                    try engine.failure.rethrow()
                    try onProgress(share)
                }
                return task.result
            }
        }
        return try outcome.get()
    }
}
