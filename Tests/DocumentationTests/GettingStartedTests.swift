import Foundation
import Testing
import VAE
import VAEData
import VAEFigures

/// Runs the code of `VAE.docc/GettingStarted.md`, with fewer images: `ArticleTests` compares the two.
@Suite struct GettingStartedTests {
    private let folder = ScratchFolder()

    @Test func theTutorialRuns() async throws {
        let digits = try SyntheticDigits.dataset(trainCount: 2_048, testCount: 256)

        let configuration = ModelConfiguration(imageShape: digits.train.shape, latentSize: 2)
        let training = TrainingConfiguration(epochs: 2, batchSize: 128, seed: 7)
        let trainer = try Trainer(configuration, training)

        let model = try trainer.fit(
            digits.train, test: digits.test,
            onEpoch: { print("epoch \($0.epoch): \($0.train.total) nats an image") })

        let encoding = try model.encode(digits.train)
        let nearest = encoding.mean.prefix(encoding.latentSize)
        print("the first image lies at \(Array(nearest))")

        let corner = try model.decode([2, -2])
        let drawn = try model.sample(64, seed: 1)
        let again = try model.reconstruct(digits.train)

        let losses = try model.losses(of: digits.train).mean()
        print("\(losses.reconstruction) + \(losses.kl) = \(losses.total) nats an image")

        let points = (0..<encoding.count).map { image in
            SIMD2(encoding.mean[2 * image], encoding.mean[2 * image + 1])
        }
        let scatter = try LatentScatter(points: points, labels: digits.train.labels, title: "Digits")
        try scatter.write(to: "\(folder.path)/latent-space.png")

        let images = try FloatImages(shape: configuration.imageShape, values: drawn)
        try SampleGrid(images: images).write(to: "\(folder.path)/samples.svg")

        let path = "\(folder.path)/digits.safetensors"
        try model.write(to: path)
        let loaded = try VariationalAutoencoder(contentsOf: path)

        do {
            _ = try VariationalAutoencoder(contentsOf: "\(folder.path)/missing.safetensors")
        } catch {
            print(error)
            print(error.kind == .missingInput)
        }

        let task = Task {
            let trainer = try Trainer(configuration, training)
            return try trainer.fit(digits.train)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }

        let interrupted = try Trainer(configuration, training)
        struct Enough: Error {}
        do {
            try interrupted.fit(
                digits.train, test: digits.test,
                onStep: { if $0.step == 5 { throw Enough() } })
        } catch is Enough {}
        try interrupted.checkpoint().write(to: "\(folder.path)/checkpoint.safetensors")

        let checkpoint = try Checkpoint(contentsOf: "\(folder.path)/checkpoint.safetensors")
        let resumed = try Trainer(resuming: checkpoint)
        let same = try resumed.fit(digits.train, test: digits.test)

        // What the article says of the results.
        #expect(trainer.history.count == 2 && trainer.isFinished)
        #expect(encoding.count == 2_048 && encoding.latentSize == 2)
        #expect(corner.count == 784 && drawn.count == 64 * 784 && again.count == 2_048 * 784)
        #expect(corner.allSatisfy { (0...1).contains($0) })
        #expect(abs(losses.total - losses.reconstruction - losses.kl) < 1e-9)
        #expect(try loaded.decode([2, -2]) == corner)
        #expect(zip(same.weights, model.weights).allSatisfy { $0.values == $1.values })
        for name in ["latent-space.png", "samples.svg"] {
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(name)"))
        }
    }
}
