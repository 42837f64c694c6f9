import Foundation
import Kernels
import VAE
import VAECore

/// The decoder of a linear model with a Gaussian likelihood of one variance, x = Wz + μ + ε: under it p(x) = N(μ, WWᵀ + σ²I), which
/// can be had exactly.
package struct LinearGaussianDecoder: Sendable {
    /// Dimensions of z.
    package let latentSize: Int
    /// W, (pixels, latentSize) row by row.
    package let weights: [Double]
    /// μ, of pixels in [0, 1].
    package let mean: [Double]
    /// σ².
    package let variance: Double

    /// - Throws: `invalidData` unless the model's decoder is one dense layer and its likelihood Gaussian with one variance.
    package init(_ model: VariationalAutoencoder) throws(VAEError) {
        let configuration = model.configuration
        guard configuration.decoderLayers.isEmpty,
            configuration.likelihood == .gaussian, configuration.prior.isStandard
        else {
            throw VAEError(
                .invalidData, "model", "has no linear decoder with a Gaussian likelihood of one variance",
                expected:
                    "a model without filters and hidden units in its decoder, --likelihood gaussian, and N(0, I) as prior",
                found: configuration.phrase,
                advice: "Train one so; the closed form is known for linear models alone.")
        }
        func values(_ name: String) -> [Double] {
            model.weights.first { $0.name == name }.map { $0.values.map(Double.init) } ?? []
        }
        let (kernel, size) = (values("decoder.output.kernel"), configuration.imageShape.count)
        latentSize = configuration.latentSize
        let latent = latentSize
        // Kept as [in, out].
        weights = (0..<size).flatMap { pixel in (0..<latent).map { kernel[$0 * size + pixel] } }
        mean = values("decoder.output.bias")
        variance = exp(values("decoder.log_variance")[0])
    }

    /// ln p(x) of every image, in nats: a density's, of pixels in [0, 1].
    ///
    /// With M = WᵀW + σ²I and r = x − μ it is −½ (d ln 2π + (d − q) ln σ² + ln |M| + (|r|² − rᵀW M⁻¹ Wᵀr)/σ²): matrices
    /// of the latent space's size alone (Woodbury's identity).
    ///
    /// - Throws: `invalidArgument` when the images have another size than the model's; `invalidData` when weights are not finite.
    /// - Complexity: O(images · d · q) for d pixels and q dimensions.
    package func logLikelihood(of images: ImageSet) throws(VAEError) -> [Double] {
        let (size, latent) = (mean.count, latentSize)
        guard images.shape.count == size else {
            throw VAEError(
                .invalidArgument, "images", "do not have the model's size", expected: "\(size) values",
                found: "\(images.shape)")
        }
        var inner = [Double](repeating: 0, count: latent * latent)
        for pixel in 0..<size {
            for i in 0..<latent {
                for j in 0..<latent {
                    inner[i * latent + j] += weights[pixel * latent + i] * weights[pixel * latent + j]
                }
            }
        }
        for i in 0..<latent { inner[i * latent + i] += variance }
        let factor: CholeskyFactor
        do throws(FactorizationError) {
            factor = try CholeskyFactor(inner, size: latent)
        } catch {
            throw VAEError(.invalidData, "model", "has weights without a density: \(error)")
        }
        let constant =
            Double(size) * log(2 * .pi) + Double(size - latent) * log(variance) + factor.logDeterminant
        return try (0..<images.count).map { (image) throws(VAEError) in
            var squares = 0.0
            var projected = [Double](repeating: 0, count: latent)
            for (pixel, value) in try images.doubles(of: image).enumerated() {
                let residual = value - mean[pixel]
                squares += residual * residual
                for i in 0..<latent { projected[i] += residual * weights[pixel * latent + i] }
            }
            let explained = zip(projected, factor.solve(projected)).reduce(0) { $0 + $1.0 * $1.1 }
            return -0.5 * (constant + (squares - explained) / variance)
        }
    }
}
