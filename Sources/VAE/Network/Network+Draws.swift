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

    /// The bound of each image by its draws, as what it has beside the mean reconstruction.
    /// - Parameter hasGradient: whether the gradient of the reconstruction was left for `backward`, and gets the shares of the draws
    func weighDraws(_ weights: Weights, _ workspace: Workspace, count: Int, hasGradient: Bool) {
        let latents = draws(workspace, count: count)
        StandardNormal().logDensity(
            latents.z, parameters: weights.parameters.prefix(0), rows: latents.rows, into: workspace.logPrior)
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
        importance.map {
            SampledPass(
                shares: workspace.shares, isDoublyReparameterised: $0.isDoublyReparameterised)
        }
    }

    /// Adds what the prior has to say of each draw to the gradient that the decoder has left.
    func addPriorGradient(_ weights: Weights, _ workspace: Workspace, _ pass: BackwardPass) {
        guard let zGradient = workspace.zGradient else { return }
        let latents = draws(workspace, count: pass.count)
        StandardNormal().addGradient(
            latents.z, parameters: weights.parameters.prefix(0), rows: latents.rows,
            weights: workspace.shares, scale: pass.klScale,
            zGradient: zGradient.prefix(latents.z.count), gradient: pass.gradients.prefix(0))
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
