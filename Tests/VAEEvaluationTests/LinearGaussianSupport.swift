import Foundation
import Kernels
import VAECore
import VAEEvaluation

@testable import VAE

/// Images of 30 pixels.
let gaussianShape = ImageShape(height: 5, width: 6)

/// Images drawn from N(½, WWᵀ + 0.03²I) with three columns of W, of different lengths, rounded to bytes. Pixels are some
/// 3 standard deviations away from black and white.
func gaussianImages(_ count: Int, seed: UInt64) throws -> ImageSet {
    let size = gaussianShape.count
    func normals(_ count: Int, item: Int) -> [Double] {
        var stream = RandomStream(seed: seed, purpose: .priorSample, item: item)
        return (0..<count).map { _ in Double(stream.normalPair().x) }
    }
    let loadings = [0.12, 0.09, 0.06].enumerated().map { index, scale in
        normals(size, item: index).map { scale * $0 }
    }
    var pixels: [UInt8] = []
    for image in 0..<count {
        let (z, noise) = (normals(3, item: 2 * image + 3), normals(size, item: 2 * image + 4))
        for pixel in 0..<size {
            let signal = (0..<3).reduce(0.5) { $0 + z[$1] * loadings[$1][pixel] }
            pixels.append(UInt8(min(max((signal + 0.03 * noise[pixel]) * 255, 0), 255).rounded()))
        }
    }
    return try ImageSet(shape: gaussianShape, pixels: pixels)
}

/// A linear model with the decoder of the closed form and the encoder that is exact for it, W = U(Λ − σ²I)^½ and
/// q(z|x) = N(Λ⁻¹Wᵀ(x − μ), σ²Λ⁻¹); or with wider distributions than these.
///
/// - Parameters:
///   - widenedBy: added to log σ² of p(x|z)
///   - posteriorWidenedBy: added to log σ² of q(z|x)
func linearModel(
    _ pca: ProbabilisticPCA, widenedBy: Double = 0, posteriorWidenedBy: Double = 0
) throws -> VariationalAutoencoder {
    let (size, latent) = (gaussianShape.count, pca.latentSize)
    let configuration = ModelConfiguration.fullyConnected(
        imageShape: gaussianShape, hiddenUnits: [], likelihood: .gaussian, latentSize: latent)
    let scales = pca.eigenvalues.prefix(latent).map { ($0 - pca.variance).squareRoot() }
    let precisions = (0..<latent).map { scales[$0] / pca.eigenvalues[$0] }
    var tensors: [String: [Double]] = [:]
    tensors["encoder.mean.kernel"] = (0..<size).flatMap { pixel in
        (0..<latent).map { precisions[$0] * pca.axes[$0][pixel] }
    }
    tensors["encoder.mean.bias"] = (0..<latent).map { k in
        -precisions[k] * zip(pca.axes[k], pca.mean).reduce(0) { $0 + $1.0 * $1.1 }
    }
    tensors["encoder.log_variance.bias"] = (0..<latent).map {
        log(pca.variance / pca.eigenvalues[$0]) + posteriorWidenedBy
    }
    tensors["decoder.output.kernel"] = (0..<latent).flatMap { k in pca.axes[k].map { scales[k] * $0 } }
    tensors["decoder.output.bias"] = pca.mean
    tensors["decoder.log_variance"] = [log(pca.variance) + widenedBy]
    let model = try VariationalAutoencoder(configuration)
    let parameters = model.weights.flatMap { weight in
        tensors[weight.name]?.map(Float.init) ?? weight.values.map { _ in 0 }
    }
    return VariationalAutoencoder(network: model.network, parameters: parameters)
}

/// A linear model with the same weights and σ², which it has for each channel or value.
func severalVariances(
    _ model: VariationalAutoencoder, _ likelihood: Likelihood
) throws -> VariationalAutoencoder {
    var configuration = model.configuration
    configuration.likelihood = likelihood
    let other = try VariationalAutoencoder(configuration)
    let logVariance = model.parameters[model.parameters.count - 1]
    let own = Float(log(exp(Double(logVariance)) - DiagonalGaussian.leastVariance))
    let count = other.parameters.count - model.parameters.count + 1
    return VariationalAutoencoder(
        network: other.network,
        parameters: model.parameters.dropLast() + [Float](repeating: own, count: count))
}
