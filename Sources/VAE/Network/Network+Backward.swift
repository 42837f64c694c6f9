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
        let pass = Pass(weights: weights, gradients: gradients, count: count, accumulating: accumulating)
        backThroughDecoder(workspace, pass)

        // Through the sample to both heads, whose gradients meet in what is below them.
        let latents = 0..<count * configuration.latentSize
        GaussianLatent.backward(
            zGradient: workspace.zGradient[latents], mean: workspace.mean[latents],
            logVariance: workspace.logVariance[latents], noise: workspace.noise[latents],
            weight: klWeight * scale,
            meanGradient: workspace.meanGradient[latents],
            logVarianceGradient: workspace.logVarianceGradient[latents])
        backThroughEncoder(workspace, pass)
    }

    /// What all layers share on the way back.
    private struct Pass {
        let weights: Weights
        let gradients: FloatRegion
        let count: Int
        let accumulating: Bool
    }

    /// From the output, which holds its gradient, to z.
    private func backThroughDecoder(_ workspace: Workspace, _ pass: Pass) {
        if let outputLogVariance {
            let slope = pass.gradients[outputLogVariance]
            var sum = pass.accumulating ? slope[0] : 0
            for image in 0..<pass.count { sum += workspace.outputLogVarianceGradients[image] }
            slope[0] = sum
        }
        var gradient = workspace.output
        var (next, spare) = workspace.gradients
        for (index, layer) in transposed.enumerated().reversed() {
            let place = layer.weights
            layer.layer.backward(
                gradient,
                input: index == 0
                    ? workspace.decoderHidden[decoderDense.count - 1] : workspace.raised[index - 1],
                output: workspace.raised[index], count: pass.count,
                kernel: pass.weights.parameters[place.kernel],
                kernelGradient: pass.gradients[place.kernel], biasGradient: pass.gradients[place.bias],
                inputGradient: next, accumulating: pass.accumulating, scratch: workspace.scratch)
            (gradient, next, spare) = (next, spare, next)
        }
        for (index, layer) in decoderDense.enumerated().reversed() {
            back(
                layer, gradient, pass, input: index == 0 ? workspace.z : workspace.decoderHidden[index - 1],
                output: workspace.decoderHidden[index],
                inputGradient: index == 0 ? workspace.zGradient : next)
            (gradient, next, spare) = (next, spare, next)
        }
    }

    /// From the heads' gradients down. The image itself needs none.
    private func backThroughEncoder(_ workspace: Workspace, _ pass: Pass) {
        var (gradient, next) = workspace.gradients
        let layers = convolutions.count + encoderDense.count
        /// What the layer above the first `below` layers was given.
        func input(above below: Int) -> FloatRegion {
            if below == 0 { return workspace.images }
            return below > convolutions.count
                ? workspace.encoderHidden[below - convolutions.count - 1] : workspace.convolved[below - 1]
        }
        back(
            mean, workspace.meanGradient, pass, input: input(above: layers), output: workspace.mean,
            inputGradient: layers == 0 ? nil : gradient)
        back(
            logVariance, workspace.logVarianceGradient, pass, input: input(above: layers),
            output: workspace.logVariance, inputGradient: layers == 0 ? nil : gradient,
            accumulatingInput: true)
        for (index, layer) in encoderDense.enumerated().reversed() {
            let below = convolutions.count + index
            back(
                layer, gradient, pass, input: input(above: below), output: workspace.encoderHidden[index],
                inputGradient: below == 0 ? nil : next)
            (gradient, next) = (next, gradient)
        }
        for (index, convolution) in convolutions.enumerated().reversed() {
            let place = convolution.weights
            convolution.layer.backward(
                gradient, input: input(above: index), output: workspace.convolved[index], count: pass.count,
                kernel: pass.weights.parameters[place.kernel],
                packed: pass.weights.packed[convolution.packed],
                kernelGradient: pass.gradients[place.kernel], biasGradient: pass.gradients[place.bias],
                inputGradient: index == 0 ? nil : next, accumulating: pass.accumulating,
                scratch: workspace.scratch)
            (gradient, next) = (next, gradient)
        }
    }

    private func back(
        _ dense: Placed<Dense>, _ gradient: FloatRegion, _ pass: Pass, input: FloatRegion,
        output: FloatRegion, inputGradient: FloatRegion?, accumulatingInput: Bool = false
    ) {
        dense.layer.backward(
            gradient, input: input, output: output, count: pass.count,
            kernel: pass.weights.parameters[dense.weights.kernel], packed: pass.weights.packed[dense.packed],
            kernelGradient: pass.gradients[dense.weights.kernel],
            biasGradient: pass.gradients[dense.weights.bias], inputGradient: inputGradient,
            accumulating: pass.accumulating, accumulatingInput: accumulatingInput)
    }
}
