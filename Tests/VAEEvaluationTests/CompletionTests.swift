import Foundation
import Kernels
import Testing
import VAECore
import VAEEvaluation

@testable import VAE

/// Draws of p(x_missing|x_seen) beside what is known exactly.
@Suite("Completion of images against closed forms")
struct CompletionTests {
    /// The left half of gaussianShape, 5 rows of 6.
    private static let left = (0..<30).map { $0 % 6 < 3 }

    /// p(z|x_seen) and with it p(x_missing|x_seen) of a linear model, both Gaussian: z has covariance σ²M⁻¹ with M = WᵀW + σ²I over the
    /// seen rows of W, and mean M⁻¹Wᵀ(x − μ).
    private struct Exact {
        let mean: [Double]
        /// (missing, missing), without the noise σ² of p(x|z).
        let covariance: [[Double]]
        let variance: Double
        let logLikelihood: Double

        init(_ decoder: LinearGaussianDecoder, _ image: [Double], _ missing: [Bool]) throws {
            let q = decoder.latentSize
            let seen = missing.indices.filter { !missing[$0] }
            let hidden = missing.indices.filter { missing[$0] }
            func row(_ pixel: Int) -> [Double] { Array(decoder.weights[pixel * q..<(pixel + 1) * q]) }
            var inner = [Double](repeating: 0, count: q * q)
            var projected = [Double](repeating: 0, count: q)
            var squares = 0.0
            for pixel in seen {
                let (w, residual) = (row(pixel), image[pixel] - decoder.mean[pixel])
                squares += residual * residual
                for i in 0..<q {
                    projected[i] += w[i] * residual
                    for j in 0..<q { inner[i * q + j] += w[i] * w[j] }
                }
            }
            for i in 0..<q { inner[i * q + i] += decoder.variance }
            let factor = try CholeskyFactor(inner, size: q)
            let z = factor.solve(projected)
            mean = hidden.map { pixel in
                decoder.mean[pixel] + zip(row(pixel), z).reduce(0) { $0 + $1.0 * $1.1 }
            }
            covariance = hidden.map { pixel in
                let solved = factor.solve(row(pixel))
                return hidden.map { other in
                    decoder.variance * zip(row(other), solved).reduce(0) { $0 + $1.0 * $1.1 }
                }
            }
            variance = decoder.variance
            let explained = zip(projected, z).reduce(0) { $0 + $1.0 * $1.1 }
            logLikelihood =
                -0.5
                * (Double(seen.count) * log(2 * .pi) + Double(seen.count - q) * log(variance)
                    + factor.logDeterminant + (squares - explained) / variance)
        }
    }

