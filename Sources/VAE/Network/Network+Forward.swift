import Kernels

extension Network {
    /// From `workspace.images` to the mean and log-variance of q(z|x), for the first `count` images.
    func encode(_ weights: Weights, _ workspace: Workspace, count: Int) {
        var input = workspace.images
        for (index, convolution) in convolutions.enumerated() {
            convolution.layer.forward(
                input, count: count, kernel: weights.parameters[convolution.weights.kernel],
                bias: weights.parameters[convolution.weights.bias], into: workspace.convolved[index],
                scratch: workspace.scratch)
            input = workspace.convolved[index]
        }
        run(hidden, weights.parameters, input, into: workspace.hidden, count: count)
        run(mean, weights.parameters, workspace.hidden, into: workspace.mean, count: count)
        run(logVariance, weights.parameters, workspace.hidden, into: workspace.logVariance, count: count)
    }

    /// From `workspace.z` to the logits.
    func decode(_ weights: Weights, _ workspace: Workspace, count: Int) {
        run(expansion, weights.parameters, workspace.z, into: workspace.expanded, count: count)
        var input = workspace.expanded
        for (index, layer) in transposed.enumerated() {
            layer.layer.forward(
                input, count: count, kernel: weights.parameters[layer.weights.kernel],
                prepared: weights.prepared[layer.prepared], bias: weights.parameters[layer.weights.bias],
                into: workspace.raised[index], scratch: workspace.scratch)
            input = workspace.raised[index]
        }
    }

    /// Draws z = μ + σ·ε from `workspace.noise`.
    func sampleLatents(_ workspace: Workspace, count: Int) {
        let latents = 0..<count * configuration.latentSize
        GaussianLatent.sample(
            mean: workspace.mean[latents], logVariance: workspace.logVariance[latents],
            noise: workspace.noise[latents], into: workspace.z[latents])
    }

    /// The two parts of the loss of each image, in nats, from the logits and the two heads. With a `gradientScale` the
    /// logits become the gradient of scale · reconstruction.
    func measure(_ workspace: Workspace, count: Int, gradientScale: Float?) {
        let latents = 0..<count * configuration.latentSize
        let pixels = 0..<count * configuration.imageShape.count
        GaussianLatent.divergence(
            mean: workspace.mean[latents], logVariance: workspace.logVariance[latents], count: count,
            into: workspace.divergence)
        let logits = workspace.logits[pixels]
        Bernoulli.loss(
            logits: logits, targets: workspace.images[pixels], count: count, losses: workspace.reconstruction,
            gradient: gradientScale == nil ? nil : logits, scale: gradientScale ?? 0)
    }

    private func run(
        _ dense: Placed<Dense>, _ parameters: FloatRegion, _ input: FloatRegion, into output: FloatRegion,
        count: Int
    ) {
        dense.layer.forward(
            input, count: count, kernel: parameters[dense.weights.kernel],
            bias: parameters[dense.weights.bias],
            into: output)
    }
}
