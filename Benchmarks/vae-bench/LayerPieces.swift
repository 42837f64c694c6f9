import Kernels
import VAE
import VAECore

/// What one layer does in a training step, cut into pieces that run on memory of their own: the engine's kernels at the
/// engine's sizes, one micro-batch at a time.
final class LayerPieces {
    /// Products, lowering and its way back, bias and activation, in the order in which a layer does them.
    private(set) var pieces: [Piece] = []
    /// The layer's own two calls, in which the pieces follow each other.
    private(set) var whole: [Piece] = []

    let name: String
    /// Images of a micro-batch.
    let images = Trainer.microBatch
    private let microBatches: Int
    let hasInputGradient: Bool
    /// Keeps the regions below alive.
    private let storage: FloatStorage
    let input, output, gradient, inputGradient: FloatRegion
    let kernel, bias, kernelGradient, biasGradient: FloatRegion
    let scratch, packed: FloatRegion

    /// - Parameter microBatches: in a step
    init(_ work: LayerWork, microBatches: Int) throws(OutOfMemory) {
        name = work.name
        self.microBatches = microBatches
        hasInputGradient = work.hasInputGradient
        let sizes = Sizes(work.kernels, images: images)
        let (ins, outs) = (images * sizes.input, images * sizes.output)
        let counts = [
            ins, outs, outs, ins, sizes.kernel, sizes.bias, sizes.kernel, sizes.bias, sizes.scratch,
            sizes.packed,
        ]
        // Every region starts on a cache line of its own, as the engine's do.
        let padded = counts.map { ($0 + 15) & ~15 }
        let storage = try FloatStorage(count: padded.reduce(0, +))
        // Numbers of an ordinary size: zeros and infinities can be faster or slower.
        var stream = RandomStream(seed: 0, purpose: .initialWeights)
        stream.fillUniform(storage.region, limit: 0.05)
        var start = 0
        let regions = zip(counts, padded).map { count, padded in
            defer { start += padded }
            return storage.region[start..<start + count]
        }
        self.storage = storage
        (input, output, gradient, inputGradient) = (regions[0], regions[1], regions[2], regions[3])
        (kernel, bias, kernelGradient, biasGradient) = (regions[4], regions[5], regions[6], regions[7])
        (scratch, packed) = (regions[8], regions[9])
        switch work.kernels {
        case .convolution(let layer): add(layer)
        case .dense(let layer): add(layer)
        case .transposedConvolution(let layer): add(layer)
        }
    }

    func add(_ piece: Piece) { pieces.append(piece) }

    func add(_ name: String, _ direction: Piece.Direction, _ work: @escaping () -> Void) {
        pieces.append(Piece(name: name, direction: direction, timesPerStep: microBatches, work: work))
    }

    func add(
        _ direction: Piece.Direction, _ product: Piece.Product, _ work: @escaping () -> Void
    ) {
        pieces.append(
            Piece(
                name: name, direction: direction, product: product, timesPerStep: microBatches, work: work))
    }

    func product(_ m: Int, _ n: Int, _ k: Int, calls: Int, flop: Int) -> Piece.Product {
        Piece.Product(m: m, n: n, k: k, calls: calls * microBatches, flop: flop * microBatches)
    }

    func addWhole(_ forward: @escaping () -> Void, backward: @escaping () -> Void) {
        whole = [(Piece.Direction.forward, forward), (.backward, backward)].map { direction, work in
            Piece(name: name, direction: direction, timesPerStep: microBatches, work: work)
        }
    }
}

/// Floats that a layer needs: of an image, of its weights, and for lowered matrices.
private struct Sizes {
    let input, output, kernel, bias, scratch, packed: Int

    init(_ kernels: LayerKernels, images: Int) {
        switch kernels {
        case .convolution(let layer):
            (input, output, kernel) = (layer.geometry.imageCount, layer.outputCount, layer.kernelCount)
            (bias, scratch) = (layer.filters, layer.scratchCount(images: images))
            packed = layer.packedCount
        case .dense(let layer):
            (input, output, kernel) = (layer.inputs, layer.outputs, layer.kernelCount)
            (bias, scratch) = (layer.outputs, 0)
            packed = layer.packedCount(givesInputGradient: true)
        case .transposedConvolution(let layer):
            (input, output, kernel) = (layer.inputCount, layer.outputCount, layer.kernelCount)
            (bias, scratch) = (layer.geometry.channels, layer.scratchCount(images: images))
            packed = layer.packedCount
        }
    }
}
