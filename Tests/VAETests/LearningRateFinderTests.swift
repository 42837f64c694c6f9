import Testing
import VAECore

@testable import VAE

/// The first steps of a training at rising rates, and what follows from them.
@Suite("A search for a learning rate")
struct LearningRateFinderTests {
    private let images: ImageSet
    private let training = TrainingConfiguration(epochs: 1, batchSize: 16, seed: 3)

    init() throws { images = try bars(80, smallModel.imageShape) }

    private func find(
        _ options: LearningRateFinder.Options = .init(steps: 40), _ training: TrainingConfiguration? = nil,
        threads: Int = 1
    ) throws -> LearningRateFinder {
        try LearningRateFinder(
            smallModel, training ?? self.training, images: images, options: options, threads: threads)
    }

    @Test func ratesRiseByOneFactor() throws {
        let found = try find(.init(lowest: 1e-5, highest: 0.1, steps: 41, rise: 1e9))
        #expect(found.end == .reached && found.points.count == 41)
        let rates = found.points.map(\.learningRate)
        // Four decades in forty steps.
        for (step, rate) in rates.enumerated() {
            let expected =
                1e-5 * [1, 10, 100, 1000, 10_000][step / 10]
                * [
                    1, 1.2589254, 1.5848932, 1.9952623,
                    2.5118864, 3.1622777, 3.9810717, 5.0118723, 6.3095734, 7.9432823,
                ][step % 10]
            #expect(abs(rate / expected - 1) < 1e-7, "step \(step)")
        }
        #expect(rates[0] == 1e-5 && rates[40] == 0.1)
    }

    /// The losses are those of a training with these batches: of the first step exactly, as no step was taken before it.
    @Test func lossesAreTheBatches() throws {
        let found = try find()
        var first: Double?
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try Trainer(smallModel, training, threads: 1).fit(
                images,
                onStep: {
                    first = $0.running.total
                    throw Stop()
                })
        }
        #expect(found.points[0].loss == first)
        #expect(Set(found.points.map(\.loss)).count == 40)
        // At a rate of nothing nothing is learnt: the loss stays within what noise makes of it.
        let still = try find(.init(lowest: 1e-30, highest: 2e-30, steps: 20))
        #expect(still.points.allSatisfy { abs($0.loss / still.points[0].loss - 1) < 0.2 })
    }

    /// Threads change nothing, nor does what is trained beside it; seeds and batches do.
    @Test func threadsChangeNothing() throws {
        let one = try find()
        let three = try Trainer.oversubscribing { try find(threads: 3) }
        #expect(one == three)
        var other = training
        other.seed = 4
        #expect(try find(.init(steps: 40), other).points != one.points)
        // The schedule of the rate and the epochs have no part in it.
        other = training
        (other.epochs, other.schedule, other.learningRate) = (7, .init(.cosine, warmUpEpochs: 1), 0.3)
        #expect(try find(.init(steps: 40), other) == one)
    }

    /// Rates far beyond all sense end the search without a trap, and what is left are finite numbers.
    @Test func divergenceIsAnEnd() throws {
        let found = try find(.init(lowest: 1e-3, highest: 1e30, steps: 60, rise: 1e30))
        #expect(found.end == .diverged && found.points.count < 60)
        #expect(found.points.allSatisfy { $0.loss.isFinite && $0.smoothed.isFinite })
        let rose = try find(.init(lowest: 1e-3, highest: 1e6, steps: 60))
        #expect(rose.end == .rose && rose.points.count < 60)
        // From the first step on.
        let lost = try find(.init(lowest: 1e37, highest: 2e37, steps: 20))
        #expect(lost.end != .reached && lost.suggestion == nil)
    }

    @Test func suggestionIsATenthOfTheLeast() {
        let options = LearningRateFinder.Options(lowest: 1e-4, highest: 1, steps: 41)
        // A valley about the 30th rate, 0.1.
        let losses = (0..<41).map { 5 + Double(($0 - 30) * ($0 - 30)) }
        let found = LearningRateFinder(losses, end: .reached, options)
        #expect(abs((found.suggestion ?? 0) / 0.01 - 1) < 1e-12)
        #expect(LearningRateFinder([3, 4, 5], end: .rose, options).suggestion == nil)
        #expect(LearningRateFinder([], end: .diverged, options).suggestion == nil)
    }

    /// Means of both sides: constants and lines stay, away from the ends, and one spike is spread to both sides alike.
    @Test func smoothingDoesNotLag() {
        let line = (0..<50).map { 3 - 0.1 * Double($0) }
        let found = LearningRateFinder.smoothed(line, width: 2)
        for step in 6..<44 { #expect(abs(found[step] - line[step]) < 1e-12) }
        #expect(LearningRateFinder.smoothed([7, 7, 7], width: 5).allSatisfy { abs($0 - 7) < 1e-12 })
        var spike = [Double](repeating: 0, count: 41)
        spike[20] = 1
        let spread = LearningRateFinder.smoothed(spike, width: 3)
        for step in 1...20 { #expect(spread[20 - step] == spread[20 + step]) }
        #expect(spread[20] > spread[21] && spread[29] > 0 && spread[30] == 0)
    }

    @Test func badInput() throws {
        func refused(_ words: String, _ body: () throws -> Void) {
            let error = #expect(throws: VAEError.self) { try body() }
            #expect(
                error?.kind == .invalidArgument && error?.description.contains(words) == true,
                "\(error as Any)")
        }
        refused("lowest") { _ = try find(.init(lowest: 0)) }
        refused("lowest") { _ = try find(.init(lowest: .nan)) }
        refused("highest") { _ = try find(.init(lowest: 1e-3, highest: 1e-3)) }
        refused("highest") { _ = try find(.init(highest: 1e300)) }
        refused("steps") { _ = try find(.init(steps: 19)) }
        refused("rise") { _ = try find(.init(rise: 0)) }
        refused("batch size") { _ = try find(.init(), TrainingConfiguration(batchSize: 81)) }
        struct Enough: Error {}
        #expect(throws: Enough.self) {
            _ = try LearningRateFinder(
                smallModel, training, images: images, onStep: { if $0 == 3 { throw Enough() } })
        }
    }
}
