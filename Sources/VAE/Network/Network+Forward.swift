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
        for (index, layer) in encoderDense.enumerated() {
            run(layer, weights, input, into: workspace.encoderHidden[index], workspace, count)
            input = workspace.encoderHidden[index]
        }
        run(mean, weights, input, into: workspace.mean, workspace, count)
        run(logVariance, weights, input, into: workspace.logVariance, workspace, count)
    }

    /// From `workspace.z` to the output: logits of Bernoulli means, or Gaussian means.
    func decode(_ weights: Weights, _ workspace: Workspace, count: Int) {
        var input = workspace.z
        for (index, layer) in decoderDense.enumerated() {
            run(layer, weights, input, into: workspace.decoderHidden[index], workspace, count)
            input = workspace.decoderHidden[index]
        }
        for (index, layer) in transposed.enumerated() {
            layer.layer.forward(
                input, count: count, kernel: weights.parameters[layer.weights.kernel],
                packed: weights.packed[layer.packed], bias: weights.parameters[layer.weights.bias],
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

    /// The two parts of the loss of each image, in nats, from the output and the two heads. With a `gradientScale` the
    /// output becomes the gradient of scale · reconstruction.
    func measure(_ weights: Weights, _ workspace: Workspace, count: Int, gradientScale: Float?) {
        let latents = 0..<count * configuration.latentSize
        GaussianLatent.divergence(
            mean: workspace.mean[latents], logVariance: workspace.logVariance[latents], count: count,
            into: workspace.divergence)
        measureReconstruction(weights, workspace, count: count, gradientScale: gradientScale)
    }

    /// −ln p(x|z) of each image, in nats, from the output.
    func measureReconstruction(
        _ weights: Weights, _ workspace: Workspace, count: Int, gradientScale: Float? = nil
    ) {
        let pixels = 0..<count * configuration.imageShape.count
        let (output, images) = (workspace.output[pixels], workspace.images[pixels])
        let gradient = gradientScale == nil ? nil : output
        if let outputLogVariance {
            Gaussian.loss(
                means: output, targets: images, logVariance: weights.parameters[outputLogVariance.lowerBound],
                count: count, losses: workspace.reconstruction, gradient: gradient,
                logVarianceGradients: gradientScale == nil ? nil : workspace.outputLogVarianceGradients,
                scale: gradientScale ?? 0)
        } else {
            Bernoulli.loss(
                logits: output, targets: images, count: count, losses: workspace.reconstruction,
                gradient: gradient, scale: gradientScale ?? 0)
        }
    }

    /// The means of p(x|z) of the first `count` images, from the output.
    func writeMeans(_ workspace: Workspace, count: Int, into means: FloatRegion) {
        let output = workspace.output.prefix(count * configuration.imageShape.count)
        switch configuration.likelihood {
        case .bernoulli: Bernoulli.means(logits: output, into: means)
        case .gaussian: means.copy(from: output)
        }
    }

    private func run(
        _ dense: Placed<Dense>, _ weights: Weights, _ input: FloatRegion, into output: FloatRegion,
        _ workspace: Workspace, _ count: Int
    ) {
        // With sgemm all rows of a workspace, however many of them are images: a product of another shape may round otherwise.
        dense.layer.forward(
            input, count: dense.layer.direct == nil ? workspace.capacity : count,
            kernel: weights.parameters[dense.weights.kernel], packed: weights.packed[dense.packed],
            bias: weights.parameters[dense.weights.bias], into: output)
    }
}
