import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// The direct loops that judge the engine, judged by PyTorch in float64.
@Suite("The reference model against golden files")
struct ReferenceModelTests {
    /// Double against Double: what is left is the order of sums of up to 300 terms, 300 · 2⁻⁵³ = 3e-14, and
    /// what cancels in them.
    @Test(arguments: [Golden.odd, .tanh, .linear, .channel, .value, .classes])
    func threeStepsAgreeToTwelveDigits(golden: Golden) throws {
        let (file, reference) = (try golden.load(), try ReferenceModel(golden.model))
        let images = try #require(file["input.images"]).doubles()
        var parameters = try golden.parameters.map { name, shape in
            try file.doubles("parameter.\(name)", shape: shape)
        }
        #expect(reference.parameterCounts == parameters.map(\.count))
        var optimizer = ReferenceOptimizer<Double>(reference)
        for step in 1...3 {
            let noise = try #require(file["input.noise.\(step - 1)"]).doubles()
            let pass = try reference.run(
                images, noise: noise, labels: golden.classRows(file), parameters: parameters)
            if step == 1 {
                for (name, found) in [
                    ("mean", pass.mean), ("log_variance", pass.logVariance), (golden.outputName, pass.output),
                    ("loss.reconstruction", pass.reconstruction), ("loss.kl", pass.klDivergence),
                ] {
                    #expect(relativeError(found, try #require(file[name]).doubles()) < 1e-12, "\(name)")
                }
                for (index, (name, shape)) in golden.parameters.enumerated() {
                    let expected = try file.doubles("gradient.\(name)", shape: shape)
                    #expect(relativeError(pass.gradients[index], expected) < 1e-12, "gradient of \(name)")
                }
            }
            let losses = try (
                file.doubles("step.reconstruction", shape: [3]), file.doubles("step.kl", shape: [3])
            )
            let expected = losses.0[step - 1] + losses.1[step - 1]
            #expect(abs(pass.loss - expected) < 1e-12 * abs(expected))
            optimizer.step(&parameters, gradients: pass.gradients)
            for (index, (name, shape)) in golden.parameters.enumerated() {
                let updated = try file.doubles("updated.\(step).\(name)", shape: shape)
                #expect(relativeError(parameters[index], updated) < 1e-12, "\(name) after step \(step)")
            }
        }
    }

    /// The model that is trained by default. The file is rounded to Float, by up to 2⁻²⁴ = 6e-8 of each number.
    @Test func theDefaultModelAgrees() throws {
        let golden = Golden.seed
        let (file, reference) = (try golden.load(), try ReferenceModel(golden.model))
        let pass = reference.run(
            try #require(file["input.images"]).doubles(),
            noise: try #require(file["input.noise.0"]).doubles(),
            parameters: golden.parameters.map { name, shape in
                Golden.initialValues(name, shape: shape).map(Double.init)
            })
        for (index, (name, shape)) in golden.parameters.enumerated() {
            let expected = try file.doubles("gradient.\(name)", shape: shape)
            #expect(relativeError(pass.gradients[index], expected) < 1e-7, "gradient of \(name)")
        }
        #expect(relativeError(pass.output, try #require(file["logits"]).doubles()) < 1e-7)
    }
}
