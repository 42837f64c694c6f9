import Kernels
import VAECore

@testable import VAE

/// One pass of the engine's network, forward and back, with every tensor by the name it has in a golden file.
///
/// Images go through in micro-batches, each adding to the gradient, as they do inside a shard.
struct EnginePass {
    /// `mean`, `log_variance`, `z`, `output`, `loss.…`, `activation.…` and `gradient.…`, over all images.
    private(set) var tensors: [String: [Float]] = [:]
    /// In the layout of the parameters.
    let gradient: FloatStorage

    /// - Parameters:
    ///   - images: (count, height, width, channels), values in [0, 1]
    ///   - noise: (count, latent)
    ///   - parameters: in the order of the network's layout
    init(
        _ network: Network, images: [Float], noise: [Float], parameters: [Float], klWeight: Float = 1,
        microBatch: Int = Engine.microBatch
    ) throws {
        let configuration = network.configuration
        let (size, latent) = (configuration.imageShape.count, configuration.latentSize)
        let total = images.count / size
        let (storage, packed) = (
            try FloatStorage(count: network.layout.count), try FloatStorage(count: network.packedCount)
        )
        storage.region.copy(from: parameters.span)
        let weights = Weights(parameters: storage.region, packed: packed.region)
        for layer in network.packedKernels.indices { network.pack(layer, weights) }
        gradient = try FloatStorage(count: network.layout.count)
        // What is not overwritten shows.
        gradient.region.fill(with: .nan)
        let workspace = try Workspace(network, capacity: microBatch, training: true)
        for start in stride(from: 0, to: total, by: microBatch) {
            let count = min(microBatch, total - start)
            workspace.images.prefix(count * size).copy(
                from: images.span.extracting(start * size..<(start + count) * size))
            workspace.noise.prefix(count * latent).copy(
                from: noise.span.extracting(start * latent..<(start + count) * latent))
            network.encode(weights, workspace, count: count)
            network.sampleLatents(workspace, count: count)
            network.decode(weights, workspace, count: count)
            collectForward(network, workspace, count)
            let scale = 1 / Float(total)
            network.measure(weights, workspace, count: count, gradientScale: scale)
            add("loss.reconstruction", workspace.reconstruction.prefix(count))
            add("loss.kl", workspace.divergence.prefix(count))
            network.backward(
                weights, workspace, count: count, scale: scale, klWeight: klWeight,
                gradients: gradient.region, accumulating: start > 0)
        }
        withExtendedLifetime((storage, packed)) {}
        for entry in network.layout.entries { add("gradient.\(entry.name)", gradient.region[entry.range]) }
    }

    private mutating func collectForward(_ network: Network, _ workspace: Workspace, _ count: Int) {
        for (index, layer) in network.convolutions.enumerated() {
            add(
                "activation.encoder.convolution.\(index)",
                workspace.convolved[index].prefix(count * layer.layer.outputCount))
        }
        for (index, layer) in network.encoderDense.enumerated() {
            add(
                "activation.encoder.dense" + (network.encoderDense.count == 1 ? "" : ".\(index)"),
                workspace.encoderHidden[index].prefix(count * layer.layer.outputs))
        }
        let latents = count * network.configuration.latentSize
        add("mean", workspace.mean.prefix(latents))
        add("log_variance", workspace.logVariance.prefix(latents))
        add("z", workspace.z.prefix(latents))
        let hidden = network.decoderDense.count - (network.transposed.isEmpty ? 1 : 0)
        for (index, layer) in network.decoderDense.prefix(hidden).enumerated() {
            add(
                "activation.decoder.dense" + (hidden == 1 ? "" : ".\(index)"),
                workspace.decoderHidden[index].prefix(count * layer.layer.outputs))
        }
        for (index, layer) in network.transposed.enumerated().dropLast() {
            add(
                "activation.decoder.transposed_convolution.\(index)",
                workspace.raised[index].prefix(count * layer.layer.outputCount))
        }
        add("output", workspace.output.prefix(count * network.configuration.imageShape.count))
    }

    private mutating func add(_ name: String, _ region: FloatRegion) {
        tensors[name, default: []] += region.array()
    }
}

extension Golden {
    /// The engine's description of the golden model.
    var model: ModelConfiguration {
        ModelConfiguration(
            imageShape: image, encoderFilters: filters, decoderFilters: filters.reversed(),
            encoderUnits: units, decoderUnits: decoderUnits, hiddenActivation: hiddenActivation,
            likelihood: likelihood, latentSize: latent)
    }

    /// The parameters before the first step, in the order of the network's layout.
    var initialParameters: [Float] { parameters.flatMap { Self.initialValues($0.name, shape: $0.shape) } }
}
