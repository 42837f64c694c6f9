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
            subtitle: "model of \(name.title): decoder means at \(counted(options.samples, "draw")) of "
                + "codes, each given its left and upper neighbour, seed \(options.seed)")
    }

    /// What each code stands for, in the order of their use: the mean of what test images have where they are given it, three positions high and
    /// wide; of codes without a place in the picture what the decoder makes of it in the middle of the most used one.
    func codes() throws(VAEError) -> SampleGrid {
        guard let codebook = model.configuration.codebook, let grid = model.codeGrid else {
            throw VAEError(
                .invalidArgument, "codes", "are what the picture shows, and the model has Gaussian latents",
                expected: "a model with a codebook")
        }
        let codes = try model.codes(of: test, threads: threads)
        let usage = codes.usage(of: codebook.size)
        let order = (0..<codebook.size).sorted { (usage.counts[$1], $0) < (usage.counts[$0], $1) }
        let shown = Array(order.prefix(Self.mostCodes).filter { usage.counts[$0] > 0 })
        let hasPlaces = grid.height > 1 && grid.width > 1
        return try SampleGrid(
            images: hasPlaces ? patches(codes, shown) : decoded(shown, on: order[0], grid),
            title:
                "\(usage.used) of \(codebook.size) codes used, perplexity \(Words.number(usage.perplexity, 1))",
            subtitle: "\(name.title): "
                + (hasPlaces
                    ? "the mean of what is around a code's places in \(grouped(Double(test.count))) test \(noun)s"
                    : "each code in the middle of the most used one, decoded") + ", by use"
                + (shown.count < usage.used ? "; the first \(shown.count)" : ""))
    }

    /// The means of the test images around the places of each of some codes.
    private func patches(_ codes: ImageCodes, _ shown: [Int]) throws(VAEError) -> FloatImages {
        let shape = test.shape
        let (rows, columns) = (shape.height / codes.height, shape.width / codes.width)
        let patch = ImageShape(height: 3 * max(rows, 1), width: 3 * max(columns, 1), channels: shape.channels)
        var ranks = [Int: Int]()
        for (rank, code) in shown.enumerated() { ranks[code] = rank }
        var (sums, counts) = (
            [Double](repeating: 0, count: shown.count * patch.count),
            [Double](repeating: 0, count: shown.count)
        )
        for image in 0..<min(codes.count, Self.mostImages) {
            let values = try test.values(of: image..<image + 1).floats
            for position in 0..<codes.positions {
                guard let rank = ranks[Int(codes.numbers[image * codes.positions + position])] else {
                    continue
                }
                counts[rank] += 1
                let top = (position / codes.width - 1) * rows
                let left = (position % codes.width - 1) * columns
                for y in max(0, -top)..<min(patch.height, shape.height - top) {
                    for x in max(0, -left)..<min(patch.width, shape.width - left) {
                        for channel in 0..<shape.channels {
                            let source = ((top + y) * shape.width + left + x) * shape.channels + channel
                            let target = (rank * patch.height + y) * patch.width + x
                            sums[target * shape.channels + channel] += Double(values[source])
                        }
                    }
                }
            }
        }
        return try FloatImages(
            shape: patch, values: sums.enumerated().map { Float($1 / max(counts[$0 / patch.count], 1)) })
    }

    /// Each code in the middle of a row of another, decoded.
    private func decoded(
        _ shown: [Int], on ground: Int, _ grid: (height: Int, width: Int)
    ) throws(VAEError) -> FloatImages {
        let middle = grid.height / 2 * grid.width + grid.width / 2
        let numbers = shown.flatMap { code in
            (0..<grid.height * grid.width).map { UInt16($0 == middle ? code : ground) }
        }
        let codes = ImageCodes(height: grid.height, width: grid.width, numbers: numbers)
        return try FloatImages(shape: test.shape, values: model.decode(codes, threads: threads))
    }

    /// Images whose patches are averaged: more change no mean that one sees.
    private static let mostImages = 10_000
    private static let mostCodes = 1024
}
