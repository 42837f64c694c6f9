import Kernels
import VAECore

/// q(z|x) of a number of images.
public struct Encoding: Sendable, Equatable {
    /// Dimensions of z.
    public let latentSize: Int
    /// (images, latentSize): the means.
    public let mean: [Float]
    /// (images, latentSize): the natural logarithms of the variances.
    public let logVariance: [Float]

    /// Images.
    public var count: Int { mean.count / latentSize }

    package init(latentSize: Int, mean: [Float], logVariance: [Float]) {
        (self.latentSize, self.mean, self.logVariance) = (latentSize, mean, logVariance)
    }
}

extension VariationalAutoencoder {
    /// The mean and log-variance of q(z|x) for every image.
    /// - Throws: `invalidArgument` when the images do not have the model's shape or are none.
    public func encode(_ images: ImageSet, threads: Int = Machine.physicalCores) throws(VAEError) -> Encoding
    {
        try demandGaussian("means and variances")
        try configuration.check(images, "images")
        let latent = configuration.latentSize
        let result = try Engine.allocate { () throws(OutOfMemory) in
            try FloatStorage(count: 2 * images.count * latent)
        }
        let (means, variances) = (
            result.region.prefix(images.count * latent),
            result.region[images.count * latent..<result.region.count]
        )
        try withEngine(threads, images.count) { engine, weights in
            engine.forEachMicroBatch(of: images.count) { workspace, range in
                engine.load(images, range, workspace)
                engine.network.encode(weights, workspace, count: range.count)
                let target = range.lowerBound * latent..<range.upperBound * latent
                means[target].copy(from: workspace.mean.prefix(target.count))
                variances[target].copy(from: workspace.logVariance.prefix(target.count))
            }
        }
        return withExtendedLifetime(result) {
            Encoding(latentSize: latent, mean: means.array(), logVariance: variances.array())
        }
    }

    /// The pixel means of p(x|z) that the decoder gives for latents.
    /// - Parameters:
    ///   - latents: (n, latentSize)
    ///   - classes: of a conditional model, a label for each point
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Returns: (n, height, width, channels); in [0, 1] with a Bernoulli likelihood, and about there with a Gaussian one
    /// - Throws: `invalidArgument` when `latents` is empty or not a whole number of points, a conditional model gets no classes or unknown
    ///   ones, or another model gets any.
    public func decode(
        _ latents: [Float], classes: [Int]? = nil, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Float] {
        try decode(
            latents, classRows: classRows(classes, count: latents.count / configuration.latentSize),
            threads: threads)
    }

    /// The same with (n, classes) numbers in place of labels: between two classes, what lies between their rows.
    package func decode(
        _ latents: [Float], classRows: [Float], threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Float] {
        try decode(latents, classRows, each: configuration.imageShape.count, threads: threads) {
            (network, workspace, count, target) in
            network.writeMeans(workspace, count: count, into: target)
        }
    }

    /// What the decoder gives for latents, from which p(x|z) is made.
    /// - Returns: (n, height, width, channels · the likelihood's outputs for a value)
    /// - Throws: as `decode`.
    package func outputs(
        _ latents: [Float], classes: [Int]? = nil, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Float] {
        let size = configuration.imageShape.count * network.topology.likelihood.outputsPerValue
        let rows = try classRows(classes, count: latents.count / configuration.latentSize)
        return try decode(latents, rows, each: size, threads: threads) { (_, workspace, count, target) in
            target.copy(from: workspace.output.prefix(count * size))
        }
    }

