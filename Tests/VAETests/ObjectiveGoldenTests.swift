import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Penalties and steps of AdamW on clipped gradients, judged by PyTorch in float64: Double against Double, what is left is the
/// order of sums of a few terms.
@Suite("Objectives and optimisers against golden files")
struct ObjectiveGoldenTests {
    private func load() throws -> SafeTensors {
        let path = try #require(Bundle.module.path(forResource: "Golden/objective", ofType: "safetensors"))
        return try SafeTensors(contentsOf: path)
    }

    @Test(arguments: [("free_bits", DivergencePenalty.freeBits(0.2)), ("capacity", .capacity(1.1))])
    func penalties(name: String, penalty: DivergencePenalty) throws {
        let file = try load()
        let mean = try file.doubles("mean", shape: [5, 3])
        let logVariance = try file.doubles("log_variance", shape: [5, 3])
        let found = Reference.penalty(penalty, mean: mean, logVariance: logVariance, count: 5)
        #expect(relativeError(found, try file.doubles(name, shape: [5])) < 1e-14)
        let slopes = Reference.penaltyGradient(penalty, mean: mean, logVariance: logVariance, count: 5)
        #expect(relativeError(slopes.mean, try file.doubles("\(name).mean", shape: [5, 3])) < 1e-14)
        #expect(
            relativeError(slopes.logVariance, try file.doubles("\(name).log_variance", shape: [5, 3]))
                < 1e-14)
    }

    /// A linear model of two values and one latent has six tensors, kernels and biases in turn.
    @Test func stepsOfAdamW() throws {
        let file = try load()
        let model = try ModelConfiguration.fullyConnected(
            imageShape: ImageShape(height: 1, width: 2), hiddenUnits: [], latentSize: 1
        ).reference
        let shapes = [[2, 1], [1], [2, 1], [1], [1, 2], [2]]
        var parameters = try shapes.enumerated().map { try file.doubles("parameter.\($0)", shape: $1) }
        #expect(model.parameterCounts == parameters.map(\.count))
        var optimizer = ReferenceOptimizer<Double>(
            model, learningRate: 0.01, weightDecay: 0.5, clipNorm: 1.5)
        for step in 1...5 {
            let gradients = try shapes.enumerated().map {
                try file.doubles("gradient.\(step).\($0)", shape: $1)
            }
            let squares = gradients.joined().reduce(0) { $0 + $1 * $1 }
            let norm = try file.doubles("norm", shape: [5])[step - 1]
            #expect(abs(squares.squareRoot() - norm) < 1e-14 * norm)
            optimizer.step(&parameters, gradients: gradients)
            for (index, shape) in shapes.enumerated() {
                let expected = try file.doubles("updated.\(step).\(index)", shape: shape)
                #expect(relativeError(parameters[index], expected) < 1e-13, "tensor \(index), step \(step)")
            }
        }
    }
}
