import Testing
import VAECore

@testable import VAE

/// A number that is not finite is found in the step in which it appears, and traced.
@Suite("Divergence is traced")
struct DivergenceTests {
    static let tensors = [smallModel, smallPerceptron].flatMap { model in
        try! VariationalAutoencoder(model).weights.map { (model, $0.name) }
    }

    /// A training whose weights hold `value` in one tensor.
    func poisoned(
        _ model: ModelConfiguration, _ tensor: String, _ value: Float
    ) throws -> Trainer {
        let training = TrainingConfiguration(epochs: 2, batchSize: 8)
        let sound = try Trainer(model, training, threads: 2).checkpoint()
        let entry = try #require(try Network(model).layout.entries.first { $0.name == tensor })
        var parameters = sound.parameters
        parameters[entry.range.lowerBound] = value
        return try Trainer(
            resuming: Checkpoint(
                modelConfiguration: model, configuration: training, products: .tiles, history: [],
                progress: Progress(), parameters: parameters, firstMoment: sound.firstMoment,
                secondMoment: sound.secondMoment), threads: 2)
    }

    @Test(arguments: tensors, [Float.nan, .infinity, -.infinity])
    func inEveryTensor(tensor: (model: ModelConfiguration, name: String), value: Float) throws {
        let trainer = try poisoned(tensor.model, tensor.name, value)
        let images = try bars(20, smallModel.imageShape)
        var steps = 0
        let error = #expect(throws: VAEError.self) {
            try trainer.fit(images, onStep: { _ in steps += 1 })
        }
        #expect(steps == 0 && error?.kind == .diverged)
        #expect(error?.subject.hasSuffix("in epoch 1, step 1") == true)
        let found = try #require(error?.found)
        // tanh hides an infinite weight from the loss. The gradient of the layer below shows that there is one, or the update.
        if tensor.model == smallPerceptron, tensor.name.contains(".dense."), value.isInfinite {
            #expect(found.contains(tensor.name) || found.contains("encoder.dense.0.kernel is not finite"))
        } else {
            #expect(found.contains(tensor.name), "\(found)")
        }
        #expect(error?.advice?.contains("learning rate") == true)
    }

    /// Each image is named by its place in the training set.
    @Test func imagesAreNamed() throws {
        let images = try bars(20, smallModel.imageShape)
        let trainer = try poisoned(smallModel, "decoder.output.bias", .nan)
        let error = #expect(throws: VAEError.self) { try trainer.fit(images) }
        let found = try #require(error?.found)
        let listed = try #require(found.firstRange(of: "the images ")).upperBound
        let numbers = found[listed...].prefix { $0.isNumber || $0 == " " }.split(separator: " ").compactMap {
            Int($0)
        }
        #expect(numbers.count == 8 && Set(numbers).count == 8 && numbers.allSatisfy { (0..<20).contains($0) })
        #expect(found.hasSuffix("of 8 in the batch"), "\(found)")
    }

    /// Of many images the first are named and the others counted: what to do next must not be lost behind them.
    @Test func manyImagesAreCounted() throws {
        let training = TrainingConfiguration(epochs: 1, batchSize: 128, klWeight: 1e30)
        let trainer = try Trainer(smallModel, training, threads: 2)
        let error = #expect(throws: VAEError.self) { try trainer.fit(bars(200, smallModel.imageShape)) }
        let text = try #require(error?.description)
        #expect(text.contains(" and 118 more. A smaller learning rate") && text.count < 400, "\(text)")
    }

    /// The loss is finite and so is the gradient, but not its square.
    @Test func gradientsCanBeTooLarge() throws {
        let training = TrainingConfiguration(epochs: 1, batchSize: 8, klWeight: 1e30)
        let trainer = try Trainer(smallModel, training, threads: 2)
        let error = #expect(throws: VAEError.self) { try trainer.fit(bars(20, smallModel.imageShape)) }
        #expect(error?.subject == "gradient in epoch 1, step 1")
        #expect(
            error?.found?.contains("encoder.") == true && error?.found?.contains("the batch's images") == true
        )
    }
}
