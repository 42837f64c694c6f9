import Kernels

extension Network {
    /// The gradient of Σ (reconstruction + klWeight · divergence) · scale over the first `count` images.
    ///
    /// `workspace` holds what `encode`, `sampleLatents`, `decode` and `measure(gradientScale: scale)` left there.
    ///
    /// - Parameters:
    ///   - gradients: in the layout of the parameters
    ///   - accumulating: adds to `gradients` instead of overwriting them
    func backward(
        _ weights: Weights, _ workspace: Workspace, count: Int, scale: Float, klWeight: Float,
        gradients: FloatRegion, accumulating: Bool
    ) {
        // Up from the logits, which hold their gradient, through the decoder.
        var gradient = workspace.logits
        var other = workspace.gradients
        for (index, layer) in transposed.enumerated().reversed() {
            let place = layer.weights
            layer.layer.backward(
                gradient, input: index == 0 ? workspace.expanded : workspace.raised[index - 1],
                output: workspace.raised[index], count: count, kernel: weights.parameters[place.kernel],
                kernelGradient: gradients[place.kernel], biasGradient: gradients[place.bias],
                inputGradient: other.0, accumulating: accumulating, scratch: workspace.scratch)
            gradient = other.0
            other = (other.1, other.0)
        }
        back(
            expansion, gradient, weights.parameters, input: workspace.z, output: workspace.expanded,
            count: count,
            gradients: gradients, inputGradient: workspace.zGradient, accumulating: accumulating)

        // Through the sample to both heads, whose gradients meet in the hidden layer.
        let latents = 0..<count * configuration.latentSize
        GaussianLatent.backward(
            zGradient: workspace.zGradient[latents], mean: workspace.mean[latents],
            logVariance: workspace.logVariance[latents], noise: workspace.noise[latents],
            weight: klWeight * scale,
            meanGradient: workspace.meanGradient[latents],
            logVarianceGradient: workspace.logVarianceGradient[latents])
        back(
            mean, workspace.meanGradient, weights.parameters, input: workspace.hidden, output: workspace.mean,
            count: count,
            gradients: gradients, inputGradient: other.0, accumulating: accumulating)
        back(
            logVariance, workspace.logVarianceGradient, weights.parameters, input: workspace.hidden,
            output: workspace.logVariance, count: count, gradients: gradients, inputGradient: other.0,
            accumulating: accumulating, accumulatingInput: true)
        let flat = workspace.convolved[convolutions.count - 1]
        back(
            hidden, other.0, weights.parameters, input: flat, output: workspace.hidden, count: count,
            gradients: gradients,
            inputGradient: other.1, accumulating: accumulating)

        // Down through the encoder; the image itself needs no gradient.
        (gradient, other) = (other.1, (other.0, other.1))
        for (index, convolution) in convolutions.enumerated().reversed() {
            let place = convolution.weights
            convolution.layer.backward(
                gradient, input: index == 0 ? workspace.images : workspace.convolved[index - 1],
                output: workspace.convolved[index], count: count, kernel: weights.parameters[place.kernel],
                prepared: weights.prepared[convolution.prepared], kernelGradient: gradients[place.kernel],
                biasGradient: gradients[place.bias], inputGradient: index == 0 ? nil : other.0,
                accumulating: accumulating,
                scratch: workspace.scratch)
            gradient = other.0
            other = (other.1, other.0)
        }
    }

    private func back(
        _ dense: Placed<Dense>, _ gradient: FloatRegion, _ parameters: FloatRegion, input: FloatRegion,
        output: FloatRegion, count: Int, gradients: FloatRegion, inputGradient: FloatRegion,
        accumulating: Bool,
        accumulatingInput: Bool = false
    ) {
        dense.layer.backward(
            gradient, input: input, output: output, count: count, kernel: parameters[dense.weights.kernel],
            kernelGradient: gradients[dense.weights.kernel], biasGradient: gradients[dense.weights.bias],
            inputGradient: inputGradient, accumulating: accumulating, accumulatingInput: accumulatingInput)
    }
}
