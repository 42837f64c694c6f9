import Kernels
import VAECore

/// One image on its way to being completed.
struct CompletionTask {
    private let model: VariationalAutoencoder
    private let image: [Float]
    private let missing: [Bool]
    private let seen, hidden: [Int]
    private let options: CompletionOptions
    /// What names its random numbers beside the seed.
    private let item: Int
    private let threads: Int
    private let likelihood: any ValuewiseLikelihood

    private var latentSize: Int { model.configuration.latentSize }
    /// Kernels of a proposal.
    private static let kernels = 64
    /// Rounds of weighing that say where to draw in the end.
    private static let pilots = 8
    /// Draws that must count, tempered, for their covariance to be used.
    private static let fewest = 32.0
    private static let mostDimensions = 2048
    /// Images that are decoded at once where all are not wanted together.
    private static let decodedAtOnce = 256

    /// The parts of a completion that draw numbers. Numbers of a seed: never renumber.
    private enum Stage: Int {
        case start = 0, proposals = 3, choice = 4, values = 5
        /// The first of the pilots, and of the sweeps.
        case pilots = 8
        case sweeps = 16
    }

    init(
        model: VariationalAutoencoder, image: [Float], missing: [Bool], options: CompletionOptions, item: Int,
        threads: Int
    ) throws(VAEError) {
        guard missing.count == image.count else {
            throw VAEError(
                .invalidArgument, "mask", "has another size than the image",
                expected: "\(image.count) values", found: "\(missing.count)")
        }
        let latentSize = model.configuration.latentSize
        guard latentSize <= Self.mostDimensions else {
            throw VAEError(
                .invalidArgument, "model", "has too many latent dimensions for a covariance of them",
                expected: "at most \(Self.mostDimensions)", found: "\(latentSize)")
        }
        (self.model, self.image, self.missing, self.options) = (model, image, missing, options)
        (self.item, self.threads) = (item, threads)
        seen = missing.indices.filter { !missing[$0] }
        hidden = missing.indices.filter { missing[$0] }
        guard !seen.isEmpty, !hidden.isEmpty else {
            throw VAEError(
                .invalidArgument, "mask", seen.isEmpty ? "leaves nothing to see" : "leaves nothing out",
                expected: "some values that are missing and some that are not",
                advice: seen.isEmpty ? "Draw from the prior: sample." : "Encode and decode: reconstruct.")
        }
        let configuration = model.configuration
        guard let likelihood = model.network.topology.likelihood as? any ValuewiseLikelihood else {
            throw VAEError(
                .invalidArgument, "likelihood",
                "does not tell the probability of some values alone",
                expected: "one of values that are independent given z",
                found: configuration.likelihood.name, advice: "Train with another --likelihood.")
        }
        self.likelihood = likelihood
    }

    func run() throws(VAEError) -> Completion {
        let posteriors = try chains()
        let means = posteriors.mean.map(Double.init)
        let variances = posteriors.logVariance.map { Elementary.exp(Double($0)) }
        func proposal(_ kernels: LatentProposal.Kernels?) -> LatentProposal {
            LatentProposal(latentSize: latentSize, means: means, variances: variances, kernels: kernels)
        }
        var current = proposal(nil)
        for pilot in 0..<Self.pilots {
            let epoch = Stage.pilots.rawValue + pilot
            let count = max(options.proposals / 4, 16)
            let draws = try weigh(current, count, epoch: epoch)
                .tempered(to: min(Self.fewest, Double(count) / 4))
            var stream = stream(.choice, epoch)
            let chosen = draws.resampled(Self.kernels, uniform: Double(stream.uniform()))
            current = proposal(.init(draws, chosen: chosen, posteriorVariances: variances) ?? current.kernels)
        }
        return try completion(of: weigh(current, options.proposals, epoch: Stage.proposals.rawValue))
    }

    /// q(z|x̂) of the image as each chain has filled it in the end.
    private func chains() throws(VAEError) -> Encoding {
        var latents = (0..<options.chains).flatMap { chain in
            var stream = stream(.start, chain)
            return normals(&stream)
        }
        var encoding = try encode(latents)
        for sweep in 0..<options.sweeps {
            latents = (0..<options.chains).flatMap { chain in
                var stream = RandomStream(
                    seed: options.seed, purpose: .completion, epoch: Stage.sweeps.rawValue + sweep,
                    item: item * options.chains + chain)
                return zip(normals(&stream), chain * latentSize..<(chain + 1) * latentSize).map { noise, at in
                    encoding.mean[at]
                        + Float(Elementary.exp(0.5 * Double(encoding.logVariance[at]))) * noise
                }
            }
            encoding = try encode(latents)
        }
        return encoding
    }

