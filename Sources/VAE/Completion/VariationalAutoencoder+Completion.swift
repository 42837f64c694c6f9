import Kernels
import VAECore

extension VariationalAutoencoder {
    /// Draws of what an image has where it was not seen: p(x_missing|x_seen), by importance resampling.
    ///
    /// Chains begin at draws of the prior and take turns: what is missing is filled in from z, and z drawn from q(z|x̂) of the filled
    /// image (Rezende, Mohamed and Wierstra 2014, "Stochastic Backpropagation", appendix F). These chains have the right mean of x only
    /// about; they are no more than a proposal. z is then drawn from a mixture of their posteriors, the same widened, kernels around
    /// draws that eight rounds before found good, and the prior; each is weighed by p(x_seen|z) p(z) / q(z) with the exact density
    /// q of the mixture, and drawn again by its weight. So the draws are right as `proposals` grows, whatever the chains did, and
    /// ``Completion/effectiveCount`` says how far they are.
    ///
    /// - Parameters:
    ///   - images: of the model's shape
    ///   - index: which of them
    ///   - missing: (height, width, channels), true for what is not known; those values of the image are not read
    ///   - options: numbers of draws, and the seed: draws are named by it and by `index`
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when the images do not have the model's shape, `missing` is of another size or holds no value or all
    ///   of them, an option is out of range, the likelihood ties values together, or z has more than 2048 dimensions; `invalidData` when no
    ///   weight is a finite number; `unavailable` when there is not memory enough.
    /// - Complexity: `chains · sweeps` encodings and decodings, and 4 · `proposals` decodings; O(`proposals` · d · (d + `chains`)) for d dimensions of z.
    /// - Precondition: `index` is in `0..<images.count`.
    public func complete(
        _ images: ImageSet, at index: Int = 0, missing: [Bool], options: CompletionOptions = .init(),
        threads: Int = Machine.physicalCores
    ) throws(VAEError) -> Completion {
        precondition((0..<images.count).contains(index), "image \(index) of \(images.count)")
        try configuration.check(images, "images")
        try options.check()
        guard configuration.prior.isStandard else {
            throw VAEError(
                .invalidArgument, "model",
                "has a prior that was trained, and proposals are made from N(0, I)",
                expected: "N(0, I) as the prior", found: configuration.prior.phrase)
        }
        let task = try CompletionTask(
            model: self, image: images.values(of: index..<index + 1).floats, missing: missing,
            options: options, item: index, threads: threads)
        return try task.run()
    }

    /// −ln p(x_seen|z) of one image for many z, in nats.
    /// - Parameters:
    ///   - latents: (n, latentSize)
    ///   - places: the values that are seen
    func seenLosses(
        _ likelihood: any ValuewiseLikelihood, _ latents: [Float], image: [Float], at places: [Int],
        threads: Int
    ) throws(VAEError) -> [Double] {
        let (latent, own) = (configuration.latentSize, network.topology.likelihoodParameters)
        let outputs = configuration.imageShape.count * likelihood.outputsPerValue
        let count = latents.count / latent
        var losses = [Double](repeating: 0, count: count)
        try withEngine(threads, count) { engine, weights in
            losses.withUnsafeMutableBufferPointer { losses in
                engine.forEachMicroBatch(of: count) { workspace, range in
                    let source = range.lowerBound * latent..<range.upperBound * latent
                    workspace.z.prefix(source.count).copy(from: latents.span.extracting(source))
                    engine.network.decode(weights, workspace, count: range.count)
                    for (position, draw) in range.enumerated() {
                        losses[draw] = likelihood.loss(
                            workspace.output[position * outputs..<(position + 1) * outputs], target: image,
                            at: places, parameters: weights.parameters[own])
                    }
                }
            }
        }
        return losses
    }
}
