import Kernels
import VAECore

/// A topology with the kernels that compute it.
///
/// The network holds no numbers. Parameters, gradients and activations are regions that the caller owns, so that any number of
/// threads can run the one network on workspaces of their own.
struct Network: Sendable {
    let configuration: ModelConfiguration
    let topology: Topology
    /// The nodes in the order of the way back.
    let backwardOrder: [Int]
    /// The nodes whose parameters are packed.
    let packedNodes: [Int]
    /// Whether layers compute products with OpenBLAS, which has room for so many threads and no more.
    let callsOpenBLAS: Bool
    /// Images that go through the network together.
    let microBatch: Int
    /// The draws of z of each image, and what is made of them; nil for one draw and the evidence lower bound.
    let importance: ImportanceWeighting?

    /// Draws of z of each image.
    var draws: Int { importance?.samples ?? 1 }
    /// Whether the divergence is measured by draws, since it has no closed form or is not what is asked for.
    var isSampled: Bool { importance != nil || !configuration.prior.isStandard }
    /// The same for one draw.
    var single: Network {
        Network(configuration, topology: topology, callsOpenBLAS: callsOpenBLAS, importance: nil)
    }

    var plan: Plan { topology.plan }
    var layout: ParameterLayout { topology.plan.layout }
    var packedCount: Int { topology.plan.packedCount }
    /// Parameters that the optimiser trains: all but a codebook and the likelihood's own, which come last.
    var optimizedCount: Int {
        topology.codebookParameters?.lowerBound ?? topology.likelihoodParameters.lowerBound
    }

    /// - Throws: `invalidArgument` when the configuration is not valid.
    init(
        _ configuration: ModelConfiguration, products: Products = .filtered,
        importance: ImportanceWeighting? = nil
    ) throws(VAEError) {
        try self.init(configuration, tiles: products.tiles, importance: importance)
    }

    /// - Parameter tiles: what products are computed with; nil for OpenBLAS's `sgemm`
    init(
        _ configuration: ModelConfiguration, tiles: Tiles?, importance: ImportanceWeighting? = nil
    ) throws(VAEError) {
        try configuration.checkSizes()
        self.init(
            configuration, topology: try Topology(configuration, tiles: tiles), callsOpenBLAS: tiles == nil,
            importance: importance)
    }

    private init(
        _ configuration: ModelConfiguration, topology: Topology, callsOpenBLAS: Bool,
        importance: ImportanceWeighting?
    ) {
        self.callsOpenBLAS = callsOpenBLAS
        self.configuration = configuration
        self.topology = topology
        self.importance = importance
        backwardOrder = topology.plan.backwardOrder
        packedNodes = topology.plan.nodes.indices.filter { !topology.plan.nodes[$0].packed.isEmpty }
        microBatch = MicroBatch.size(for: topology, draws: importance?.samples ?? 1)
    }

    /// Brings `weights.packed` up to date for one of the `packedNodes`; nothing else writes to its part.
    func pack(_ index: Int, _ weights: Weights) {
        let node = plan.nodes[packedNodes[index]]
        node.layer.pack(weights.parameters[node.parameters[0]], into: weights.packed[node.packed])
    }
}

extension Network {
    /// From `workspace.images` to the mean and log-variance of q(z|x), for the first `count` images.
    func encode(_ weights: Weights, _ workspace: Workspace, count: Int) {
        forward(topology.encoder, weights, workspace, count)
    }

    /// z = μ + σ·ε from `workspace.noise`, for each draw.
    func sampleLatents(_ weights: Weights, _ workspace: Workspace, count: Int) {
        forward(topology.latent..<topology.latent + 1, weights, workspace, count * workspace.draws)
    }

    /// From `workspace.z` to the output, for each draw.
    func decode(_ weights: Weights, _ workspace: Workspace, count: Int) {
        forward(topology.decoder, weights, workspace, count * workspace.draws)
    }

    /// The whole way forward: q(z|x) of the images, draws of it, the outputs, and both parts of each image's loss.
    /// - Parameter gradientScale: with it, the gradient of scale · reconstruction is left for `backward`
    func forward(_ weights: Weights, _ workspace: Workspace, count: Int, gradientScale: Float? = nil) {
        encode(weights, workspace, count: count)
        workspace.forEachBlock { block in
            sampleLatents(weights, block, count: count)
            decode(weights, block, count: count)
            let start = block.times == nil ? 0 : StepTimes.now
            measureReconstruction(weights, block, count: count, gradientScale: gradientScale)
            if isSampled { measurePrior(weights, block, count: count) }
            block.times?.add(.objective, since: start)
        }
        let start = workspace.times == nil ? 0 : StepTimes.now
        measureDivergence(workspace, count: count)
        if importance != nil { weighDraws(workspace, count: count, hasGradient: gradientScale != nil) }
        workspace.times?.add(.objective, since: start)
    }

