import Kernels
import VAECore

/// The plan of a variational autoencoder, and the values in it that have a meaning. The only place that knows which layer follows which.
///
///     images ─► encoder's layers ─┬─► mean ─────────┐
///                                 └─► log-variance ─┼─► z ─► decoder's layers ─► output layer ─► output
///     noise ────────────────────────────────────────┘
///
/// With a codebook one head gives vectors, and z is the codes nearest to them.
///
/// A conditional model's labels join what the encoder's first dense layer reads, and z.
package struct Topology: Sendable {
    package let plan: Plan
    /// Values in [0, 1], and draws of N(0, I).
    package let images, noise: Int
    /// (classes), 1 for an image's own and 0 for the others; nil for a model that knows of no classes.
    package let labels: Int?
    /// The values that hold the mean and the log-variance of q(z|x), and a draw of it.
    package let mean, logVariance, z: Int
    /// The value that holds the decoder's output, from which p(x|z) is made.
    package let output: Int
    /// Nodes from the images to the heads, and from z to the output.
    package let encoder, decoder: Range<Int>
    /// The node that draws z.
    package let latent: Int
    let prior: TopologyPrior
    /// The layer that finds codes, whose vectors are the ``mean``; nil for Gaussian latents.
    package let quantisation: Quantisation?
    /// γ of the codebook's running means; nil for Gaussian latents.
    let codeDecay: Double?
    /// The range of the codebook and of its counts among all parameters, before the likelihood's own; nil for Gaussian latents.
    package let codebookParameters: Range<Int>?
    package let likelihood: any PixelLikelihood
    /// The range of the likelihood's own parameters among all.
    package let likelihoodParameters: Range<Int>

    /// - Parameter tiles: what products are computed with; nil for OpenBLAS's `sgemm`
    /// - Throws: `invalidArgument` naming the layer that has no place where it stands, or is too large.
    package init(_ configuration: ModelConfiguration, tiles: Tiles? = nil) throws(VAEError) {
        let (image, size) = (configuration.imageShape, configuration.latentSize)
        var builder = PlanBuilder(configuration, tiles)
        // Pseudo-inputs go the way of images, and are trained.
        let trainsImages = if case .vamp = configuration.prior { true } else { false }
        images = try builder.plan.input(
            "images", [image.height, image.width, image.channels], wantsGradient: trainsImages)
        // Codes are not drawn: neither noise nor a variance has a value then.
        noise = try builder.plan.input("noise", [configuration.isQuantized ? 0 : size])
        let classes = configuration.classes.count
        labels = classes > 0 ? try builder.plan.input("labels", [classes]) : nil

        let top = try builder.append(
            configuration.encoderLayers, to: images, under: "encoder", labels: labels)
        if let codebook = configuration.codebook {
            let codes = try builder.quantised(top, by: codebook, latentSize: size, isImage: top == images)
            (mean, z, quantisation) = (codes.vectors, codes.z, codes.layer)
            logVariance = try builder.plan.input("log_variance", [0])
            latent = builder.plan.nodes.count - 1
        } else {
            mean = try builder.dense("encoder.mean", top, [size], .identity)
            logVariance = try builder.dense("encoder.log_variance", top, [size], .identity)
            latent = builder.plan.nodes.count
            z = try builder.plan.add("latent", Reparameterisation(size: size), mean, logVariance, noise)
            quantisation = nil
        }
        encoder = 0..<latent
        codeDecay = configuration.codebook?.decay

        let likelihood = configuration.likelihood.kernel(for: image)
        let first = try builder.joined(z, labels, under: "decoder")
        let last = try builder.append(configuration.decoderLayers, to: first, under: "decoder")
        output = try builder.output(last, channels: image.channels * likelihood.outputsPerValue)
        decoder = latent + 1..<builder.plan.nodes.count
        var prior = TopologyPrior(configuration, &builder.plan)
        let codes = quantisation?.codebook ?? []
        codebookParameters = codes.isEmpty ? nil : builder.plan.reserve(codes, forNode: latent)
        let own = builder.plan.layout.count
        for parameter in likelihood.parameters { _ = builder.plan.reserve(parameter, under: "decoder") }
        likelihoodParameters = own..<builder.plan.layout.count
        prior.reserveComponents(&builder.plan)
        self.prior = prior
        self.likelihood = likelihood
        plan = builder.plan
    }

    /// Whether a value has a row for each draw of z, and not for each image.
    func isOfDraws(_ value: Int) -> Bool {
        value == images || value == noise || value == labels || value == z
            || plan.nodes[decoder].contains { $0.output == value }
    }

    /// Operations of the products to train on one image: those of the forward pass, and one more for each gradient.
    package var trainingFlop: Int { plan.nodes.reduce(0) { $0 + plan.trainingFlop($1) } }

    /// Operations of the forward pass's products in some nodes, for one image.
    package func forwardFlop(_ nodes: Range<Int>) -> Int {
        plan.nodes[nodes].reduce(0) { $0 + ($1.layer.product?.flop ?? 0) }
    }
}

extension Plan {
    /// Operations of the products of one node in training, for one image.
    ///
    /// This is the work that the model is, however a kernel does it: activations, normalisation, the objective, lowering and the
    /// optimiser are not counted, and a kernel that multiplied more than it had to would gain nothing by it.
    package func trainingFlop(_ node: Node) -> Int {
        (givesInputGradient(node) ? 3 : 2) * (node.layer.product?.flop ?? 0)
    }

    /// Whether training needs the gradient of something that a node reads.
    package func givesInputGradient(_ node: Node) -> Bool {
        node.inputs.contains { values[$0].wantsGradient }
    }
}