    /// Decodes latents, and has `write` take `size` numbers of each image from the workspaces.
    private func decode(
        _ latents: [Float], _ classRows: [Float], each size: Int, threads: Int,
        _ write: (Network, Workspace, Int, FloatRegion) -> Void
    ) throws(VAEError) -> [Float] {
        try demandGaussian("latents")
        let latent = configuration.latentSize
        guard !latents.isEmpty, latents.count.isMultiple(of: latent) else {
            throw VAEError(
                .invalidArgument, "latents", "are not a whole number of points",
                expected: "a positive multiple of \(latent)", found: "\(latents.count)")
        }
        let (count, width) = (latents.count / latent, configuration.classes.count)
        let result = try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: count * size) }
        try withEngine(threads, count) { engine, weights in
            engine.forEachMicroBatch(of: count) { workspace, range in
                let source = range.lowerBound * latent..<range.upperBound * latent
                workspace.z.prefix(source.count).copy(from: latents.span.extracting(source))
                let rows = range.lowerBound * width..<range.upperBound * width
                workspace.labels.prefix(rows.count).copy(from: classRows.span.extracting(rows))
                engine.network.decode(weights, workspace, count: range.count)
                write(
                    engine.network, workspace, range.count,
                    result.region[range.lowerBound * size..<range.upperBound * size])
            }
        }
        return result.region.array()
    }

    /// Every image encoded to its mean, or to its codes, and decoded again.
    /// - Returns: (n, height, width, channels), as `decode` has it
    /// - Throws: `invalidArgument` when the images do not have the model's shape or are none, `unavailable` when there is not memory
    ///   enough.
    public func reconstruct(_ images: ImageSet, threads: Int = Machine.physicalCores) throws(VAEError)
        -> [Float]
    {
        if configuration.isQuantized {
            return try decode(codes(of: images, threads: threads), threads: threads)
        }
        return try decode(
            encode(images, threads: threads).mean, classes: configuration.isConditional ? images.labels : nil,
            threads: threads)
    }

    /// Images decoded from `count` draws of the prior; by a conditional model of its classes in turn.
    /// - Returns: (count, height, width, channels), as `decode` has it
    /// - Throws: `invalidArgument` when `count` is not positive.
    public func sample(
        _ count: Int, seed: UInt64 = 0, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Float] {
        let latents = try priorLatents(count, seed: seed)
        let known = configuration.classes
        return try decode(
            latents, classes: known.isEmpty ? nil : (0..<count).map { known[$0 % known.count] },
            threads: threads)
    }

    /// The draws of the prior that `sample` decodes: (count, latentSize).
    /// - Throws: `invalidArgument` when `count` is not positive.
    package func priorLatents(_ count: Int, seed: UInt64) throws(VAEError) -> [Float] {
        try VAEError.require("samples", count, in: 1...)
        try demandGaussian("draws of the prior")
        return try priorDraws(Array(0..<count), seed: seed)
    }

    /// The two parts of the loss of every image.
    ///
    /// - Parameters:
    ///   - images: (n, height, width, channels) of the model's shape
    ///   - seed: names the draws
    ///   - draw: which of the draws that `seed` names; the first, 0, is that of a training's test loss
    ///   - sampling: draws z once an image, with noise fixed by `seed` and `draw`; false takes z = μ
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when the images do not have the model's shape or are none, `unavailable` when there is not memory
    ///   enough.
    /// - Complexity: an encoding and a decoding of every image.
    public func losses(
        of images: ImageSet, seed: UInt64 = 0, draw: Int = 0, sampling: Bool = true,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) -> ImageLosses {
        try configuration.check(images, "images")
        var result = ImageLosses(reconstruction: [], kl: [])
        try withEngine(threads, images.count) { engine, weights in
            result = engine.measure(
                images, weights, seed: seed, draw: draw, sampling: sampling, pause: {}, finish: { _ in })
        }
        return result
    }

    /// Lends `body` an engine and the model's weights.
    /// - Throws: `unavailable` when there is not memory enough; what reading images threw meanwhile.
    func withEngine(
        _ threads: Int, _ images: Int, _ body: (Engine, Weights) -> Void
    ) throws(VAEError) {
        let count = parameters.count + network.packedCount
        let engine = try Engine(
            network, threads: threads, parts: MicroBatches(0..<images, size: MicroBatch.usual).count,
            training: false, besides: count
        )
        let storage = try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: count) }
        let region = storage.region
        let weights = Weights(
            parameters: region.prefix(parameters.count), packed: region[parameters.count..<region.count])
        weights.parameters.copy(from: parameters.span)
        // A region does not keep its storage alive.
        withExtendedLifetime(storage) {
            engine.pack(weights)
            body(engine, weights)
        }
        try engine.failure.rethrow()
    }
}
