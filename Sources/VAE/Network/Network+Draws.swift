import Kernels

extension Network {
    /// The draws in a workspace, of its first `count` images.
    private func draws(_ workspace: Workspace, count: Int) -> SampledLatents {
        let size = count * configuration.latentSize
        return SampledLatents(
            count: count, draws: draws, mean: workspace.mean.prefix(size),
            logVariance: workspace.logVariance.prefix(size), noise: workspace.noise.prefix(size * draws),
            z: workspace.z.prefix(size * draws))
    }

    /// KL(q(z|x) ‖ p(z)) of each image, in nats: in closed form for N(0, I), else by the draws; and ln p of these where they are weighed.
    func measureDivergence(_ weights: Weights, _ workspace: Workspace, count: Int) {
        let isStandard = configuration.prior.isStandard
        if isStandard { measureKLDivergence(workspace, count: count) }
        guard isSampled else { return }
        let latents = draws(workspace, count: count)
        measurePrior(weights, workspace, count: count)
        if !isStandard { latents.divergence(logPrior: workspace.logPrior, into: workspace.klDivergence) }
    }

    /// ln p(z) of each draw in a workspace, of its first `count` images.
    func measurePrior(_ weights: Weights, _ workspace: Workspace, count: Int) {
        let rows = count * draws
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
        workspace.outputGradient.prefix(latents.rows * outputs).scaleRows(latents.rows, by: workspace.shares)
        let own = topology.likelihoodParameters.count
        if own > 0 {
            workspace.likelihoodGradients.prefix(latents.rows * own).scaleRows(
                latents.rows, by: workspace.shares)
        }
    }

    /// The way back of the draws in a workspace; nil where the divergence has its closed form.
    func sampledPass(_ workspace: Workspace) -> SampledPass? {
        guard isSampled else { return nil }
        return SampledPass(
            shares: importance == nil ? nil : workspace.shares,
            isDoublyReparameterised: importance?.isDoublyReparameterised == true)
    }

    /// Adds what the prior has to say of each draw to the gradient that the decoder has left, and to that of the prior.
    func addPriorGradient(_ weights: Weights, _ workspace: Workspace, _ pass: BackwardPass) {
        guard let zGradient = workspace.zGradient else { return }
        let latents = draws(workspace, count: pass.count)
        let components = topology.prior.components
        topology.prior.kernel.addGradient(
            latents.z, components: weights.parameters[components], densities: workspace.logPrior,
            rows: latents.rows, weights: pass.sampling?.shares, scale: pass.klScale,
            zGradient: zGradient.prefix(latents.z.count), gradient: pass.gradients[components])
    }
}

extension Workspace {
    /// Gives each draw a row of what was brought in: images and labels, once for each image so far.
    func repeatInputs(count: Int) {
        guard draws > 1 else { return }
        for region in [images, labels] {
            let block = region.count / (capacity * draws) * count
            for draw in 1..<draws {
                region[draw * block..<(draw + 1) * block].copy(from: region.prefix(block))
            }
        }
    }
}
