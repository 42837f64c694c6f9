import Kernels
import VAE
import VAECore

/// A model's topology as the page's scripts walk it.
struct ReportPlan: Encodable {
    struct Node: Encodable {
        let node: Plan.Node
        let shape: [Int]
        /// The names of its parameters.
        let parameters: [String]

        private enum CodingKeys: String, CodingKey {
            case name, kind, title, inputs, output, outputShape, parameters, layer
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(node.name, forKey: .name)
            try values.encode(node.layer.kind, forKey: .kind)
            try values.encode(node.layer.title, forKey: .title)
            try values.encode(node.inputs, forKey: .inputs)
            try values.encode(node.output, forKey: .output)
            try values.encode(shape, forKey: .outputShape)
            try values.encode(parameters, forKey: .parameters)
            try node.layer.encode(to: values.superEncoder(forKey: .layer))
        }
    }

    /// The numbers of the values that have a meaning.
    struct Places: Encodable {
        let images, noise, mean, logVariance, z, output: Int
        /// Of a conditional model.
        let labels: Int?
    }

    let height, width, channels, latentSize: Int
    let likelihood: String
    let nodes: [Node]
    let places: Places
    /// From the first node to the one behind the last.
    let encoder, decoder: [Int]

    /// - Throws: `invalidArgument` when the configuration is not valid.
    init(_ configuration: ModelConfiguration) throws(VAEError) {
        let topology = try Topology(configuration)
        let plan = topology.plan
        let image = configuration.imageShape
        (height, width, channels) = (image.height, image.width, image.channels)
        latentSize = configuration.latentSize
        likelihood = configuration.likelihood.rawValue
        nodes = plan.nodes.map { node in
            Node(
                node: node, shape: plan.values[node.output].shape,
                parameters: plan.layout.entries[node.entries].map(\.name))
        }
        places = Places(
            images: topology.images, noise: topology.noise, mean: topology.mean,
            logVariance: topology.logVariance, z: topology.z, output: topology.output, labels: topology.labels
        )
        encoder = [topology.encoder.lowerBound, topology.encoder.upperBound]
        decoder = [topology.decoder.lowerBound, topology.decoder.upperBound]
    }
}
