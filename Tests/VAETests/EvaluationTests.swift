import Testing
@testable import VAE
import VAECore
import VAEEvaluation

@Suite("Looking at a latent space") struct EvaluationTests {
    /// Values of the standard normal distribution's tables, to the digits they print.
    @Test(arguments: [
        (0.5, 0.0), (0.975, 1.959964), (0.025, -1.959964), (0.841344746, 1.0), (1e-10, -6.361341),
    ])
    func normalQuantiles(probability: Double, quantile: Double) {
        #expect(abs(normalQuantile(probability) - quantile) < 1e-6)
    }

    /// Points on a tilted line with a little width: the first axis is the line, with its share of the variance.
    @Test func principalAxesFindTheLine() throws {
        // (3t, 4t) has direction (0.6, 0.8); the second coordinate of each pair moves across it.
        var means: [Float] = []
        for t in -10...10 {
            for across: Float in [-0.5, 0.5] {
                means += [3 * Float(t) - 0.8 * across + 1, 4 * Float(t) + 0.6 * across - 2]
            }
        }
        let encoding = Encoding(latentSize: 2, mean: means, logVariance: means)
        let axes = try PrincipalAxes(of: encoding)
        // Float means round at 2^-20 or so; the axes are accurate to that over the line's length.
        #expect(abs(axes.axes[0][0] - 0.6) < 1e-6 && abs(axes.axes[0][1] - 0.8) < 1e-6)
        #expect(abs(axes.mean[0] - 1) < 1e-6 && abs(axes.mean[1] + 2) < 1e-6)
        // Along the line 25·Σt²·2/41, across it 42·0.25/41.
        let (along, across) = (25.0 * 770 * 2 / 41, 42 * 0.25 / 41)
        #expect(abs(axes.variances[0] / along - 1) < 1e-6 && abs(axes.variances[1] / across - 1) < 1e-4)
        #expect(abs(axes.varianceShare(along: 0) - along / (along + across)) < 1e-6)
        let first = axes.coordinates(of: encoding, along: 0)
        #expect(abs(first[0] + 50) < 1e-4 && abs(first[41] - 50) < 1e-4)
        let point = axes.latent(at: 1, 0)
        #expect(abs(Double(point[0]) - (1 + 0.6 * along.squareRoot())) < 1e-4)
    }

    @Test func meansThatAreNotNumbersAreRefused() {
        let encoding = Encoding(latentSize: 2, mean: [.nan, 0, 1, 2], logVariance: [0, 0, 0, 0])
        #expect(throws: VAEError.self) { try PrincipalAxes(of: encoding) }
    }
}
