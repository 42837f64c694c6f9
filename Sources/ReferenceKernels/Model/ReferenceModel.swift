import Kernels
import VAE
import VAECore

/// The whole variational autoencoder on direct loops: the oracle of the engine's network and the naive implementation that
/// the benchmark measures against. It walks the engine's plan, with the plain form of each of its layers.
package struct ReferenceModel: Sendable {
    package let configuration: ModelConfiguration
    package let topology: Topology

    /// - Throws: `invalidArgument` when the configuration is not valid.
    package init(_ configuration: ModelConfiguration) throws(VAEError) {
        try configuration.checkSizes()
        self.configuration = configuration
        topology = try Topology(configuration)
    }

    /// Sizes of the parameters in their order.
    package var parameterCounts: [Int] { topology.plan.layout.entries.map(\.range.count) }

    /// The results of one pass: the losses of each image, the output, and the gradient of the mean loss.
    package struct Pass<T: ReferenceScalar> {
        /// Each value of the plan, for all images.
        package var values: [[T]] = []
        package var mean: [T] = []
        package var logVariance: [T] = []
        /// The decoder's output: logits of Bernoulli means, or Gaussian means.
        package var output: [T] = []
        /// −ln p(x|z) and KL(q(z|x) ‖ N(0, I)) of each image, in nats.
        package var reconstruction: [T] = []
        package var klDivergence: [T] = []
        /// In the order of `parameterCounts`; empty without a backward pass.
        package var gradients: [[T]] = []

        /// The weight of the divergence.
        package var klWeight: T = 1
        /// What that is a factor of, of each image: the divergence, unless the objective makes something else of it.
        package var penalty: [T] = []

        /// Reconstruction plus weighted penalty, the mean over the images, in nats.
        package var loss: T {
            (reconstruction.reduce(0, +) + klWeight * penalty.reduce(0, +))
                / T(max(reconstruction.count, 1))
        }
    }
}

extension Plan.Node {
    /// The plain form of its layer.
    var reference: any ReferenceLayer {
        guard let twin = layer as? any ReferenceLayer else {
            preconditionFailure("\(layer.kind) has no plain form")
        }
        return twin
    }
}

extension Topology {
    var referenceLikelihood: any ReferenceLikelihood {
        guard let twin = likelihood as? any ReferenceLikelihood else {
            preconditionFailure("a likelihood without a plain form")
        }
        return twin
    }
}