    /// Some nodes, in their order.
    func forward(_ nodes: Range<Int>, _ weights: Weights, _ workspace: Workspace, _ count: Int) {
        for index in nodes {
            let start = workspace.times == nil ? 0 : StepTimes.now
            workspace.nodes[index].layer.forward(workspace.binding(of: index), weights, count: count)
            workspace.times?.add(forward: index, since: start)
        }
    }

    /// KL(q(z|x) ‖ N(0, I)) of each image, in nats, from the two heads.
    func measureKLDivergence(_ workspace: Workspace, count: Int) {
        if let quantisation = topology.quantisation {
            return measureCodes(quantisation, workspace, count: count)
        }
        let latents = 0..<count * configuration.latentSize
        GaussianLatent.klDivergence(
            mean: workspace.mean[latents], logVariance: workspace.logVariance[latents], count: count,
            into: workspace.klDivergence)
    }

    /// −ln p(x|z) of each draw, in nats, from the output.
    /// - Parameter gradientScale: with it, the gradient of scale · reconstruction is left for `backward`
    func measureReconstruction(
        _ weights: Weights, _ workspace: Workspace, count: Int, gradientScale: Float? = nil
    ) {
        let pixels = count * workspace.draws * configuration.imageShape.count
        let outputs = pixels * topology.likelihood.outputsPerValue
        topology.likelihood.loss(
            workspace.output.prefix(outputs), targets: workspace.images.prefix(pixels),
            parameters: weights.parameters[topology.likelihoodParameters], count: count * workspace.draws,
            losses: workspace.reconstruction,
            gradient: gradientScale.map {
                LikelihoodGradient(
                    scale: $0, output: workspace.outputGradient.prefix(outputs),
                    parameters: workspace.likelihoodGradients)
            })
    }

    /// The means of p(x|z) of the first `count` images, from the output.
    func writeMeans(_ workspace: Workspace, count: Int, into means: FloatRegion) {
        let outputs = count * configuration.imageShape.count * topology.likelihood.outputsPerValue
        topology.likelihood.writeMeans(workspace.output.prefix(outputs), into: means)
    }

    /// The gradient of Σ (reconstruction + β · divergence) · scale over the first images of a workspace, which holds what the forward
    /// pass and `measureReconstruction` with that scale left there.
    func backward(_ weights: Weights, _ workspace: Workspace, _ pass: BackwardPass) {
        if !pass.accumulating { clearPriorGradient(pass.gradients) }
        sumLikelihoodGradient(workspace, pass)
        forEachNodeBack(workspace, pass) { index, workspace, pass in
            if index == topology.latent, isSampled { addPriorGradient(weights, workspace, pass) }
            workspace.nodes[index].layer.backward(workspace.binding(of: index), weights, pass)
        }
    }

    /// Calls `body` with each node in the order of the way back, and with the rows and the pass that are its own: first the decoder's for each
    /// block of draws, as all of them come before that which draws z.
    func forEachNodeBack(
        _ workspace: Workspace, _ pass: BackwardPass,
        _ body: (_ node: Int, _ workspace: Workspace, _ pass: BackwardPass) -> Void
    ) {
        func visit(_ index: Int, _ workspace: Workspace, _ pass: BackwardPass) {
            let start = workspace.times == nil ? 0 : StepTimes.now
            body(index, workspace, pass)
            workspace.times?.add(backward: index, since: start)
        }
        workspace.forEachBlock { block in
            var ofDraws = pass
            ofDraws.count *= block.draws
            for index in backwardOrder where index > topology.latent { visit(index, block, ofDraws) }
        }
        for index in backwardOrder where index <= topology.latent { visit(index, workspace, pass) }
    }

    /// The gradient of the likelihood's own parameters, which the loss has left for each draw.
    func sumLikelihoodGradient(_ workspace: Workspace, _ pass: BackwardPass) {
        let own = topology.likelihoodParameters
        let gradient = pass.gradients[own]
        if !pass.accumulating { gradient.fill(with: 0) }
        for row in 0..<pass.count * workspace.draws {
            gradient.add(workspace.likelihoodGradients[row * own.count..<(row + 1) * own.count])
        }
    }
}
