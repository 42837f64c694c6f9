import Kernels

/// Everything one worker computes with: activations, gradients on their way back, and scratch, for a fixed number of images.
///
/// One workspace is used by one thread at a time. It is made once; a training step allocates nothing.
final class Workspace: @unchecked Sendable {
    /// Images it has room for.
    let capacity: Int

    /// (capacity, image): pixels in [0, 1].
    let images: FloatRegion
    /// The output of each of the encoder's convolutions.
    let convolved: [FloatRegion]
    /// The output of each of the encoder's dense layers below its heads.
    let encoderHidden: [FloatRegion]
    let mean: FloatRegion
    let logVariance: FloatRegion
    let noise: FloatRegion
    let z: FloatRegion
    /// The output of each of the decoder's dense layers.
    let decoderHidden: [FloatRegion]
    /// The output of each of the decoder's transposed convolutions.
    let raised: [FloatRegion]

    /// Two regions that the gradient wanders between on its way back, each as large as the largest activation.
    let gradients: (FloatRegion, FloatRegion)
    let zGradient: FloatRegion
    let meanGradient: FloatRegion
    let logVarianceGradient: FloatRegion
    /// Lowered matrices.
    let scratch: FloatRegion
    /// One value an image.
    let reconstruction: FloatRegion
    let divergence: FloatRegion
    /// Of log σ² of a Gaussian likelihood.
    let outputLogVarianceGradients: FloatRegion

    private let storage: FloatStorage

    /// What a workspace is made of.
    private struct Sizes {
        /// Floats an image of each region, in the order of the regions.
        var regions: [Int]
        /// Floats of each region, for all images: each starts on a cache line of its own.
        var padded: [Int]
        var scratch: Int

        init(_ network: Network, capacity: Int, training: Bool) {
            let latent = network.configuration.latentSize
            scratch =
                (network.convolutions.map { $0.layer.scratchCount(images: capacity) }
                + network.transposed.map { $0.layer.scratchCount(images: capacity) }).reduce(0, max)
            let back = training ? network.activations.reduce(0, max) : 0
            regions = [network.configuration.imageShape.count] + network.convolutions.map(\.layer.outputCount)
            regions += network.encoderDense.map(\.layer.outputs) + [Int](repeating: latent, count: 4)
            regions += network.decoderDense.map(\.layer.outputs) + network.transposed.map(\.layer.outputCount)
            regions += [back, back] + [Int](repeating: latent, count: 3) + [1, 1, 1]
            padded = regions.map { ($0 * capacity + 15) & ~15 }
        }
    }

    /// Floats of a workspace, without making one.
    static func count(_ network: Network, capacity: Int, training: Bool) -> Int {
        let sizes = Sizes(network, capacity: capacity, training: training)
        return sizes.padded.reduce(sizes.scratch, +)
    }

    /// - Parameter training: false leaves out what only the way back needs.
    init(_ network: Network, capacity: Int, training: Bool) throws(OutOfMemory) {
        self.capacity = capacity
        let sizes = Sizes(network, capacity: capacity, training: training)
        let (padded, scratch) = (sizes.padded, sizes.scratch)
        let storage = try FloatStorage(count: padded.reduce(scratch, +))
        var start = 0
        var index = 0
        func next() -> FloatRegion {
            defer {
                start += padded[index]
                index += 1
            }
            return storage.region[start..<start + sizes.regions[index] * capacity]
        }
        images = next()
        convolved = network.convolutions.map { _ in next() }
        encoderHidden = network.encoderDense.map { _ in next() }
        mean = next()
        logVariance = next()
        noise = next()
        z = next()
        decoderHidden = network.decoderDense.map { _ in next() }
        raised = network.transposed.map { _ in next() }
        gradients = (next(), next())
        zGradient = next()
        meanGradient = next()
        logVarianceGradient = next()
        reconstruction = next()
        divergence = next()
        outputLogVarianceGradients = next()
        self.scratch = storage.region[start..<start + scratch]
        self.storage = storage
    }

    /// The decoder's output, (capacity, image): logits of Bernoulli means, or Gaussian means.
    var output: FloatRegion { raised.last ?? decoderHidden[decoderHidden.count - 1] }
}
