import AllocationCounter
import Glibc
import Kernels
import Testing
import VAECore

@testable import VAE

/// Buffers are made when the trainer is; then a step asks for no memory, on any thread.
///
/// Each test has a process of its own, since allocations are counted on all threads and other tests allocate.
@Suite(
    "Training steps allocate nothing",
    .enabled(if: allocation_counter_works() != 0, "a sanitizer has its own malloc"))
struct AllocationTests {
    @Test func theCounterCounts() async {
        await #expect(processExitsWith: .success) {
            allocation_counter_start()
            let none = allocation_counter_stop()
            allocation_counter_start()
            let block = malloc(100)
            let array = [Int](repeating: 1, count: Int.random(in: 10...20))
            let two = allocation_counter_stop()
            free(block)
            #expect(none == 0)
            #expect(two >= 2 && array.count >= 10)
        }
    }

    @Test func onOneThread() async {
        await #expect(processExitsWith: .success) {
            let count = try allocationsInAnEpoch(threads: 1)
            #expect(count == 0)
        }
    }

    /// The default model has layers of both lowerings.
    @Test func bySgemm() async {
        await #expect(processExitsWith: .success) {
            let count = try allocationsInAnEpoch(products: .blas, threads: 1)
            #expect(count == 0)
        }
    }

    @Test func ofAFullyConnectedModel() async {
        await #expect(processExitsWith: .success) {
            let model = ModelConfiguration.fullyConnected(
                hiddenUnits: [50, 40], hiddenActivation: .tanh, likelihood: .gaussian, latentSize: 5)
            let count = try Engine.$mayOversubscribe.withValue(true) {
                try allocationsInAnEpoch(model, binarization: .stochastic, threads: 2)
            }
            #expect(count == 0)
        }
    }

    @Test func ofAugmentedImages() async {
        await #expect(processExitsWith: .success) {
            let augmentation = Augmentation(flip: true, shift: 2, rotation: 10, brightness: 0.1)
            let model = ModelConfiguration.fullyConnected(hiddenUnits: [20], latentSize: 2)
            let count = try Engine.$mayOversubscribe.withValue(true) {
                try allocationsInAnEpoch(model, augmentation: augmentation, threads: 2)
                    + allocationsInAnEpoch(
                        model, binarization: .stochastic, augmentation: augmentation, threads: 1)
            }
            #expect(count == 0)
        }
    }

    @Test func ofOtherObjectivesAndOptimisers() async {
        await #expect(processExitsWith: .success) {
            let model = ModelConfiguration.fullyConnected(hiddenUnits: [50], latentSize: 5)
            var count = 0
            for (freeBits, capacity) in [(0.1, nil), (nil, KLCapacity(nats: 5, epochs: 1))] {
                count += try Engine.$mayOversubscribe.withValue(true) {
                    try allocationsInAnEpoch(
                        model, threads: 2,
                        with: {
                            ($0.freeBits, $0.capacity) = (freeBits, capacity)
                            ($0.weightDecay, $0.clipNorm, $0.averaging) = (0.1, 1, 0.9)
                            if capacity == nil { $0.klSchedule = KLSchedule(warmUpEpochs: 1) }
                        })
                }
            }
            #expect(count == 0)
        }
    }

    @Test func ofSeveralDraws() async {
        await #expect(processExitsWith: .success) {
            let model = ModelConfiguration.fullyConnected(
                hiddenUnits: [50], likelihood: .gaussian, latentSize: 5)
            let count = try Engine.$mayOversubscribe.withValue(true) {
                try allocationsInAnEpoch(
                    model, threads: 2,
                    with: { $0.importance = ImportanceWeighting(samples: 5, isDoublyReparameterised: true) })
            }
            #expect(count == 0)
        }
    }

    @Test func ofLearnedPriors() async {
        await #expect(processExitsWith: .success) {
            for prior in [Prior.mixture(components: 5), .vamp(pseudoInputs: 20)] {
                var model = ModelConfiguration.fullyConnected(hiddenUnits: [20], latentSize: 2)
                model.prior = prior
                let count = try Engine.$mayOversubscribe.withValue(true) {
                    try allocationsInAnEpoch(model, threads: 2)
                }
                #expect(count == 0)
            }
        }
    }

    @Test func ofAVarianceForEachValue() async {
        await #expect(processExitsWith: .success) {
            var model = ModelConfiguration()
            model.likelihood = .gaussianValue
            let values = try allocationsInAnEpoch(model, threads: 1)
            model.likelihood = .gaussianChannel
            let channels = try allocationsInAnEpoch(model, threads: 1)
            #expect(values == 0 && channels == 0)
        }
    }

    @Test func ofOtherDistributions() async {
        await #expect(processExitsWith: .success) {
            for likelihood: Likelihood in [.continuousBernoulli, .laplace, .studentT, .logisticMixture] {
                let model = ModelConfiguration.fullyConnected(
                    hiddenUnits: [20], likelihood: likelihood, latentSize: 2)
                let count = try allocationsInAnEpoch(model, threads: 1)
                #expect(count == 0)
            }
        }
    }

    @Test func ofCodesThatBeginAgain() async {
        await #expect(processExitsWith: .success) {
            let codebook = Codebook(size: 40, dimension: 6, decay: 0.5, restart: 0.5)
            var count = 0
            for model in [
                ModelConfiguration(encoderFilters: [4, 8], decoderFilters: [8, 4], encoderUnits: []),
                .fullyConnected(hiddenUnits: [20], likelihood: .gaussian, latentSize: 5),
            ] {
                count += try Engine.$mayOversubscribe.withValue(true) {
                    try allocationsInAnEpoch(
                        model.quantized(by: codebook), threads: 2,
                        with: { ($0.clipNorm, $0.averaging) = (1, 0.9) })
                }
            }
            #expect(count == 0)
        }
    }

    /// Three shards: two threads have one each, and share the third; five share all.
    @Test(.enabled(if: !Tiles.available.isEmpty, "by OpenBLAS a shard is one thread's"))
    func ofSharedShards() async {
        await #expect(processExitsWith: .success) {
            for threads in [2, 5] {
                let count = try Engine.$mayOversubscribe.withValue(true) {
                    try allocationsInAnEpoch(threads: threads)
                }
                #expect(count == 0, "\(threads) threads")
            }
        }
    }

    /// Of two draws, of a mixture, and of pseudo-inputs whose way back seven threads share.
    @Test(.enabled(if: !Tiles.available.isEmpty, "by OpenBLAS a shard is one thread's"))
    func ofSharedDrawsAndPriors() async {
        await #expect(processExitsWith: .success) {
            for prior in [Prior.mixture(components: 9), .vamp(pseudoInputs: 40)] {
                var model = ModelConfiguration(encoderFilters: [4, 8], decoderFilters: [8, 4])
                model.prior = prior
                let count = try Engine.$mayOversubscribe.withValue(true) {
                    try allocationsInAnEpoch(
                        model, threads: 7, with: { $0.importance = ImportanceWeighting(samples: 2) })
                }
                #expect(count == 0, "\(prior)")
            }
        }
    }

    /// Whose other rank does what this one does.
    @Test func ofOneOfTwoRanks() async {
        await #expect(processExitsWith: .success) {
            let count = try allocationsInAnEpoch(threads: 1, ranks: MirrorRank()) {
                $0.clipNorm = 1
                $0.averaging = 0.9
            }
            #expect(count == 0)
        }
    }

    @Test func onThreeThreads() async {
        await #expect(processExitsWith: .success) {
            let count = try Engine.$mayOversubscribe.withValue(true) {
                try allocationsInAnEpoch(threads: 3)
            }
            #expect(count == 0)
        }
    }
}

