/// The whole variational autoencoder on direct loops: the oracle of the engine's network and the naive implementation that
/// the benchmark measures against.
package struct ReferenceModel: Sendable {
    package let height: Int
    package let width: Int
    package let channels: Int
    package let hidden: Int
    package let latent: Int
    /// Encoder convolutions from the image down; the k-th transposed one of the decoder climbs back the same steps.
    package let encoder: [ReferenceConvolution]
    /// The convolutions that the decoder transposes, from the smallest up to the image.
    package let decoder: [ReferenceConvolution]

    /// The pairs (kernel, bias) in the order of the parameters.
    package let parameterCounts: [Int]

    /// A model as the engine builds it: 3×3 kernels, stride 2 for every filter count, then one transposed
    /// convolution of stride 1 to the image's channels.
    package init(
        height: Int, width: Int, channels: Int, encoderFilters: [Int], decoderFilters: [Int], hidden: Int,
        latent: Int
    ) {
        self.height = height
        self.width = width
        self.channels = channels
        self.hidden = hidden
        self.latent = latent
        var layers: [ReferenceConvolution] = []
        var (h, w, c) = (height, width, channels)
        for filters in encoderFilters {
            let layer = ReferenceConvolution(
                height: h, width: w, channels: c, filters: filters, kernelHeight: 3, kernelWidth: 3, stride: 2
            )
            layers.append(layer)
            (h, w, c) = (layer.outputHeight, layer.outputWidth, filters)
        }
        encoder = layers
        let flat = h * w * c
        var rising: [ReferenceConvolution] = []
        var inputs = c
        for (level, filters) in zip(layers.reversed(), decoderFilters) {
            rising.append(
                ReferenceConvolution(
                    height: level.height, width: level.width, channels: filters, filters: inputs,
                    kernelHeight: 3,
                    kernelWidth: 3, stride: 2))
            inputs = filters
        }
        rising.append(
            ReferenceConvolution(
                height: height, width: width, channels: channels, filters: inputs, kernelHeight: 3,
                kernelWidth: 3,
                stride: 1))
        decoder = rising
        var counts: [Int] = []
        for layer in layers { counts += [9 * layer.channels * layer.filters, layer.filters] }
        counts += [
            flat * hidden, hidden, hidden * latent, latent, hidden * latent, latent, latent * flat, flat,
        ]
        for layer in rising { counts += [9 * layer.channels * layer.filters, layer.channels] }
        parameterCounts = counts
    }

    /// What one pass gives: the losses of each image, the logits, and the gradient of the mean loss.
    package struct Pass<T: ReferenceScalar> {
        package var mean: [T] = []
        package var logVariance: [T] = []
        package var logits: [T] = []
        package var reconstruction: [T] = []
        package var divergence: [T] = []
        /// In the order of `parameterCounts`; empty without a backward pass.
        package var gradients: [[T]] = []

        /// The weight of the divergence.
        package var klWeight: T = 1

        /// Reconstruction plus weighted divergence, the mean over the images, in nats.
        package var loss: T {
            (reconstruction.reduce(0, +) + klWeight * divergence.reduce(0, +))
                / T(max(reconstruction.count, 1))
        }
    }

    /// - Parameters:
    ///   - images: (count, height, width, channels), values in [0, 1]
    ///   - noise: (count, latent)
    ///   - parameters: kernel, bias, kernel, bias, … in the order of `parameterCounts`
    // Callers in other modules would otherwise run unspecialised code, some fifteen times slower.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package func run<T: ReferenceScalar>(
        _ images: [T], noise: [T], parameters: [[T]], klWeight: T = 1, backward: Bool = true
    ) -> Pass<T> {
        let count = images.count / (height * width * channels)
        var pass = Pass<T>()
        pass.klWeight = klWeight
        var index = 0
        func next() -> (kernel: [T], bias: [T]) {
            defer { index += 2 }
            return (parameters[index], parameters[index + 1])
        }

        var activations = [images]
        for layer in encoder {
            let (kernel, bias) = next()
            let sum = layer.forward(activations[activations.count - 1], kernel: kernel, count: count)
            activations.append(Reference.rectified(Reference.adding(bias, to: sum)))
        }
        let flat = activations[activations.count - 1]
        let (hiddenKernel, hiddenBias) = next()
        let (meanKernel, meanBias) = next()
        let (varianceKernel, varianceBias) = next()
        let (decoderKernel, decoderBias) = next()
        let hiddenValues = Reference.rectified(
            Reference.adding(hiddenBias, to: Reference.dense(flat, kernel: hiddenKernel, count: count)))
        pass.mean = Reference.adding(
            meanBias, to: Reference.dense(hiddenValues, kernel: meanKernel, count: count))
        pass.logVariance = Reference.adding(
            varianceBias, to: Reference.dense(hiddenValues, kernel: varianceKernel, count: count))
        let z = pass.mean.indices.map { pass.mean[$0] + T.exp(pass.logVariance[$0] / 2) * noise[$0] }
        var rising = [
            Reference.rectified(
                Reference.adding(decoderBias, to: Reference.dense(z, kernel: decoderKernel, count: count)))
        ]
        var kernels: [[T]] = []
        for (position, layer) in decoder.enumerated() {
            let (kernel, bias) = next()
            kernels.append(kernel)
            let sum = Reference.adding(
                bias, to: layer.transpose(rising[position], kernel: kernel, count: count))
            rising.append(position == decoder.count - 1 ? sum : Reference.rectified(sum))
        }
        pass.logits = rising[decoder.count]
        pass.reconstruction = Reference.bernoulliLoss(logits: pass.logits, targets: images, count: count)
        pass.divergence = Reference.divergence(mean: pass.mean, logVariance: pass.logVariance, count: count)
        guard backward else { return pass }

        // Back through the decoder, gradients collected from the last layer to the first.
        let scale = 1 / T(count)
        var collected: [[T]] = []
        var gradient = Reference.bernoulliGradient(logits: pass.logits, targets: images).map { $0 * scale }
        for (position, layer) in decoder.enumerated().reversed() {
            if position < decoder.count - 1 {
                gradient = Reference.rectifiedGradient(gradient, output: rising[position + 1])
            }
            collected.append(Reference.biasGradient(gradient, channels: layer.channels))
            collected.append(layer.kernelGradient(gradient, gradient: rising[position], count: count))
            gradient = layer.forward(gradient, kernel: kernels[position], count: count)
        }
        gradient = Reference.rectifiedGradient(gradient, output: rising[0])
        collected.append(Reference.biasGradient(gradient, channels: decoderBias.count))
        collected.append(Reference.denseKernelGradient(z, gradient: gradient, count: count))
        let zGradient = Reference.denseInputGradient(gradient, kernel: decoderKernel, count: count)

        // Through the sample to both heads, whose gradients meet in the hidden layer.
        let meanGradient = zGradient.indices.map { zGradient[$0] + scale * klWeight * pass.mean[$0] }
        let varianceGradient = zGradient.indices.map { i -> T in
            let sigma = T.exp(pass.logVariance[i] / 2)
            return (zGradient[i] * sigma * noise[i] + scale * klWeight * (sigma * sigma - 1)) / 2
        }
        collected.append(Reference.biasGradient(varianceGradient, channels: latent))
        collected.append(
            Reference.denseKernelGradient(hiddenValues, gradient: varianceGradient, count: count))
        collected.append(Reference.biasGradient(meanGradient, channels: latent))
        collected.append(Reference.denseKernelGradient(hiddenValues, gradient: meanGradient, count: count))
        let fromMean = Reference.denseInputGradient(meanGradient, kernel: meanKernel, count: count)
        let fromVariance = Reference.denseInputGradient(
            varianceGradient, kernel: varianceKernel, count: count)
        gradient = Reference.rectifiedGradient(
            fromMean.indices.map { fromMean[$0] + fromVariance[$0] }, output: hiddenValues)
        collected.append(Reference.biasGradient(gradient, channels: hidden))
        collected.append(Reference.denseKernelGradient(flat, gradient: gradient, count: count))
        gradient = Reference.denseInputGradient(gradient, kernel: hiddenKernel, count: count)

        for (position, layer) in encoder.enumerated().reversed() {
            gradient = Reference.rectifiedGradient(gradient, output: activations[position + 1])
            collected.append(Reference.biasGradient(gradient, channels: layer.filters))
            collected.append(layer.kernelGradient(activations[position], gradient: gradient, count: count))
            if position > 0 {
                gradient = layer.transpose(gradient, kernel: parameters[2 * position], count: count)
            }
        }
        pass.gradients = collected.reversed()
        return pass
    }
}
