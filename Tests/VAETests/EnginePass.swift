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
    ///   - labels: the place of each image's class, of a conditional model
    init(
        _ network: Network, images: [Float], noise: [Float], parameters: [Float], labels: [Int]? = nil,
        klWeight: Float = 1, microBatch: Int = MicroBatch.usual
    ) throws {
        let configuration = network.configuration
        let (size, latent) = (configuration.imageShape.count, configuration.latentSize)
        let total = images.count / size
        let (storage, packed) = (
            try FloatStorage(count: network.layout.count), try FloatStorage(count: network.packedCount)
        )
        storage.region.copy(from: parameters.span)
        let weights = Weights(parameters: storage.region, packed: packed.region)
        for index in network.packedNodes.indices { network.pack(index, weights) }
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
            for (position, label) in (labels ?? []).dropFirst(start).prefix(count).enumerated() {
                workspace.setClass(label, of: configuration.classes.count, at: position)
            }
            // Values that are not needed at the same time may lie in the same place: each is taken when it is made.
            for index in network.plan.nodes.indices {
                network.forward(index..<index + 1, weights, workspace, count)
                collect(index, network, workspace, count)
            }
            let latents = count * configuration.latentSize
            add("mean", workspace.mean.prefix(latents))
            add("log_variance", workspace.logVariance.prefix(latents))
            add("z", workspace.z.prefix(latents))
            add(
                "output",
                workspace.output.prefix(
                    count * configuration.imageShape.count * network.topology.likelihood.outputsPerValue))
            let scale = 1 / Float(total)
            network.measureKLDivergence(workspace, count: count)
            network.measureReconstruction(weights, workspace, count: count, gradientScale: scale)
            add("loss.reconstruction", workspace.reconstruction.prefix(count))
            add("loss.kl", workspace.klDivergence.prefix(count))
            network.backward(
                weights, workspace,
                BackwardPass(
                    count: count, gradients: gradient.region, accumulating: start > 0,
                    klScale: klWeight * scale))
        }
        withExtendedLifetime((storage, packed)) {}
        for entry in network.layout.entries { add("gradient.\(entry.name)", gradient.region[entry.range]) }
    }

    /// The output of a hidden layer, by its name.
    private mutating func collect(_ index: Int, _ network: Network, _ workspace: Workspace, _ count: Int) {
        let node = network.plan.nodes[index]
        let named = [
            network.topology.z, network.topology.mean, network.topology.logVariance, network.topology.output,
        ]
        guard !named.contains(node.output) else { return }
        let size = count * network.plan.values[node.output].count
        add("activation.\(node.name)", workspace.nodes[index].binding.output.prefix(size))
    }

    private mutating func add(_ name: String, _ region: FloatRegion) {
        tensors[name, default: []] += region.array()
    }
}

extension Golden {
    /// The engine's description of the golden model.
    var model: ModelConfiguration {
        var model = ModelConfiguration(
            imageShape: image, encoderFilters: filters, decoderFilters: filters.reversed(),
            encoderUnits: units, decoderUnits: decoderUnits, hiddenActivation: hiddenActivation,
            likelihood: likelihood, latentSize: latent)
        model.classes = Array(0..<classes)
        return model
    }

    /// The parameters before the first step, in the order of the network's layout.
    var initialParameters: [Float] { parameters.flatMap { Self.initialValues($0.name, shape: $0.shape) } }
}
