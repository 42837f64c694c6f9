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
    let hidden: FloatRegion
    let mean: FloatRegion
    let logVariance: FloatRegion
    let noise: FloatRegion
    let z: FloatRegion
    let expanded: FloatRegion
    /// The output of each of the decoder's transposed convolutions; the last holds the logits.
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

    private let storage: FloatStorage

    /// - Parameter training: false leaves out what only the way back needs.
    init(_ network: Network, capacity: Int, training: Bool) throws(OutOfMemory) {
        self.capacity = capacity
        let latent = network.configuration.latentSize
        let image = network.configuration.imageShape.count
        let convolved = network.convolutions.map(\.layer.outputCount)
        let raised = network.transposed.map(\.layer.outputCount)
        let hidden = network.configuration.hiddenUnits
        let widest = network.activations.reduce(0, max)
        let scratch =
            (network.convolutions.map { $0.layer.scratchCount(images: capacity) }
            + network.transposed.map { $0.layer.scratchCount(images: capacity) }).reduce(0, max)
        let back = training ? widest : 0

        var sizes = [image] + convolved + [hidden] + [Int](repeating: latent, count: 4)
        sizes += [network.flatCount] + raised + [back, back] + [Int](repeating: latent, count: 3) + [1, 1]
        // Every region starts on a cache line of its own.
        let padded = sizes.map { ($0 * capacity + 15) & ~15 }
        let storage = try FloatStorage(count: padded.reduce(scratch, +))
        var start = 0
        var index = 0
        func next() -> FloatRegion {
            defer {
                start += padded[index]
                index += 1
            }
            return storage.region[start..<start + sizes[index] * capacity]
        }
        images = next()
        self.convolved = convolved.map { _ in next() }
        self.hidden = next()
        mean = next()
        logVariance = next()
        noise = next()
        z = next()
        expanded = next()
        self.raised = raised.map { _ in next() }
        gradients = (next(), next())
        zGradient = next()
        meanGradient = next()
        logVarianceGradient = next()
        reconstruction = next()
        divergence = next()
        self.scratch = storage.region[start..<start + scratch]
        self.storage = storage
    }

    /// The logits, (capacity, image).
    var logits: FloatRegion { raised[raised.count - 1] }
}