/// Allocations from the end of an epoch's third step to the end of its last, the 25th.
private func allocationsInAnEpoch(
    _ model: ModelConfiguration = ModelConfiguration(), binarization: Binarization? = nil,
    augmentation: Augmentation? = nil, products: Products = .filtered, threads: Int,
    ranks: (any Communicator)? = nil, with change: (inout TrainingConfiguration) -> Void = { _ in }
) throws -> Int {
    // Of the 24-image batches the last is partial.
    let images = try bars(24 * 24 + 5, ModelConfiguration().imageShape)
    var training = TrainingConfiguration(
        epochs: 1, batchSize: 24, binarization: binarization, augmentation: augmentation)
    change(&training)
    let trainer = try Trainer(model, training, threads: threads, products: products, ranks: ranks)
    var (count, steps) = (-1, 0)
    try trainer.fit(
        images,
        onStep: { report in
            // By then BLAS has its packing buffers, and lazy globals are made.
            if report.step == 3 { allocation_counter_start() }
            if report.step == report.stepsPerEpoch { count = allocation_counter_stop() }
            steps += 1
        })
    precondition(steps == 25 && trainer.threads == threads)
    return count
}

/// The first of two ranks, whose messages it has back for those that the other would send: an exchange that allocates nothing.
private final class MirrorRank: Communicator {
    let (rank, count) = (0, 2)

    // Without iterators and closures, which allocate where tests are not optimised.
    func exchange(_ messages: [RankMessage]) {
        var (place, next) = (0, 0)
        while place < messages.count {
            if !messages[place].isSent {
                while next < messages.count, !messages[next].isSent { next += 1 }
                // Of a batch of one shard this rank has none to send.
                guard next < messages.count else { return }
                // The other has a little more of some things.
                let (region, sent) = (messages[place].region, messages[next].region)
                var index = 0
                while index < region.count {
                    region[index] = sent[index < sent.count ? index : sent.count - 1]
                    index += 1
                }
                next += 1
            }
            place += 1
        }
    }

    func send(_ bytes: [UInt8], to rank: Int) {}
    func receive(from rank: Int) -> [UInt8] { [] }
}