    /// Encodes the image, filled in from each of some latents.
    private func encode(_ latents: [Float]) throws(VAEError) -> Encoding {
        var values = try model.decode(latents, threads: threads)
        for start in stride(from: 0, to: values.count, by: image.count) {
            for place in seen { values[start + place] = image[place] }
        }
        let shape = model.configuration.imageShape
        // What has levels is encoded at levels, as it was trained: chains are a proposal, and need no more.
        guard !model.configuration.likelihood.isOfBytes else {
            let pixels = values.map { UInt8(min(max($0, 0), 1) * 255 + 0.5) }
            return try model.encode(ImageSet(shape: shape, pixels: pixels), threads: threads)
        }
        return try model.encode(ImageSet(shape: shape, unbounded: .floats(values)), threads: threads)
    }

    /// Draws of a proposal with their weights p(x_seen|z) p(z) / q(z).
    private func weigh(
        _ proposal: LatentProposal, _ count: Int, epoch: Int
    ) throws(VAEError) -> WeighedLatents {
        let latents = (0..<count).flatMap { draw in
            var stream = RandomStream(
                seed: options.seed, purpose: .completion, epoch: epoch, item: item * count + draw)
            return proposal.draw(from: &stream)
        }
        let losses = try model.seenLosses(likelihood, latents, image: image, at: seen, threads: threads)
        let logWeights = losses.enumerated().map { draw, loss in
            let z = latents[draw * latentSize..<(draw + 1) * latentSize]
            return LatentProposal.logPrior(z.lazy.map { Double($0) }) - proposal.logDensity(z) - loss
        }
        return try WeighedLatents(latents, logWeights: logWeights, latentSize: latentSize)
    }

    private func completion(of draws: WeighedLatents) throws(VAEError) -> Completion {
        var choice = stream(.choice, 0)
        let inOrder = draws.resampled(options.count, uniform: Double(choice.uniform()))
        // The first of them are then as good as any.
        let chosen = choice.permutation(of: options.count).map { inOrder[Int($0)] }
        let latents = chosen.flatMap { draws.latents[$0 * latentSize..<($0 + 1) * latentSize] }
        var images = try model.decode(latents, threads: threads)
        let parameters = model.weights.filter { $0.name.hasPrefix("decoder.") }
        let own = likelihood.parameters.flatMap { parameter in
            parameters.first { $0.name == "decoder.\(parameter.name)" }?.values ?? []
        }
        let outputs = options.drawsValues ? try model.outputs(latents, threads: threads) : []
        let each = likelihood.outputsPerValue
        for draw in 0..<options.count {
            let start = draw * image.count
            for place in seen { images[start + place] = image[place] }
            guard options.drawsValues else { continue }
            var stream = stream(.values, draw)
            for place in hidden {
                images[start + place] = likelihood.draw(
                    around: images[start + place],
                    output: outputs[(start + place) * each..<(start + place + 1) * each], at: place,
                    parameters: own, from: &stream)
            }
        }
        let (mean, deviation) = try moments(of: draws)
        return Completion(
            latentSize: latentSize, latents: latents, images: images, mean: mean, deviation: deviation,
            logLikelihood: draws.logMean, effectiveCount: draws.effectiveCount, proposals: options.proposals)
    }

    /// The weighted mean and standard deviation of the decoder's means.
    private func moments(of draws: WeighedLatents) throws(VAEError) -> (mean: [Float], deviation: [Float]) {
        var sums = [Double](repeating: 0, count: image.count)
        var squares = sums
        // A draw of less weight does not change the seventh digit, all of them together.
        let least = 1e-8 / Double(draws.weights.count)
        let counted = draws.weights.indices.filter { draws.weights[$0] > least }
        let total = counted.reduce(0) { $0 + draws.weights[$1] }
        // Squares about a first guess: those about 0 would lose digits.
        var origin: [Float] = []
        for start in stride(from: 0, to: counted.count, by: Self.decodedAtOnce) {
            let part = counted[start..<min(start + Self.decodedAtOnce, counted.count)]
            let values = try model.decode(
                part.flatMap { draws.latents[$0 * latentSize..<($0 + 1) * latentSize] }, threads: threads)
            if origin.isEmpty { origin = Array(values.prefix(image.count)) }
            for (position, index) in part.enumerated() {
                let weight = draws.weights[index] / total
                for place in hidden {
                    let difference = Double(values[position * image.count + place]) - Double(origin[place])
                    sums[place] += weight * difference
                    squares[place] += weight * difference * difference
                }
            }
        }
        var (mean, deviation) = (image, [Float](repeating: 0, count: image.count))
        for place in hidden {
            mean[place] = Float(Double(origin[place]) + sums[place])
            deviation[place] = Float(max(squares[place] - sums[place] * sums[place], 0).squareRoot())
        }
        return (mean, deviation)
    }

    private func stream(_ stage: Stage, _ number: Int) -> RandomStream {
        // Draws and chains of one image, and of the next.
        RandomStream(
            seed: options.seed, purpose: .completion, epoch: stage.rawValue,
            item: item * max(options.count, options.chains, Self.kernels) + number)
    }

    private func normals(_ stream: inout RandomStream) -> [Float] {
        var values: [Float] = []
        while values.count < latentSize {
            let pair = stream.normalPair()
            values += [pair.x, pair.y]
        }
        return Array(values.prefix(latentSize))
    }
}
