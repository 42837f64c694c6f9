/// The diagonal Gaussian q(z|x) = N(μ, diag σ²) of the encoder, given by μ and log σ².
///
/// Source: Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, section 2.4 and appendix B.
package enum GaussianLatent {
    /// z = μ + σ·ε with σ = exp(½ log σ²); all four regions have the same shape.
    package static func sample(
        mean: FloatRegion, logVariance: FloatRegion, noise: FloatRegion, into z: FloatRegion
    ) {
        precondition(
            mean.count == z.count && logVariance.count == z.count && noise.count == z.count,
            "\(z.count) latents")
        for index in 0..<z.count {
            z.base[index] = mean.base[index] + deviation(logVariance.base[index]) * noise.base[index]
        }
    }

    /// KL(q(z|x) ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²) of each image, in nats.
    ///
    /// - Parameters:
    ///   - mean: (count, size), as is `logVariance`
    ///   - klDivergences: receives one sum an image
    package static func klDivergence(
        mean: FloatRegion, logVariance: FloatRegion, count: Int, into klDivergences: FloatRegion
    ) {
        let size = mean.count / max(count, 1)
        precondition(
            mean.count == count * size && logVariance.count == mean.count && klDivergences.count >= count,
            "\(count) images of \(mean.count) latents")
        for image in 0..<count {
            var sum = 0.0
            for index in image * size..<(image + 1) * size {
                let (mu, logVariance) = (Double(mean.base[index]), Double(logVariance.base[index]))
                // e^l − 1 − l as expm1(l) − l: near the prior both parts are small and their difference is not lost.
                sum += mu * mu + (Elementary.expm1(logVariance) - logVariance)
            }
            klDivergences.base[image] = Float(0.5 * sum)
        }
    }

    /// The way back through `sample` and the weighted divergence to both heads.
    ///
    /// ∂L/∂μ = ∂L/∂z + w·μ and ∂L/∂log σ² = ½·(∂L/∂z·σ·ε + w·(σ² − 1)).
    ///
    /// - Parameters:
    ///   - zGradient: ∂L/∂z through the decoder
    ///   - weight: w, the factor of the divergence in the loss (β over the batch's images)
    package static func backward(
        zGradient: FloatRegion, mean: FloatRegion, logVariance: FloatRegion, noise: FloatRegion,
        weight: Float,
        meanGradient: FloatRegion, logVarianceGradient: FloatRegion
    ) {
        let count = zGradient.count
        precondition(
            mean.count == count && logVariance.count == count && noise.count == count
                && meanGradient.count == count && logVarianceGradient.count == count, "\(count) latents")
        for index in 0..<count {
            let logVariance = logVariance.base[index]
            let path = zGradient.base[index] * deviation(logVariance) * noise.base[index]
            meanGradient.base[index] = zGradient.base[index] + weight * mean.base[index]
            logVarianceGradient.base[index] =
                0.5 * (path + weight * Float(Elementary.expm1(Double(logVariance))))
        }
    }

    /// σ = exp(½ log σ²), rounded from Double.
    private static func deviation(_ logVariance: Float) -> Float {
        Float(Elementary.exp(0.5 * Double(logVariance)))
    }
}
