extension ReferenceModel {
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
        func affine(_ input: [T]) -> [T] {
            defer { index += 2 }
            return Reference.adding(
                parameters[index + 1], to: Reference.dense(input, kernel: parameters[index], count: count))
        }

        // The encoder's values, from the images to what the heads read.
        var falling = [images]
        for layer in encoder {
            let sum = layer.forward(falling[falling.count - 1], kernel: parameters[index], count: count)
            falling.append(Reference.activated(Reference.adding(parameters[index + 1], to: sum), activation))
            index += 2
        }
        for _ in encoderUnits {
            falling.append(Reference.activated(affine(falling[falling.count - 1]), activation))
        }
        let heads = index
        pass.mean = affine(falling[falling.count - 1])
        pass.logVariance = affine(falling[falling.count - 1])
        let z = pass.mean.indices.map { pass.mean[$0] + T.exp(pass.logVariance[$0] / 2) * noise[$0] }

        // The decoder's, from z to the output, which has no activation.
        var rising = [z]
        let layers = decoderUnits.count + decoder.count
        func finished(_ sum: [T]) -> [T] {
            rising.count == layers ? sum : Reference.activated(sum, activation)
        }
        for _ in decoderUnits { rising.append(finished(affine(rising[rising.count - 1]))) }
        for layer in decoder {
            let sum = layer.transpose(rising[rising.count - 1], kernel: parameters[index], count: count)
            rising.append(finished(Reference.adding(parameters[index + 1], to: sum)))
            index += 2
        }
        pass.output = rising[layers]
        pass.divergence = Reference.divergence(mean: pass.mean, logVariance: pass.logVariance, count: count)
        pass.reconstruction =
            isGaussian
            ? Reference.gaussianLoss(
                means: pass.output, targets: images, logVariance: parameters[index][0], count: count)
            : Reference.bernoulliLoss(logits: pass.output, targets: images, count: count)
        guard backward else { return pass }

        // Gradients are collected from the last parameter to the first.
        let scale = 1 / T(count)
        var collected: [[T]] = []
        var gradient: [T]
        if isGaussian {
            let slopes = Reference.gaussianLogVarianceGradient(
                means: pass.output, targets: images, logVariance: parameters[index][0], count: count)
            collected.append([slopes.reduce(0, +) * scale])
            gradient = Reference.gaussianGradient(
                means: pass.output, targets: images, logVariance: parameters[index][0])
        } else {
            gradient = Reference.bernoulliGradient(logits: pass.output, targets: images)
        }
        gradient = gradient.map { $0 * scale }
        for (position, layer) in decoder.enumerated().reversed() {
            index -= 2
            let place = decoderUnits.count + position
            if place + 1 < layers {
                gradient = Reference.activationGradient(gradient, output: rising[place + 1], activation)
            }
            collected.append(Reference.biasGradient(gradient, channels: layer.channels))
            collected.append(layer.kernelGradient(gradient, gradient: rising[place], count: count))
            gradient = layer.forward(gradient, kernel: parameters[index], count: count)
        }
        /// Through the dense layer at `index`.
        func collect(_ gradient: [T], input: [T]) {
            collected.append(Reference.biasGradient(gradient, channels: parameters[index + 1].count))
            collected.append(Reference.denseKernelGradient(input, gradient: gradient, count: count))
        }
        for place in decoderUnits.indices.reversed() {
            index -= 2
            if place + 1 < layers {
                gradient = Reference.activationGradient(gradient, output: rising[place + 1], activation)
            }
            collect(gradient, input: rising[place])
            gradient = Reference.denseInputGradient(gradient, kernel: parameters[index], count: count)
        }

        // Through the sample to both heads, whose gradients meet in what they read.
        let meanGradient = gradient.indices.map { gradient[$0] + scale * klWeight * pass.mean[$0] }
        let varianceGradient = gradient.indices.map { i -> T in
            let sigma = T.exp(pass.logVariance[i] / 2)
            return (gradient[i] * sigma * noise[i] + scale * klWeight * (sigma * sigma - 1)) / 2
        }
        index = heads + 2
        collect(varianceGradient, input: falling[falling.count - 1])
        index = heads
        collect(meanGradient, input: falling[falling.count - 1])
        let fromMean = Reference.denseInputGradient(meanGradient, kernel: parameters[heads], count: count)
        let fromVariance = Reference.denseInputGradient(
            varianceGradient, kernel: parameters[heads + 2], count: count)
        gradient = fromMean.indices.map { fromMean[$0] + fromVariance[$0] }

        for place in encoderUnits.indices.reversed().map({ encoder.count + $0 }) {
            index -= 2
            gradient = Reference.activationGradient(gradient, output: falling[place + 1], activation)
            collect(gradient, input: falling[place])
            gradient = Reference.denseInputGradient(gradient, kernel: parameters[index], count: count)
        }
        for (place, layer) in encoder.enumerated().reversed() {
            index -= 2
            gradient = Reference.activationGradient(gradient, output: falling[place + 1], activation)
            collected.append(Reference.biasGradient(gradient, channels: layer.filters))
            collected.append(layer.kernelGradient(falling[place], gradient: gradient, count: count))
            if place > 0 { gradient = layer.transpose(gradient, kernel: parameters[index], count: count) }
        }
        pass.gradients = collected.reversed()
        return pass
    }
}
