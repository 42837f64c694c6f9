import Foundation
import Testing
import VAECore

@testable import VAE

@Suite("Learning rates and early stopping")
struct LearningRateTests {
    func shares(_ schedule: LearningRateSchedule, epochs: Int = 4, stepsPerEpoch: Int = 3) -> [Double] {
        (0..<epochs * stepsPerEpoch).map {
            schedule.factor(step: $0, stepsPerEpoch: stepsPerEpoch, epochs: epochs)
        }
    }

    @Test func constant() {
        #expect(shares(LearningRateSchedule()) == [Double](repeating: 1, count: 12))
        #expect(
            shares(LearningRateSchedule(warmUpEpochs: 1)) == [1.0 / 3, 2.0 / 3]
                + [Double](repeating: 1, count: 10))
    }

    @Test func step() {
        let schedule = LearningRateSchedule(.step, stepEpochs: 2, stepFactor: 0.5)
        #expect(
            shares(schedule, epochs: 5)
                == [1, 0.5, 0.25].flatMap { [Double](repeating: $0, count: 6) }.dropLast(3))
    }

    @Test func cosine() {
        let shares = shares(LearningRateSchedule(.cosine))
        // Half of the cosine: 1 at the beginning, ½ in the middle, and 0 one step after the last.
        #expect(shares[0] == 1 && abs(shares[6] - 0.5) < 1e-15 && shares[11] > 0 && shares[11] < 0.02)
        #expect(abs(shares[3] + shares[9] - 1) < 1e-15)
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 > $1 })
        #expect(LearningRateSchedule(.cosine).factor(step: 99, stepsPerEpoch: 3, epochs: 4) == 0)
        let warm = self.shares(LearningRateSchedule(.cosine, warmUpEpochs: 2))
        #expect(warm[5] == 1 && warm[6] == 1 && abs(warm[9] - 0.5) < 1e-15)
    }

    /// The first step of Adam moves a parameter by the rate, whatever the gradient: a rate ten times smaller, ten times less.
    @Test func theRateIsUsed() throws {
        let images = try bars(20, smallModel.imageShape)
        func firstStep(_ schedule: LearningRateSchedule) throws -> (moved: [Float], rates: [Double]) {
            let training = TrainingConfiguration(
                epochs: 11, batchSize: 20, learningRate: 1e-2, epsilon: 1e-12, schedule: schedule)
            let trainer = try Trainer(smallModel, training, threads: 1)
            let before = trainer.model.parameters
            var (moved, rates) = ([Float](), [Double]())
            try trainer.fit(
                images,
                onStep: { report in
                    if rates.isEmpty { moved = zip(trainer.model.parameters, before).map { $0 - $1 } }
                    rates.append(report.learningRate)
                })
            return (moved, rates)
        }
        let (plain, warm) = (try firstStep(.init()), try firstStep(.init(warmUpEpochs: 10)))
        #expect(plain.rates.allSatisfy { $0 == 1e-2 } && warm.rates[0] == 1e-3 && warm.rates[10] == 1e-2)
        // Parameters are below 1, so that a movement is rounded by 2⁻²⁴ at most.
        for (a, b) in zip(plain.moved, warm.moved) { #expect(abs(a - 10 * b) <= 11 * 0x1p-24) }
        #expect(plain.moved.contains { abs($0) > 0.009 })
    }

    /// The lowest loss that is a number, the first of equals.
    @Test func theBestEpoch() {
        func reports(_ losses: [Double]) -> [EpochReport] {
            losses.enumerated().map { index, loss in
                EpochReport(
                    epoch: index + 1, train: Losses(reconstruction: -loss, kl: 0),
                    test: Losses(reconstruction: loss, kl: 0), seconds: 1, imagesPerSecond: 1)
            }
        }
        #expect(reports([3, 2, .nan, 2, 5]).best?.epoch == 2)
        #expect(reports([.nan, .infinity]).best == nil && [EpochReport]().best == nil)
    }

    @Test func patience() throws {
        let trainer = try Trainer(smallModel, TrainingConfiguration(epochs: 9, patience: 2), threads: 1)
        for (epoch, (loss, isFinished)) in [
            (3.0, false), (2, false), (2, false), (.nan, true), (1, false), (4, false), (4, true),
        ]
        .enumerated() {
            trainer.history.append(
                EpochReport(
                    epoch: epoch + 1, train: Losses(reconstruction: loss, kl: 0), test: nil, seconds: 1,
                    imagesPerSecond: 1))
            #expect(trainer.isFinished == isFinished, "epoch \(epoch + 1)")
        }
    }

    /// Records of versions before schedules have neither key.
    @Test func oldConfigurationsAreRead() throws {
        let old =
            #"{"batchSize":64,"beta1":0.9,"beta2":0.999,"epochs":3,"epsilon":1e-07,"klWeight":1,"learningRate":0.001,"seed":18446744073709551615}"#
        let read = try JSONDecoder().decode(TrainingConfiguration.self, from: Data(old.utf8))
        #expect(read == TrainingConfiguration(epochs: 3, batchSize: 64, seed: .max))
        let new = TrainingConfiguration(
            seed: .max,
            schedule: LearningRateSchedule(.step, warmUpEpochs: 2, stepEpochs: 3, stepFactor: 0.3),
            patience: 4)
        let json = try JSONEncoder().encode(new)
        #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: json) == new)
    }
}
