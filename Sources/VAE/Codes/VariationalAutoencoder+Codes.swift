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
