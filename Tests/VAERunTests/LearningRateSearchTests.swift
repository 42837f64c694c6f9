import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

@Suite struct LearningRateSearchTests {
    /// The suggestion beside the best of a grid: the loss on test digits after two epochs at each rate.
    @Test func suggestionIsNearTheBestOfAGrid() throws {
        let data = try SyntheticDigits.dataset(trainCount: 2000, testCount: 300)
        let model = ModelConfiguration.fullyConnected(
            imageShape: data.train.shape, hiddenUnits: [32], latentSize: 4)
        let training = TrainingConfiguration(epochs: 2, batchSize: 32, seed: 1)
        let search = try LearningRateSearch(
            model, training, on: data, threads: 2, products: .tiles, onStep: { _ in })
        let rates = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]
        let losses = try rates.map { rate in
            var training = training
            training.learningRate = rate
            let trainer = try Trainer(model, training, threads: 2)
            _ = try? trainer.fit(data.train, test: data.test)
            return trainer.history.last?.test?.total ?? .infinity
        }
        let suggestion = try #require(search.suggestion)
        let best = rates[losses.indices.min { losses[$0] < losses[$1] } ?? 0]
        #expect(suggestion > best / 5 && suggestion < best * 5)
    }

    @Test func filesHoldThePoints() throws {
        let scratch = try Scratch()
        let data = try SyntheticDigits.dataset(trainCount: 64, testCount: 10)
        let search = try LearningRateSearch(
            .fullyConnected(imageShape: data.train.shape, hiddenUnits: [3], latentSize: 2),
            TrainingConfiguration(batchSize: 32), on: data, threads: 1, products: .tiles, onStep: { _ in })
        let folder = try LearningRateSearch.makeFolder(scratch.file("found"), for: data)
        let paths = try search.write(to: folder, pictures: true)
        #expect(
            paths.map { $0.split(separator: "/").last ?? "" } == [
                "learning-rate.csv", "learning-rate.png", "learning-rate.svg",
            ])
        let lines = String(decoding: try DurableFile.read(paths[0]), as: UTF8.self).split(separator: "\n")
        #expect(lines[0] == "step,learning_rate,loss,smoothed_loss")
        let points = search.finder.points
        #expect(lines.count == points.count + 1)
        for (line, (step, point)) in zip(lines.dropFirst(), points.enumerated()) {
            #expect(
                line.split(separator: ",").compactMap { Double($0) } == [
                    Double(step + 1), point.learningRate, point.loss, point.smoothed,
                ])
        }
        #expect(throws: VAEError.self) { try LearningRateSearch.makeFolder(folder, for: data) }
    }
}
