import Testing
import VAECore

@testable import VAE

@Suite("Binarised images")
struct BinarizationTests {
    static let shape = ImageShape(height: 4, width: 8)

    /// Eight images with each grey value once, and labels.
    private func greys() throws -> ImageSet {
        try ImageSet(
            shape: Self.shape, pixels: (0...255).map(UInt8.init), labels: Array(0..<8))
    }

    @Test func theThresholdIsTheMiddle() throws {
        let images = try greys()
        let binary = try images.binarized(.threshold)
        try #expect(binary.pixels == (0...255).map { $0 >= 128 ? 255 : 0 })
        #expect(binary.shape == Self.shape && binary.labels == images.labels)
        try #expect(images.binarized(.threshold, seed: 5) == binary)
        // What is black and white stays as it is.
        try #expect(binary.binarized(.stochastic) == binary && binary.binarized(.threshold) == binary)
    }

    /// The same draws for the same seed, and for an image whatever comes behind it.
    @Test func drawsAreNamedBySeedAndImage() throws {
        let images = try greys()
        let binary = try images.binarized(.stochastic, seed: 3)
        try #expect(binary.pixels.allSatisfy { $0 == 0 || $0 == 255 } && binary.labels == images.labels)
        try #expect(binary.pixels[0] == 0 && binary.pixels[255] == 255)
        try #expect(images.binarized(.stochastic, seed: 3) == binary)
        try #expect(images.binarized(.stochastic, seed: 4) != binary)
        try #expect(images.slice(0..<5).binarized(.stochastic, seed: 3) == binary.slice(0..<5))
        // One image eight times over has eight sets of draws.
        let same = try ImageSet(shape: Self.shape, pixels: [UInt8](repeating: 127, count: 256))
        let drawn = try same.binarized(.stochastic)
        #expect(try Set((0..<8).map { try drawn.slice($0..<$0 + 1).pixels }).count == 8)
        // Of 256 draws with a chance of 127/255 within five standard deviations, 5 · 8.
        try #expect(abs(drawn.pixels.count { $0 == 255 } - 127) <= 40)
    }
}

/// What a training does with its images.
@Suite("Training on binarised images", .oversubscribed)
struct BinarizedTrainingTests {
    private func train(
        _ images: ImageSet, _ binarization: Binarization?, test: ImageSet? = nil, seed: UInt64 = 1
    ) throws -> (model: [Float], history: [EpochReport]) {
        let training = TrainingConfiguration(epochs: 2, batchSize: 8, seed: seed, binarization: binarization)
        let trainer = try Trainer(smallModel, training, threads: 2)
        return (try trainer.fit(images, test: test).parameters, trainer.history)
    }

    /// The same as on images that were made black and white before.
    @Test func byThreshold() throws {
        let images = try bars(20, smallModel.imageShape)
        let expected = try train(images.binarized(.threshold), nil).model
        #expect(try train(images, .threshold).model == expected)
        #expect(try train(images, nil).model != expected)
    }

    /// Black and white images have nothing to draw; greys are drawn anew in every epoch, by the seed.
    @Test func atRandom() throws {
        let images = try bars(20, smallModel.imageShape)
        let binary = try images.binarized(.threshold)
        #expect(try train(binary, .stochastic).model == train(binary, nil).model)
        #expect(try train(images, .stochastic).model != train(images.binarized(.stochastic), nil).model)
        // One image, trained on in steps so small that its loss changes with the draws alone.
        let grey = try ImageSet(
            shape: smallModel.imageShape, pixels: [UInt8](repeating: 60, count: smallModel.imageShape.count))
        func losses(seed: UInt64) throws -> [Double] {
            let training = TrainingConfiguration(
                epochs: 6, batchSize: 1, learningRate: 1e-12, klWeight: 0, seed: seed,
                binarization: .stochastic)
            var model = smallModel
            model.likelihood = .gaussian
            let trainer = try Trainer(model, training, threads: 1)
            try trainer.fit(grey)
            return trainer.history.map(\.train.reconstruction)
        }
        // Half a pixel's loss apart, were it not for the draws; noise in z moves an untrained model's by less.
        let first = try losses(seed: 1)
        #expect((first.max() ?? 0) - (first.min() ?? 0) > 0.5, "\(first)")
        #expect(try losses(seed: 1) == first && losses(seed: 2) != first)
    }

    /// The test set is the same for every seed, and in every epoch.
    @Test(arguments: [Binarization.threshold, .stochastic])
    func theTestSetIsFixed(method: Binarization) throws {
        let images = try bars(20, smallModel.imageShape)
        let test = try bars(6, smallModel.imageShape, seed: 2)
        for seed: UInt64 in [1, 9] {
            let found = try train(images, method, test: test, seed: seed)
            let same = try train(images, method, test: test.binarized(method), seed: seed)
            #expect(found.history.map(\.test) == same.history.map(\.test))
        }
        let binary = try train(images, method, test: test).history[0].test
        #expect(try train(images, nil, test: test).history[0].test != binary)
    }
}
