import Foundation
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Steps of training with a codebook against PyTorch in float64: the loops in Double, and the engine.
@Suite("Codes against a golden file")
struct CodesGoldenTests {
    private let file: SafeTensors
    private let model: ModelConfiguration
    private let names: [String]

    init() throws {
        let path = try #require(Bundle.module.path(forResource: "Golden/codes", ofType: "safetensors"))
        file = try SafeTensors(contentsOf: path)
        model = try JSONDecoder().decode(
            ModelConfiguration.self, from: Data(try #require(file.metadata["model"]).utf8))
        names = try Network(model).layout.entries.map(\.name)
    }

    private func doubles(_ name: String) throws -> [Double] {
        try #require(file[name], "\(name)").doubles()
    }

    /// Double against Double: what is left is the order of sums.
    @Test func loopsAgreeToTwelveDigits() throws {
        let reference = try ReferenceModel(model)
        let images = try doubles("input.images")
        var parameters = try names.map { try doubles("parameter.\($0)") }
        #expect(parameters.map(\.count) == reference.parameterCounts)
        var optimizer = ReferenceOptimizer<Double>(reference)
        for step in 1...4 {
            let pass = reference.run(images, noise: [], parameters: parameters)
            if step == 1 {
                #expect(relativeError(pass.mean, try doubles("vectors")) < 1e-12)
                #expect(relativeError(pass.output, try doubles("logits")) < 1e-12)
                let numbers = try #require(reference.topology.quantisation).referenceNumbers(
                    pass.mean, codes: parameters[try #require(names.firstIndex(of: "latent.codes"))])
                #expect(numbers.map(Double.init) == (try doubles("codes")))
                for (index, name) in names.enumerated() {
                    let golden =
                        ["latent.codes": "batch.sums", "latent.counts": "batch.counts"][name]
                        ?? "gradient.\(name)"
                    #expect(relativeError(pass.gradients[index], try doubles(golden)) < 1e-12, "\(name)")
                }
            }
            let number = Double(pass.reconstruction.count)
            for (name, values) in [("reconstruction", pass.reconstruction), ("commitment", pass.penalty)] {
                let expected = try doubles(name)[step - 1]
                #expect(abs(values.reduce(0, +) / number - expected) < 1e-12 * expected, "\(name)")
            }
            optimizer.step(&parameters, gradients: pass.gradients)
            for (index, name) in names.enumerated() {
                let updated = try doubles("updated.\(step).\(name)")
                #expect(relativeError(parameters[index], updated) < 1e-12, "\(name) after step \(step)")
            }
        }
    }

    /// A whole batch an epoch, so that epochs are steps. Gradients in single precision are off by some 1e-6 of the largest, which Adam turns into as
    /// much of its steps of 10⁻³ where a gradient is not far smaller: 1e-5 of the largest parameter of a tensor, as in the other golden files.
    /// The running means have rounded once an entry and step.
    @Test(arguments: Products.allCases) func theEngineAgrees(products: Products) throws {
        let pixels = try doubles("input.images").map { UInt8(($0 * 255).rounded()) }
        let images = try ImageSet(shape: model.imageShape, pixels: pixels)
        let training = TrainingConfiguration(epochs: 4, batchSize: images.count)
        let start = try Trainer(model, training, threads: 1, products: products).checkpoint()
        let parameters = try names.flatMap { try doubles("parameter.\($0)").map(Float.init) }
        let layout = try Network(model).layout
        let codes = try #require(layout.entries.first { $0.name == "latent.codes" }).range
        var sums = [Float](repeating: 0, count: layout.count)
        sums.replaceSubrange(codes, with: try doubles("parameter.latent.sums").map(Float.init))
        let trainer = try Trainer(
            resuming: Checkpoint(
                modelConfiguration: model, configuration: training, products: products, history: [],
                progress: start.progress, parameters: parameters, firstMoment: sums,
                secondMoment: start.secondMoment), threads: 1)
        let found = try trainer.gradient(of: images)
        for (index, name) in names.enumerated() where !name.hasPrefix("latent.") {
            #expect(
                relativeError(found.gradient[index], try doubles("gradient.\(name)")) < 1e-5, "\(name)")
        }
        #expect(
            found.gradient[try #require(names.firstIndex(of: "latent.counts"))].map(Double.init)
                == (try doubles("batch.counts")))
        try trainer.fit(
            images,
            onEpoch: { report in
                let step = report.epoch
                let expected = try (doubles("reconstruction")[step - 1], doubles("commitment")[step - 1])
                #expect(abs(report.train.reconstruction - expected.0) < 1e-5 * expected.0)
                #expect(abs((report.train.penalty ?? 0) - expected.1) < 1e-5 * expected.1)
                #expect(abs(report.train.kl - 12 * Foundation.log(5)) < 1e-5)
                for weight in trainer.model.weights {
                    let updated = try doubles("updated.\(step).\(weight.name)")
                    #expect(relativeError(weight.values, updated) < 1e-5, "\(weight.name), step \(step)")
                }
                let sums = Array(trainer.checkpoint().firstMoment[codes])
                #expect(relativeError(sums, try doubles("updated.\(step).latent.sums")) < 1e-5)
            })
    }
}
