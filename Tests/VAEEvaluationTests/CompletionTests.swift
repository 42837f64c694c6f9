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

    /// ln p(x|m) of a value by the definitions of other likelihoods, from what the decoder gives for it; `own` are their parameters.
    private static func logDensity(
        _ likelihood: Likelihood, _ output: ArraySlice<Float>, _ x: Double, _ own: [Double]
    ) -> Double {
        let m = output.map(Double.init)
        func sigma(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        switch likelihood {
        case .continuousBernoulli: return m[0] == 0 ? 0 : m[0] * x + log(m[0] / (exp(m[0]) - 1))
        case .laplace: return -abs(x - m[0]) / exp(own[0]) - log(2 * exp(own[0]))
        case .studentT:
            let (s, v) = (1e-6 + exp(own[0]), exp(own[1]))
            return lgamma((v + 1) / 2) - lgamma(v / 2) - 0.5 * log(v * .pi * s)
                - (v + 1) / 2 * log(1 + (x - m[0]) * (x - m[0]) / s / v)
        case .logisticMixture:
            let total = m[0..<5].reduce(0) { $0 + exp($1) }
            let (k, y) = ((255 * x).rounded(), 2 * x - 1)
            let p = (0..<5).reduce(0.0) { sum, j in
                let (middle, s) = (m[5 + j] + 0.4 * Double(j - 2), exp(max(m[10 + j] - log(5), -7)))
                let above = k == 255 ? 1 : sigma((y + 1.0 / 255 - middle) / s)
                let below = k == 0 ? 0 : sigma((y - 1.0 / 255 - middle) / s)
                return sum + exp(m[j]) / total * (above - below)
            }
            return log(p)
        default: return .nan
        }
    }

    /// With one latent dimension p(z|x_seen) is a curve: its integrals, by 8,001 steps over 16 standard deviations of the prior, beside draws.
    @Test(arguments: [Likelihood.continuousBernoulli, .laplace, .studentT, .logisticMixture])
    func otherLikelihoodsHaveTheirIntegrals(likelihood: Likelihood) throws {
        let shape = ImageShape(height: 2, width: 3)
        let configuration = ModelConfiguration.fullyConnected(
            imageShape: shape, hiddenUnits: [4], hiddenActivation: .tanh, likelihood: likelihood,
            latentSize: 1)
        let untrained = try VariationalAutoencoder(configuration, seed: 5)
        // Stronger than a beginning, so that z says something; a scale that leaves the curve some width.
        let own: [String: Float] = [
            "decoder.log_scale": -1.5, "decoder.log_squared_scale": -3, "decoder.log_freedom": 1,
        ]
        let model = VariationalAutoencoder(
            network: untrained.network,
            parameters: untrained.weights.flatMap { weight in
                weight.values.map { own[weight.name] ?? 2 * $0 }
            })
        let numbers: [Double] =
            likelihood == .laplace ? [-1.5] : likelihood == .studentT ? [-3, 1] : []
        let image = try ImageSet(shape: shape, pixels: [200, 30, 90, 140, 255, 0])
        let missing = [false, true, false, false, true, false]
        let options = CompletionOptions(count: 4000, proposals: 20_000, drawsValues: true, seed: 2)
        let found = try model.complete(image, missing: missing, options: options)
        #expect(found.effectiveCount > 3000, "\(found.effectiveCount)")

        let z = (0...8000).map { Float($0 - 4000) / 500 }
        let (outputs, means) = try (model.outputs(z), model.decode(z))
        let each = outputs.count / z.count / 6
        let x = try image.pixels.map { Double($0) / 255 }
        var (total, sums, squares) = (0.0, [0.0, 0.0], [0.0, 0.0])
        for (step, z) in z.enumerated() {
            let logs = (0..<6).filter { !missing[$0] }.map { place in
                let start = (step * 6 + place) * each
                return Self.logDensity(likelihood, outputs[start..<start + each], x[place], numbers)
            }
            let weight = exp(logs.reduce(-0.5 * Double(z * z) - 0.5 * log(2 * .pi), +)) / 500
            total += weight
            for (at, place) in [1, 4].enumerated() {
                let mean = Double(means[step * 6 + place])
                sums[at] += weight * mean
                squares[at] += weight * mean * mean
            }
        }
        // A mean of weights has the relative variance 1/n_eff − 1/n.
        let error = (1 / found.effectiveCount - 1.0 / 20_000).squareRoot()
        #expect(abs(found.logLikelihood - log(total)) < 5 * error + 1e-5)
        for (at, place) in [1, 4].enumerated() {
            let mean = sums[at] / total
            let deviation = (squares[at] / total - mean * mean).squareRoot()
            #expect(
                abs(Double(found.mean[place]) - mean)
                    < 5 * deviation / found.effectiveCount.squareRoot() + 1e-6, "value \(place)")
            #expect(abs(Double(found.deviation[place]) / deviation - 1) < 0.1, "value \(place)")
            // Draws of values are what the density draws: of levels where there are levels.
            let drawn = (0..<4000).map { found.images[6 * $0 + place] }
            #expect(Set(drawn).count > 100)
            if likelihood == .logisticMixture {
                #expect(drawn.allSatisfy { (255 * $0).rounded() / 255 == $0 })
            }
        }
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
