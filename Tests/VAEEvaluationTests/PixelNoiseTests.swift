import Foundation
import Testing
import VAE
import VAECore

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
        PixelNoise.draw(&drawn, of: try model(.bernoulli), isBinary: true, seed: 3)
        for (offset, mean) in [0, 1, 0.3, 0.8].enumerated() {
            let pixels = stride(from: offset, to: drawn.count, by: 4).map { drawn[$0] }
            #expect(pixels.allSatisfy { $0 == 0 || $0 == 1 })
            // 5,000 pixels: six standard errors of their share.
            let error = 6 * (mean * (1 - mean) / 5000).squareRoot()
            #expect(abs(Double(pixels.reduce(0, +)) / 5000 - mean) <= error)
        }
        // An image's numbers are its own.
        var first = Array(means.prefix(2000))
        PixelNoise.draw(&first, of: try model(.bernoulli), isBinary: true, seed: 3)
        #expect(first == Array(drawn.prefix(2000)))
        var grey = means
        PixelNoise.draw(&grey, of: try model(.bernoulli), isBinary: false, seed: 3)
        #expect(grey == means)
    }

    @Test func gaussiansHaveTheirVariance() throws {
        let model = try model(.gaussian)
        let logVariance = try #require(
            model.weights.first { $0.name == "decoder.log_variance" }?.values.first)
        var drawn = [Float](repeating: 0.5, count: 10 * 2000)
        PixelNoise.draw(&drawn, of: model, isBinary: false, seed: 3)
        let squares = drawn.reduce(0.0) { $0 + pow(Double($1) - 0.5, 2) } / 20_000
        // A variance's standard error is √(2/n) of it: six of them.
        #expect(abs(squares / exp(Double(logVariance)) - 1) < 6 * (2.0 / 20_000).squareRoot())
    }
}
