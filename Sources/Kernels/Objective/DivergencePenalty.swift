/// What an objective makes of the divergence of each image before its weight: the divergence itself, or a function of it that
/// leaves some of it without a price.
package enum DivergencePenalty: Sendable, Hashable {
    /// KL(q(z|x) ‖ N(0, I)).
    case divergence
    /// Σ max(λ, KLⱼ) over the latent dimensions j of an image, with λ in nats: below λ a dimension has no gradient.
    ///
    /// Source: Kingma et al., "Improved Variational Inference with Inverse Autoregressive Flow", 2016, equation 15, with groups of one
    /// dimension and the maximum taken image by image. The mean over a minibatch, which the paper takes first, would join
    /// all images of a batch before any of them can go back, and make a loss that depends on the batch's size.
    case freeBits(Double)
    /// |KL − C|, with C in nats an image.
    ///
    /// Source: Burgess et al., "Understanding disentangling in β-VAE", 2018, equation 8.
    case capacity(Double)

    /// The penalty of each image, in nats: computed in Double and rounded once.
    ///
    /// - Parameters:
    ///   - mean: (count, size), as is `logVariance`
    ///   - penalties: receives one value an image
    package func measure(
        mean: FloatRegion, logVariance: FloatRegion, count: Int, into penalties: FloatRegion
    ) {
        let size = mean.count / max(count, 1)
        precondition(
            mean.count == count * size && logVariance.count == mean.count && penalties.count >= count,
            "\(count) images of \(mean.count) latents")
        for image in 0..<count {
            var sum = 0.0
            for index in image * size..<(image + 1) * size {
                let part = GaussianLatent.divergence(mean.base[index], logVariance.base[index])
                if case .freeBits(let least) = self { sum += max(least, part) } else { sum += part }
            }
            if case .capacity(let target) = self { sum = abs(sum - target) }
            penalties.base[image] = Float(sum)
        }
    }
}

extension GaussianLatent {
    /// ½ (μ² + σ² − 1 − log σ²) of one dimension.
    fileprivate static func divergence(_ mean: Float, _ logVariance: Float) -> Double {
        let (mean, logVariance) = (Double(mean), Double(logVariance))
        return 0.5 * (mean * mean + (Elementary.expm1(logVariance) - logVariance))
    }

    /// The way back through `sample` and a weighted penalty to both heads: that of the divergence, with the weight that its slope
    /// gives each dimension or each image. At a corner the slope is 0.
    ///
    /// - Parameters:
    ///   - zGradient: (count, size), ∂L/∂z through the decoder
    ///   - weight: the factor of the penalty in the loss
    package static func backward(
        zGradient: FloatRegion, mean: FloatRegion, logVariance: FloatRegion, noise: FloatRegion,
        weight: Float, penalty: DivergencePenalty, count: Int, meanGradient: FloatRegion,
        logVarianceGradient: FloatRegion
    ) {
        func backward(_ range: Range<Int>, _ weight: Float) {
            self.backward(
                zGradient: zGradient[range], mean: mean[range], logVariance: logVariance[range],
                noise: noise[range], weight: weight, meanGradient: meanGradient[range],
                logVarianceGradient: logVarianceGradient[range])
        }
        switch penalty {
        case .divergence: backward(0..<zGradient.count, weight)
        case .freeBits(let least):
            for index in 0..<zGradient.count {
                backward(
                    index..<index + 1, divergence(mean[index], logVariance[index]) > least ? weight : 0)
            }
        case .capacity(let target):
            let size = zGradient.count / max(count, 1)
            for image in 0..<count {
                let range = image * size..<(image + 1) * size
                var sum = 0.0
                for index in range { sum += divergence(mean[index], logVariance[index]) }
                backward(range, sum > target ? weight : sum < target ? -weight : 0)
            }
        }
    }
}
