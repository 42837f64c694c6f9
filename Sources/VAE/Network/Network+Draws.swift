import Kernels

extension Network {
    /// The draws in a workspace, of its first `count` images.
    private func draws(_ workspace: Workspace, count: Int) -> SampledLatents {
        let size = configuration.latentSize
        let rows = ((workspace.draws - 1) * (workspace.spacing ?? count) + count) * size
        return SampledLatents(
            count: count, draws: workspace.draws, spacing: workspace.spacing,
            mean: workspace.mean.prefix(count * size),
            logVariance: workspace.logVariance.prefix(count * size), noise: workspace.noise.prefix(rows),
            z: workspace.z.prefix(rows))
    }

    /// KL(q(z|x) ‖ p(z)) of each image, in nats: in closed form for N(0, I), else by ln p of the draws.
    func measureDivergence(_ workspace: Workspace, count: Int) {
        if configuration.prior.isStandard { return measureKLDivergence(workspace, count: count) }
        draws(workspace, count: count).divergence(
            logPrior: workspace.logPrior, into: workspace.klDivergence)
    }

    /// ln p(z) of each draw in a workspace, of its first `count` images.
    func measurePrior(_ weights: Weights, _ workspace: Workspace, count: Int) {
        let rows = count * workspace.draws
        topology.prior.kernel.logDensity(
            workspace.z.prefix(rows * configuration.latentSize),
            components: weights.parameters[topology.prior.components], rows: rows, into: workspace.logPrior)
    }

    /// The bound of each image by its draws, as what it has beside the mean reconstruction.
    /// - Parameter hasGradient: whether the gradient of the reconstruction was left for `backward`, and gets the shares of the draws
    func weighDraws(_ workspace: Workspace, count: Int, hasGradient: Bool) {
        let latents = draws(workspace, count: count)
        latents.weigh(
            reconstruction: workspace.reconstruction, logPrior: workspace.logPrior,
            penalties: workspace.penalty, shares: workspace.shares)
        guard hasGradient else { return }
        let outputs = configuration.imageShape.count * topology.likelihood.outputsPerValue
        let own = topology.likelihoodParameters.count
        workspace.forEachBlock { block in
            let rows = count * block.draws
            block.outputGradient.prefix(rows * outputs).scaleRows(rows, by: block.shares)
            if own > 0 { block.likelihoodGradients.prefix(rows * own).scaleRows(rows, by: block.shares) }
        }
    }

    /// The way back of the draws in a workspace; nil where the divergence has its closed form.
    func sampledPass(_ workspace: Workspace) -> SampledPass? {
        guard isSampled else { return nil }
        return SampledPass(
            shares: importance == nil ? nil : workspace.shares,
            isDoublyReparameterised: importance?.isDoublyReparameterised == true)
    }

    /// Which gradients the prior adds to.
    enum PriorGradient {
        case all
        /// That by the draws, which the decoder has left.
        case draws
        /// A part of that by the prior's components.
        case components(part: Int)
    }

    /// Adds what the prior has to say of each draw.
    func addPriorGradient(
        _ weights: Weights, _ workspace: Workspace, _ pass: BackwardPass, to wanted: PriorGradient = .all
    ) {
        guard let zGradient = workspace.zGradient else { return }
        let rows = pass.count * workspace.draws
        let (components, count) = (topology.prior.components, rows * configuration.latentSize)
        func add(part: Int?, byDraws: Bool, byComponents: Bool) {
            topology.prior.kernel.addGradient(
                workspace.z.prefix(count), components: weights.parameters[components],
                densities: workspace.logPrior, rows: rows,
                weights: importance == nil ? nil : workspace.shares, scale: pass.klScale, part: part,
                zGradient: byDraws ? zGradient.prefix(count) : nil,
                gradient: byComponents ? pass.gradients[components] : nil)
        }
        switch wanted {
        case .all: add(part: nil, byDraws: true, byComponents: true)
        case .draws: add(part: nil, byDraws: true, byComponents: false)
        case .components(let part): add(part: part, byDraws: false, byComponents: true)
        }
    }

    /// Overwrites the gradient of a trained prior with zeros, for all that adds to it.
    func clearPriorGradient(_ gradient: FloatRegion) {
        gradient[topology.prior.all].fill(with: 0)
        gradient[topology.prior.components].fill(with: 0)
    }
}

extension Workspace {
    /// Gives each draw a row of what was brought in: images and labels, once for each image so far.
    func repeatInputs(count: Int) {
        guard draws > 1 else { return }
        for region in [images, labels] {
            let size = region.count / rows
            for draw in 1..<draws {
                let first = draw * (spacing ?? count) * size
                region[first..<first + count * size].copy(from: region.prefix(count * size))
            }
        }
    }
}