    /// Mean and covariance of 20,000 draws, with the encoder that is exact for whole images and with one that is far too wide.
    @Test(arguments: [0.0, 2.0])
    func linearModelsHaveTheirGaussian(posteriorWidenedBy: Double) throws {
        let images = try gaussianImages(64, seed: 3)
        let model = try linearModel(
            ProbabilisticPCA(images, latentSize: 3), posteriorWidenedBy: posteriorWidenedBy)
        let exact = try Exact(LinearGaussianDecoder(model), images.doubles(of: 5), Self.left)
        let options = CompletionOptions(count: 20_000, proposals: 20_000, drawsValues: true, seed: 4)
        let found = try model.complete(images, at: 5, missing: Self.left, options: options)
        #expect(found.count == 20_000 && found.effectiveCount > 5000, "\(found.effectiveCount)")

        // A mean of weights has the relative variance 1/n_eff − 1/n.
        let error = (1 / found.effectiveCount - 1.0 / 20_000).squareRoot()
        #expect(abs(found.logLikelihood - exact.logLikelihood) < 5 * error + 1e-3)

        // Draws have the errors of the weights and of drawing again.
        let count = 1 / (1 / found.effectiveCount + 1.0 / 20_000)
        let hidden = Self.left.indices.filter { Self.left[$0] }
        let draws = (0..<found.count).map { draw in
            hidden.map { Double(found.images[draw * 30 + $0]) }
        }
        let mean = hidden.indices.map { at in draws.reduce(0) { $0 + $1[at] } / Double(draws.count) }
        for a in hidden.indices {
            let spread = exact.covariance[a][a] + exact.variance
            #expect(abs(mean[a] - exact.mean[a]) < 5 * (spread / count).squareRoot(), "value \(hidden[a])")
            // The weighted mean is without the noise of p(x|z).
            let inner = exact.covariance[a][a]
            #expect(
                abs(Double(found.mean[hidden[a]]) - exact.mean[a])
                    < 5 * (inner / found.effectiveCount).squareRoot() + 1e-6)
            // A variance of n draws has the relative standard error √(2/n), its root half of that.
            #expect(
                abs(Double(found.deviation[hidden[a]]) / inner.squareRoot() - 1)
                    < 5 * (0.5 / found.effectiveCount).squareRoot() + 1e-3)
            for b in 0...a {
                let covariance =
                    draws.reduce(0) { $0 + ($1[a] - mean[a]) * ($1[b] - mean[b]) } / Double(draws.count)
                let expected = exact.covariance[a][b] + (a == b ? exact.variance : 0)
                let other = exact.covariance[b][b] + exact.variance
                let error = ((expected * expected + spread * other) / count).squareRoot()
                #expect(abs(covariance - expected) < 5 * error, "values \(hidden[a]), \(hidden[b])")
            }
        }
        // What was seen is as it was.
        let image = try images.doubles(of: 5).map { Float($0) }
        for draw in [0, 19_999] {
            for place in 0..<30 where !Self.left[place] {
                #expect(found.images[draw * 30 + place] == image[place])
            }
        }
    }

    /// x = (|z|, z) + noise: seen |z| = 1, z may be 1 or −1. The encoder knows of 1 alone, which chains can't leave; half of the draws
    /// are at −1 all the same.
    @Test func aModeThatTheEncoderMissesIsFound() throws {
        let configuration = ModelConfiguration.fullyConnected(
            imageShape: ImageShape(height: 1, width: 2), hiddenUnits: [2], likelihood: .gaussian,
            latentSize: 1)
        let untrained = try VariationalAutoencoder(configuration)
        let tensors: [String: [Float]] = [
            "encoder.mean.bias": [1], "encoder.log_variance.bias": [log(0.01)],
            "decoder.dense.kernel": [1, -1], "decoder.output.kernel": [1, 1, 1, -1],
            "decoder.log_variance": [log(0.01)],
        ]
        #expect(Set(tensors.keys).isSubset(of: untrained.weights.map(\.name)))
        let model = VariationalAutoencoder(
            network: untrained.network,
            parameters: untrained.weights.flatMap { weight in
                tensors[weight.name] ?? weight.values.map { _ in 0 }
            })
        let image = try ImageSet(shape: configuration.imageShape, pixels: [255, 0])
        let options = CompletionOptions(count: 4000, proposals: 8000)
        let found = try model.complete(image, missing: [false, true], options: options)
        let positive = found.latents.count { $0 > 0 }
        let count = 1 / (1 / found.effectiveCount + 1.0 / 4000)
        #expect(abs(Double(positive) / 4000 - 0.5) < 5 * (0.25 / count).squareRoot(), "\(positive)")
        #expect(found.effectiveCount > 500, "\(found.effectiveCount)")
        // Two narrow modes at ±1/(1 + 0.01), the mean of the posterior of each.
        let deviation = Double(found.deviation[1])
        #expect(abs(deviation - 1) < 0.05, "\(deviation)")
        for latent in found.latents { #expect(abs(abs(latent) - 0.99) < 0.6) }
    }

    @Test func threadsChangeNothingAndSeedsDo() throws {
        let images = try gaussianImages(64, seed: 3)
        let model = try linearModel(ProbabilisticPCA(images, latentSize: 3))
        func draw(_ seed: UInt64, at index: Int, threads: Int) throws -> Completion {
            try model.complete(
                images, at: index, missing: Self.left,
                options: .init(count: 5, proposals: 200, chains: 9, sweeps: 2, seed: seed), threads: threads)
        }
        let first = try draw(1, at: 0, threads: 1)
        #expect(try draw(1, at: 0, threads: 3) == first)
        #expect(try draw(2, at: 0, threads: 1) != first)
        #expect(try draw(1, at: 1, threads: 1).latents != first.latents)
    }

    @Test func badInput() throws {
        let images = try gaussianImages(4, seed: 3)
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: gaussianShape, hiddenUnits: [], latentSize: 2))
        func refusal(_ missing: [Bool], _ options: CompletionOptions = .init()) -> String {
            do {
                _ = try model.complete(images, missing: missing, options: options)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal([true, false]).contains("mask"))
        #expect(refusal(Array(repeating: true, count: 30)).contains("nothing to see"))
        #expect(refusal(Array(repeating: false, count: 30)).contains("nothing out"))
        #expect(refusal(Self.left, .init(count: 0)).contains("draws"))
        #expect(refusal(Self.left, .init(proposals: 15)).contains("proposals"))
        #expect(refusal(Self.left, .init(chains: 0)).contains("chains"))
        #expect(refusal(Self.left, .init(sweeps: -1)).contains("sweeps"))
        let wide = try VariationalAutoencoder(
            .fullyConnected(imageShape: gaussianShape, hiddenUnits: [], latentSize: 2049))
        #expect(throws: VAEError.self) { try wide.complete(images, missing: Self.left) }
    }
}
