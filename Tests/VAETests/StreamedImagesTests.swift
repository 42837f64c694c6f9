import Foundation
import Synchronization
import Testing
import VAECore

@testable import VAE

/// Images that are read one by one, as those of a data set that is larger than memory.
@Suite struct StreamedImagesTests {
    private static let shape = ImageShape(height: 4, width: 3)

    private static func images(_ count: Int) throws -> ImageSet {
        let pixels = (0..<count * shape.count).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ $0 / 5) }
        return try ImageSet(shape: shape, pixels: pixels, labels: (0..<count).map { $0 % 3 })
    }

    private static func train(
        _ train: ImageSet, test: ImageSet, threads: Int = 2, binarization: Binarization? = nil
    ) throws -> (VariationalAutoencoder, [EpochReport]) {
        var model = ModelConfiguration.fullyConnected(hiddenUnits: [8], latentSize: 2)
        model.imageShape = shape
        var training = TrainingConfiguration(epochs: 2, batchSize: 16)
        training.binarization = binarization
        let trainer = try Trainer(model, training, threads: threads)
        return (try trainer.fit(train, test: test), trainer.history)
    }

    @Test(arguments: [nil, Binarization.threshold, .stochastic])
    func trainTheSameModel(_ binarization: Binarization?) throws {
        let images = try Self.images(60)
        let stream = try ImageSet(
            shape: Self.shape, streaming: MemoryStream(images: images), labels: images.labels)
        let chosen = (0..<60).filter { $0 % 7 != 0 }
        let (kept, held) = (images.selecting(chosen), images.slice(5..<25))
        let (model, history) = try Self.train(kept, test: held, binarization: binarization)
        let (streamed, others) = try Self.train(
            stream.selecting(chosen), test: stream.slice(5..<25), threads: 1, binarization: binarization)
        #expect(model.weights.map(\.values) == streamed.weights.map(\.values))
        #expect(history.map(\.test) == others.map(\.test))
        #expect(try model.encode(held) == streamed.encode(stream.slice(5..<25)))
    }

    @Test func areTheSameImages() throws {
        let images = try Self.images(20)
        let stream = try ImageSet(
            shape: Self.shape, streaming: MemoryStream(images: images), labels: images.labels)
        #expect(stream == images && stream.slice(3..<9) == images.slice(3..<9))
        #expect(stream.slice(3..<9) != images.slice(4..<10))
        #expect(try stream.digest == images.digest)
        #expect(try stream.slice(3..<9).selecting([5, 0]).values == images.selecting([8, 3]).values)
        #expect(try stream.binarized(.stochastic).pixels == images.binarized(.stochastic).pixels)
    }

    /// More values than are read at once.
    @Test func haveOneDigestInAnyNumberOfBlocks() throws {
        let shape = ImageShape(height: 1024, width: 1024)
        let images = try ImageSet(
            shape: shape, pixels: (0..<6 * shape.count).map { UInt8(truncatingIfNeeded: $0 / 1009) })
        let shuffled = images.selecting([5, 0, 3, 1, 4, 2])
        #expect(try shuffled.digest == ImageSet(shape: shape, pixels: shuffled.pixels).digest)
        #expect(try shuffled.digest != images.digest)
    }

    @Test func areAnnouncedABatchAhead() throws {
        let stream = MemoryStream(images: try Self.images(40))
        let set = try ImageSet(shape: Self.shape, streaming: stream)
        _ = try Self.train(set, test: set.slice(0..<4))
        // All but the first batch of 16 in each of two epochs, once.
        #expect(stream.announced.count == 2 * 24)
    }

    @Test func whatCantBeReadEndsTheTraining() throws {
        let images = try Self.images(64)
        let stream = MemoryStream(images: images)
        let set = try ImageSet(shape: Self.shape, streaming: stream)
        var model = ModelConfiguration.fullyConnected(hiddenUnits: [8], latentSize: 2)
        model.imageShape = Self.shape
        let trainer = try Trainer(model, TrainingConfiguration(epochs: 2, batchSize: 16), threads: 2)
        var steps = 0
        let error = #expect(throws: VAEError.self) {
            try trainer.fit(set) { _ in
                steps += 1
                if steps == 2 { stream.fail(true) }
            }
        }
        #expect(error?.kind == .inputOutput && error?.subject == "stream" && steps == 2)
        #expect(throws: VAEError.self) { try trainer.model.encode(set) }
        // It goes on as if nothing had been.
        stream.fail(false)
        let resumed = try trainer.fit(set)
        let other = try Trainer(model, TrainingConfiguration(epochs: 2, batchSize: 16), threads: 2)
        #expect(try other.fit(images.labelled(nil)).weights.map(\.values) == resumed.weights.map(\.values))
    }
}

/// Images that come as from a file, which may fail.
private final class MemoryStream: PixelStream {
    private let images: ImageSet
    private let isFailing = Mutex(false)
    private let asked = Mutex<[Int]>([])

    /// The images that were said to be read soon.
    var announced: [Int] { asked.withLock(\.self) }

    init(images: ImageSet) { self.images = images }

    func fail(_ fails: Bool) { isFailing.withLock { $0 = fails } }

    var count: Int { images.count }
    var holdsBytes: Bool { true }

    func willRead(_ image: Int) { asked.withLock { $0.append(image) } }

    func values(of image: Int) throws(VAEError) -> PixelValues {
        guard !isFailing.withLock(\.self) else {
            throw VAEError(.inputOutput, "stream", "can't be read")
        }
        return try images.values(of: image..<image + 1)
    }
}
