import Kernels
import Testing
import VAECore

@testable import VAE

/// What a training does with its images.
@Suite("Training on augmented images", .oversubscribed)
struct AugmentedTrainingTests {
    private static let all = AugmentationTests.all

    private func train(
        _ images: ImageSet, _ augmentation: Augmentation?, _ binarization: Binarization? = nil,
        model: ModelConfiguration = smallModel, epochs: Int = 1, seed: UInt64 = 1, threads: Int = 2
    ) throws -> (model: [Float], losses: [[Losses?]]) {
        let training = TrainingConfiguration(
            epochs: epochs, batchSize: 8, seed: seed, binarization: binarization, augmentation: augmentation)
        let trainer = try Trainer(model, training, threads: threads)
        let test = try bars(6, model.imageShape, seed: 2)
        let parameters = try trainer.fit(images, test: test).parameters
        return (parameters, trainer.history.map { [$0.train, $0.test] })
    }

    /// The images as an epoch of a training has them.
    private func augmented(
        _ images: ImageSet, _ augmentation: Augmentation, epoch: Int = 1, seed: UInt64 = 1
    ) throws -> ImageSet {
        let shape = images.shape
        let region = try FloatStorage(count: shape.count)
        let scratch = try FloatStorage(count: Augmentation.scratchCount(shape))
        var values: [Float] = []
        for image in 0..<images.count {
            try images.load(image..<image + 1, into: region.region)
            augmentation.apply(
                to: region.region, of: shape,
                from: RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, item: image),
                scratch: scratch.region)
            values += region.region.array()
        }
        return try ImageSet(shape: shape, values: values)
    }

    /// The same as on images that were augmented before, and black and white after that; the test images stay as they are.
    @Test(arguments: [nil, Binarization.threshold, .stochastic], [smallModel, smallColours])
    func theTrainingImagesAndNoOthers(binarization: Binarization?, model: ModelConfiguration) throws {
        let images = try bars(20, model.imageShape)
        let before = try augmented(images, Self.all)
        try #expect(before.values != images.values)
        let expected = try train(before, nil, binarization, model: model)
        let found = try train(images, Self.all, binarization, model: model)
        #expect(found.model == expected.model && found.losses == expected.losses)
        #expect(try train(images, nil, binarization, model: model).model != expected.model)
    }

    /// Another epoch has other draws, and another seed.
    @Test func drawnAnewInEveryEpoch() throws {
        let images = try bars(20, smallModel.imageShape)
        let twice = try train(images, Self.all, epochs: 2)
        let same = try train(augmented(images, Self.all), nil, epochs: 2)
        #expect(twice.losses[0] == same.losses[0] && twice.losses[1] != same.losses[1])
        #expect(try train(images, Self.all, epochs: 2).model == twice.model)
        #expect(try augmented(images, Self.all, seed: 2) != augmented(images, Self.all))
    }

    /// Off, and on without any change, are the same to the bit.
    @Test func nothingIsNothing() throws {
        let images = try bars(20, smallModel.imageShape)
        let off = try train(images, nil)
        #expect(try train(images, Augmentation()).model == off.model)
    }

    @Test(arguments: [nil, Binarization.stochastic])
    func threadsDoNotMatter(binarization: Binarization?) throws {
        let images = try bars(70, smallModel.imageShape)
        let expected = try train(images, Self.all, binarization, epochs: 2, threads: 1)
        for threads in [2, 3] {
            let found = try train(images, Self.all, binarization, epochs: 2, threads: threads)
            #expect(found.model == expected.model && found.losses == expected.losses)
        }
    }
}

/// Three channels, and sizes that do not halve evenly.
private let smallColours = ModelConfiguration(
    imageShape: ImageShape(height: 6, width: 5, channels: 3), encoderFilters: [3, 4], decoderFilters: [4, 3],
    hiddenUnits: 6, latentSize: 2)
