import Kernels
import VAECore

/// A variational autoencoder: a configuration and its weights, a value that can be passed between threads, written down and read back.
///
/// Encoding is deterministic: it gives the mean and log-variance of q(z|x), and what is done with noise is
/// the caller's choice. Methods that run the network share the work between `threads` workers and
/// give the same bits for any number of them.
public struct VariationalAutoencoder: Sendable {
    let network: Network
    /// All weights in one run, in the order of `tensors`.
    let parameters: [Float]
    /// The standardisation that the rows of a table go through before they are encoded, and that undone gives what is decoded its units;
    /// nil for a model of images. Nothing of the model applies it by itself.
    public private(set) var standardization: Standardization?

    init(network: Network, parameters: [Float]) {
        precondition(parameters.count == network.layout.count, "\(parameters.count) parameters")
        self.network = network
        self.parameters = parameters
    }

    /// An untrained model: Glorot-uniform kernels and zero biases.
    /// - Throws: `invalidArgument` when the configuration is not valid, `unavailable` when there is not memory enough.
    public init(
        _ configuration: ModelConfiguration, seed: UInt64 = 0, products: Products = .filtered
    ) throws(VAEError) {
        let network = try Network(configuration, products: products)
        let storage = try Engine.allocate { () throws(OutOfMemory) in
            try FloatStorage(count: network.layout.count)
        }
        network.layout.initialize(storage.region, seed: seed)
        self.init(network: network, parameters: storage.region.array())
    }

    /// The same model, with a table's standardisation to be kept in its file.
    /// - Precondition: there are as many columns as an image has values.
    package func standardizing(by standardization: Standardization?) -> VariationalAutoencoder {
        precondition(
            standardization.map { $0.columns.count == configuration.imageShape.count } ?? true,
            "columns differ in number from the values of \(configuration.imageShape)")
        var model = self
        model.standardization = standardization
        return model
    }

    /// The shapes that it was built of.
    public var configuration: ModelConfiguration { network.configuration }

    /// The number of trained parameters: 134,165 for the default configuration.
    public var parameterCount: Int { network.layout.trainedCount }

    /// A weight by its name, with its shape in Keras's layout.
    public struct Weight: Sendable {
        /// From pixels to pixels, such as `encoder.convolution.0.kernel` or `decoder.output.bias`.
        public let name: String
        /// Convolutions (height, width, in, out), transposed ones (height, width, out, in), dense layers (in, out), biases (out).
        public let shape: [Int]
        /// Row-major, the last size of the shape innermost.
        public let values: [Float]
    }

    /// Every weight, from the encoder's first to the decoder's last.
    public var weights: [Weight] {
        network.layout.entries.map {
            Weight(name: $0.name, shape: $0.shape, values: Array(parameters[$0.range]))
        }
    }
}
