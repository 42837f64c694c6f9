import Kernels
import VAECore

/// What a training needs for its codebook: the rule of the running means, and the vectors of a batch, from which codes begin again.
///
/// The sums m of the means lie where Adam has the first moment of other parameters, and the batch's sums where these have a gradient: so they
/// are kept in checkpoints, and added over shards, as all else is.
struct CodeTraining: Sendable {
    let running: RunningCodes
    /// The codes' place and that of their counts among all parameters.
    let codes, counts: Range<Int>
    /// Numbers of an image's vectors.
    private let vectorsOfImage: Int
    /// z_e of the batch, by the images' places in it; nil where no code begins again.
    private let vectors: FloatStorage?

    /// - Returns: nil for a network of Gaussian latents
    init?(_ network: Network, batchSize: Int) throws(VAEError) {
        guard let running = network.topology.runningCodes, let layer = network.topology.quantisation else {
            return nil
        }
        let ranges = network.plan.nodes[network.topology.latent].parameters
        self.running = running
        (codes, counts) = (ranges[0], ranges[1])
        vectorsOfImage = layer.positions * layer.dimension
        let count = Self.vectorCount(network, batchSize: batchSize)
        vectors =
            count == 0
            ? nil : try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: count) }
    }

    /// Floats of a batch's vectors; 0 where they are not kept.
    static func vectorCount(_ network: Network, batchSize: Int) -> Int {
        guard let layer = network.topology.quantisation, network.configuration.codebook?.restart != 0 else {
            return 0
        }
        return batchSize * layer.positions * layer.dimension
    }

    func begin(_ parameters: FloatRegion, sums: FloatRegion) {
        running.begin(codes: parameters[codes], counts: parameters[counts], sums: sums[codes])
    }

    /// The kept vectors of a batch, image after image, and the numbers of an image's; nil where none are kept.
    var keptVectors: (all: FloatRegion, size: Int)? { vectors.map { ($0.region, vectorsOfImage) } }

    /// Keeps the vectors of a micro-batch, which has the places `range` in its batch.
    func keep(_ vectors: FloatRegion, of range: Range<Int>) {
        guard let all = self.vectors else { return }
        all.region[range.lowerBound * vectorsOfImage..<range.upperBound * vectorsOfImage].copy(
            from: vectors.prefix(range.count * vectorsOfImage))
    }

    /// One step of the codebook, and new beginnings for codes that are not used.
    /// - Parameters:
    ///   - gradient: the batch's sums and counts in their places
    ///   - images: of the batch
    ///   - isFirst: whether it is the training's first step
    func step(
        _ parameters: FloatRegion, sums: FloatRegion, gradient: FloatRegion, images: Int, share: Double,
        isFirst: Bool, _ stream: RandomStream
    ) {
        running.update(
            codes: parameters[codes], counts: parameters[counts], sums: sums[codes],
            batchSums: gradient[codes], batchCounts: gradient[counts])
        guard let vectors, share > 0 else { return }
        var stream = stream
        running.restart(
            codes: parameters[codes], counts: parameters[counts], sums: sums[codes], below: share,
            all: isFirst, from: vectors.region, rows: images * vectorsOfImage / running.dimension, &stream)
    }
}

extension Topology {
    /// The rule by which the codebook follows the vectors; nil for Gaussian latents.
    package var runningCodes: RunningCodes? {
        guard let quantisation, let decay = codeDecay else { return nil }
        return RunningCodes(size: quantisation.size, dimension: quantisation.dimension, decay: decay)
    }
}

extension Trainer {
    /// The codebook's step, with the sum of `parts` gradients. Allocates nothing.
    /// - Returns: whether its numbers are finite still
    func updateCodebook(parts: Int, images: Int) -> Bool {
        guard let codes, let range = engine.network.topology.codebookParameters,
            let codebook = modelConfiguration.codebook
        else { return true }
        PairwiseSum.addRows(gradients.region, count: parts, length: parameters.region.count, range: range)
        codes.step(
            parameters.region, sums: firstMoment.region, gradient: gradients.region, images: images,
            share: codebook.restart, isFirst: progress.stepsTaken == 0,
            RandomStream(
                seed: configuration.seed, purpose: .codeRestart, epoch: history.count + 1,
                item: progress.stepsOfEpoch))
        average(range)
        return range.allSatisfy { parameters.region[$0].isFinite }
    }
}
