import Foundation
import Testing
import VAECore

@testable import VAE
@testable import VAEEvaluation

/// Draws of pixels from their means.
struct PixelNoiseTests {
    private func model(_ likelihood: Likelihood) throws -> VariationalAutoencoder {
        try VariationalAutoencoder(
            .fullyConnected(
                imageShape: ImageShape(height: 40, width: 50), hiddenUnits: [], likelihood: likelihood,
                latentSize: 1))
    }

    @Test func blackAndWhiteByTheMeans() throws {
        let means = (0..<10 * 2000).map { [0, 1, 0.3, 0.8][$0 % 4] as Float }
        var drawn = means
        PixelNoise.draw(&drawn, outputs: drawn, of: try model(.bernoulli), isBinary: true, seed: 3)
        for (offset, mean) in [0, 1, 0.3, 0.8].enumerated() {
            let pixels = stride(from: offset, to: drawn.count, by: 4).map { drawn[$0] }
            #expect(pixels.allSatisfy { $0 == 0 || $0 == 1 })
            // 5,000 pixels: six standard errors of their share.
            let error = 6 * (mean * (1 - mean) / 5000).squareRoot()
            #expect(abs(Double(pixels.reduce(0, +)) / 5000 - mean) <= error)
        }
        // An image's numbers are its own.
        var first = Array(means.prefix(2000))
        PixelNoise.draw(&first, outputs: first, of: try model(.bernoulli), isBinary: true, seed: 3)
        #expect(first == Array(drawn.prefix(2000)))
        var grey = means
        PixelNoise.draw(&grey, outputs: grey, of: try model(.bernoulli), isBinary: false, seed: 3)
        #expect(grey == means)
    }

    @Test func gaussiansHaveTheirVariance() throws {
        let model = try model(.gaussian)
        let logVariance = try #require(
            model.weights.first { $0.name == "decoder.log_variance" }?.values.first)
        var drawn = [Float](repeating: 0.5, count: 10 * 2000)
        PixelNoise.draw(&drawn, outputs: drawn, of: model, isBinary: false, seed: 3)
        let squares = drawn.reduce(0.0) { $0 + pow(Double($1) - 0.5, 2) } / 20_000
        // A variance's standard error is √(2/n) of it: six of them.
        #expect(abs(squares / exp(Double(logVariance)) - 1) < 6 * (2.0 / 20_000).squareRoot())
    }

    /// Draws have the mean of the density, which is not its parameter.
    @Test func continuousBernoullis() throws {
        let logits = (0..<10 * 2000).map { [-6, 0, 2, 30][$0 % 4] as Float }
        var drawn = [Float](repeating: .nan, count: logits.count)
        PixelNoise.draw(
            &drawn, outputs: logits, of: try model(.continuousBernoulli), isBinary: false, seed: 3)
        for (offset, logit) in [-6.0, 0, 2, 30].enumerated() {
            let pixels = stride(from: offset, to: drawn.count, by: 4).map { Double(drawn[$0]) }
            let mean = logit == 0 ? 0.5 : 1 / (1 - exp(-logit)) - 1 / logit
            // Six standard errors of at most that of equally likely values, √(1/12).
            #expect(abs(pixels.reduce(0, +) / 5000 - mean) < 6 * (1.0 / 12 / 5000).squareRoot())
        }
    }

    /// Absolute deviations of a Laplace density are b on average, with a standard deviation of b; and half of the draws lie above.
    @Test func laplaceDraws() throws {
        let plain = try model(.laplace)
        let model = VariationalAutoencoder(
            network: plain.network, parameters: plain.parameters.dropLast() + [-1.5])
        let count = 10 * 2000
        var drawn = [Float](repeating: 0.5, count: count)
        PixelNoise.draw(&drawn, outputs: drawn, of: model, isBinary: false, seed: 3)
        let error = drawn.reduce(0.0) { $0 + abs(Double($1) - 0.5) } / Double(count)
        #expect(abs(error / exp(-1.5) - 1) < 6 / Double(count).squareRoot())
        let above = Double(drawn.count { $0 > 0.5 }) / Double(count)
        #expect(abs(above - 0.5) < 3 / Double(count).squareRoot())
    }

    /// Half of a t density lies within s times its third quartile, here of ν = e: by its distribution function in closed form for ν = 1 and 2, 1 and 0.8165.
    @Test(arguments: [(0, 1.0), (0.693_147_2, 0.816_496_6)] as [(Float, Double)])
    func studentDraws(logFreedom: Float, quartile: Double) throws {
        let shape = ImageShape(height: 1, width: 2)
        let plain = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [], likelihood: .studentT, latentSize: 1))
        let logs: [Float] = [-2, 1]
        let model = VariationalAutoencoder(
            network: plain.network, parameters: plain.parameters.dropLast(3) + logs + [logFreedom])
        let count = 20_000
        var drawn = [Float](repeating: 0.25, count: 2 * count)
        PixelNoise.draw(&drawn, outputs: drawn, of: model, isBinary: false, seed: 3)
        for value in 0..<2 {
            let bound = quartile * (exp(Double(logs[value])) + 1e-6).squareRoot()
            let errors = stride(from: value, to: drawn.count, by: 2).map { Double(drawn[$0]) - 0.25 }
            // Six standard errors of a share of a half, of those within the quartiles and of those above.
            let limit = 3 / Double(count).squareRoot()
            #expect(abs(Double(errors.count { abs($0) < bound }) / Double(count) - 0.5) < limit)
            #expect(abs(Double(errors.count { $0 > 0 }) / Double(count) - 0.5) < limit)
        }
    }

    /// Each channel, and each value, has the variance of its own.
    @Test(arguments: [Likelihood.gaussianChannel, .gaussianValue])
    func severalVariances(likelihood: Likelihood) throws {
        let shape = ImageShape(height: 2, width: 1, channels: 3)
        let plain = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [], likelihood: likelihood, latentSize: 1))
        let logs: [Float] = [-2, 0, -9, 1, -30, -5]
        let own = likelihood == .gaussianChannel ? 3 : 6
        let model = VariationalAutoencoder(
            network: plain.network, parameters: plain.parameters.dropLast(own) + logs.prefix(own))
        let count = 20_000
        var drawn = [Float](repeating: -3, count: count * 6)
        PixelNoise.draw(&drawn, outputs: drawn, of: model, isBinary: false, seed: 3)
        for value in 0..<6 {
            let squares = stride(from: value, to: drawn.count, by: 6).reduce(0.0) {
                $0 + pow(Double(drawn[$1]) + 3, 2)
            }
            let expected = 1e-6 + exp(Double(logs[value % own]))
            // Six standard errors; −3 has steps of 2e-7, which σ = 0.001 hardly feels.
            #expect(
                abs(squares / Double(count) / expected - 1) < 6 * (2.0 / Double(count)).squareRoot(),
                "value \(value)")
        }
    }
}
