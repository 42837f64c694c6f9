import VAE
import VAECore
import VAEFigures

extension RunFigures {
    /// The prior of the model's codes, fitted to the training images unless it is known.
    private func prior() throws(VAEError) -> CodePrior {
        if let knownPrior { return knownPrior }
        let prior = try CodePrior(of: model, fittedTo: train, training: nil, threads: threads)
        knownPrior = prior
        return prior
    }

    /// Draws from the prior of codes.
    func samplesOfCodes() throws(VAEError) -> SampleGrid {
        let drawn = try prior().sample(options.samples, seed: options.seed)
        return try SampleGrid(
            images: FloatImages(shape: test.shape, values: model.decode(drawn, threads: threads)),
            title: "Draws from the prior of codes",
            subtitle: "model of \(name.title): decoder means at \(grouped(Double(options.samples))) draws of "
                + "codes, each given its left and upper neighbour, seed \(options.seed)")
    }

    /// Each code in the middle of a field of the most used one, decoded, in the order of their use.
    func codes() throws(VAEError) -> SampleGrid {
        guard let codebook = model.configuration.codebook, let grid = model.codeGrid else {
            throw VAEError(
                .invalidArgument, "codes", "are what the picture shows, and the model has Gaussian latents",
                expected: "a model with a codebook")
        }
        let usage = try model.codes(of: test, threads: threads).usage(of: codebook.size)
        let order = (0..<codebook.size).sorted { (usage.counts[$1], $0) < (usage.counts[$0], $1) }
        let shown = order.prefix(Self.mostCodes)
        // In the middle, on a ground of the code that is used most.
        let middle = grid.height / 2 * grid.width + grid.width / 2
        let numbers = shown.flatMap { code in
            (0..<grid.height * grid.width).map { UInt16($0 == middle ? code : order[0]) }
        }
        let images = try model.decode(
            ImageCodes(height: grid.height, width: grid.width, numbers: numbers), threads: threads)
        return try SampleGrid(
            images: FloatImages(shape: test.shape, values: images),
            title:
                "\(usage.used) of \(codebook.size) codes used, perplexity \(Words.number(usage.perplexity, 1))",
            subtitle:
                "\(name.title): each code in the middle of the most used one, decoded, in the order of their use by "
                + "\(grouped(Double(test.count))) test \(noun)s"
                + (shown.count < codebook.size ? "; the first \(shown.count)" : ""))
    }

    private static let mostCodes = 1024
}
