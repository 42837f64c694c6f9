import Kernels
import VAECore

extension VariationalAutoencoder {
    /// Rows and columns of an image's grid of codes: of a model without feature maps one row. nil for a model of Gaussian latents.
    public var codeGrid: (height: Int, width: Int)? {
        guard let layer = network.topology.quantisation else { return nil }
        let shape = layer.outputShape
        return shape.count == 3 ? (shape[0], shape[1]) : (1, layer.positions)
    }

    /// The codebook, (K, D); nil for a model of Gaussian latents.
    public var codes: [Float]? {
        guard network.topology.quantisation != nil else { return nil }
        let range = network.plan.nodes[network.topology.latent].parameters[0]
        return Array(parameters[range])
    }

    /// The codes that are nearest to what the encoder makes of each image.
    /// - Throws: `invalidArgument` when the model has no codebook, or the images do not have its shape or are none; `unavailable` when there is not
    ///   memory enough.
    public func codes(
        of images: ImageSet, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> ImageCodes {
        let (layer, grid) = try demandCodes()
        try configuration.check(images, "images")
        let positions = layer.positions
        let result = try Engine.allocate { () throws(OutOfMemory) in
            try FloatStorage(count: images.count * positions)
        }
        try withEngine(threads, images.count) { engine, weights in
            engine.forEachMicroBatch(of: images.count) { workspace, range in
                engine.load(images, range, workspace)
                engine.network.encode(weights, workspace, count: range.count)
                engine.network.sampleLatents(weights, workspace, count: range.count)
                result.region[range.lowerBound * positions..<range.upperBound * positions].copy(
                    from: workspace.nodes[engine.network.topology.latent].binding.kept.prefix(
                        range.count * positions))
            }
        }
        return ImageCodes(
            height: grid.height, width: grid.width, numbers: result.region.array().map { UInt16($0) })
    }

    /// The images that codes stand for, as `decode` has them.
    /// - Returns: (n, height, width, channels): means of p(x|z)
    /// - Throws: `invalidArgument` when the model has no codebook, the grid is another than its own or a number is none of its codes;
    ///   `unavailable` when there is not memory enough.
    public func decode(
        _ codes: ImageCodes, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Float] {
        let (layer, grid) = try demandCodes()
        guard codes.height == grid.height, codes.width == grid.width, codes.count > 0 else {
            throw VAEError(
                .invalidArgument, "codes", "are not of the model's grid",
                expected: "\(grid.height)×\(grid.width) codes an image",
                found: "\(codes.height)×\(codes.width), of \(codes.count) images")
        }
        if let other = codes.numbers.first(where: { $0 >= layer.size }) {
            throw VAEError(
                .invalidArgument, "codes", "have a number that is none of the codebook",
                expected: "0 to \(layer.size - 1)", found: "\(other)")
        }
        let (size, positions) = (configuration.imageShape.count, layer.positions)
        let numbers = codes.numbers.map { Float($0) }
        let result = try Engine.allocate { () throws(OutOfMemory) in
            try FloatStorage(count: codes.count * size)
        }
        try withEngine(threads, codes.count) { engine, weights in
            let table = weights.parameters[
                engine.network.plan.nodes[engine.network.topology.latent].parameters[0]]
            engine.forEachMicroBatch(of: codes.count) { workspace, range in
                let source = range.lowerBound * positions..<range.upperBound * positions
                let kept = workspace.nodes[engine.network.topology.latent].binding.kept
                kept.prefix(source.count).copy(from: numbers.span.extracting(source))
                layer.lookUp(kept.prefix(source.count), codes: table, into: workspace.z)
                engine.network.decode(weights, workspace, count: range.count)
                engine.network.writeMeans(
                    workspace, count: range.count,
                    into: result.region[range.lowerBound * size..<range.upperBound * size])
            }
        }
        return result.region.array()
    }

    /// The codes on the way from one image to another: those nearest to points of the straight line between what the encoder makes of the two, before
    /// it is rounded to codes. The first and the last are the images' own.
    ///
    /// - Parameters:
    ///   - ends: two images
    ///   - steps: points of the line, its ends included
    ///   - threads: workers; the codes do not depend on it
    /// - Throws: `invalidArgument` when the model has no codebook, the images do not have its shape or are not two, or there are fewer than two
    ///   steps; `unavailable` when there is not memory enough.
    public func codes(
        between ends: ImageSet, steps: Int, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> ImageCodes {
        let (layer, grid) = try demandCodes()
        try configuration.check(ends, "images")
        try VAEError.require("images", ends.count, in: 2...2)
        try VAEError.require("steps", steps, in: 2...)
        let (positions, size) = (layer.positions, layer.positions * layer.dimension)
        let (vectors, result) = try Engine.allocate { () throws(OutOfMemory) in
            (try FloatStorage(count: 2 * size), try FloatStorage(count: steps * positions))
        }
        try withEngine(threads, max(2, steps)) { engine, weights in
            engine.forEachMicroBatch(of: 2) { workspace, range in
                engine.load(ends, range, workspace)
                engine.network.encode(weights, workspace, count: range.count)
                vectors.region[range.lowerBound * size..<range.upperBound * size].copy(
                    from: workspace.mean.prefix(range.count * size))
            }
            let found = vectors.region.array()
            engine.forEachMicroBatch(of: steps) { workspace, range in
                let line = range.flatMap { step in
                    let share = Float(step) / Float(steps - 1)
                    return (0..<size).map { (1 - share) * found[$0] + share * found[size + $0] }
                }
                workspace.mean.prefix(line.count).copy(from: line.span)
                engine.network.sampleLatents(weights, workspace, count: range.count)
                result.region[range.lowerBound * positions..<range.upperBound * positions].copy(
                    from: workspace.nodes[engine.network.topology.latent].binding.kept.prefix(
                        range.count * positions))
            }
        }
        return ImageCodes(
            height: grid.height, width: grid.width, numbers: result.region.array().map { UInt16($0) })
    }

    /// - Throws: `invalidArgument` for a model of Gaussian latents.
    private func demandCodes() throws(VAEError) -> (Quantisation, (height: Int, width: Int)) {
        guard let layer = network.topology.quantisation, let codeGrid else {
            throw VAEError(
                .invalidArgument, "model", "has Gaussian latents, and no codes",
                expected: "a model with a codebook (vae-train --codes)")
        }
        return (layer, codeGrid)
    }

    /// - Throws: `invalidArgument` for a model with a codebook.
    func demandGaussian(_ what: String) throws(VAEError) {
        guard let codebook = configuration.codebook else { return }
        throw VAEError(
            .invalidArgument, what,
            "need a Gaussian z, and this model's z is made of codes",
            expected: "a model without a codebook", found: "\(codebook.size) codes",
            advice: "Take codes(of:), decode(_:) of ImageCodes, and a CodePrior.")
    }
}
