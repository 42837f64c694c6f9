import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAEEvaluation

/// The whole evaluation on a small model: its parts are those that each part's own function gives.
struct EvaluationTests {
    private let model: VariationalAutoencoder
    private let data: Dataset

    init() throws {
        data = try SyntheticDigits.dataset(seed: 3, trainCount: 120, testCount: 50)
        let sizes = ModelConfiguration(encoderFilters: [4], decoderFilters: [4], latentSize: 3)
        model = try Trainer(sizes, TrainingConfiguration(epochs: 2, batchSize: 20)).fit(data.train)
    }

    private func test() throws -> ImageSet { try #require(data.test) }

    @Test func partsAreWhatTheirFunctionsGive() throws {
        let test = try test()
        var stages: [Evaluation.Stage] = []
        let found = try Evaluation(
            of: model, train: data.train, test: test, options: .init(seed: 4, draws: 2, samples: 7)
        ) { stage, share in
            #expect((0...1).contains(share))
            if stages.last != stage { stages.append(stage) }
        }
        #expect(
            Set(stages) == Set(Evaluation.Stage.allCases) && stages.count == Evaluation.Stage.allCases.count)
        #expect(found.omissions.isEmpty)
        let loss = found.loss
        #expect(loss.test == (try ObjectiveEstimate(of: model, on: test, draws: 2, seed: 4)))
        #expect(loss.testAtMean == (try ObjectiveEstimate(of: model, on: test, draws: 0)))
        #expect(
            loss.training
                == (try ObjectiveEstimate(of: model, on: data.train.slice(0..<50), draws: 2, seed: 4)))
        // Of images in the order of their classes some of each.
        let labels = try #require(data.train.labels)
        let sorted = data.train.selecting(labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) })
        let some = sorted.selecting((0..<50).map { $0 * 120 / 50 })
        let other = try Evaluation(
            of: model, train: sorted, test: test, options: .init(seed: 4, draws: 2, samples: 2))
        #expect(other.loss.training == (try ObjectiveEstimate(of: model, on: some, draws: 2, seed: 4)))
        let shape = test.shape
        #expect(loss.greyEntropy == Evaluation.Value(try GreyEntropy.of(test), shape))
        let likelihood = try model.logLikelihood(of: test, samples: 7, seed: 4, proposal: .mixture)
        #expect(
            found.likelihood.negativeLogLikelihood
                == Evaluation.Value(Estimate(of: likelihood.values.map { -$0 }), shape))
        #expect(found.likelihood.images == 50 && found.likelihood.samples == 7)
        #expect(!found.likelihood.isLikelihood)
        let encoding = try model.encode(test)
        let aggregate = try AggregatePosterior(of: encoding, seed: 4)
        #expect(
            found.latents.mutualInformation == aggregate.mutualInformation
                && found.latents.aggregateGap == aggregate.gap && found.latents.aggregateImages == 50)
        #expect(found.latents.dimensions.map(\.kl) == LatentActivity(of: encoding).kl)
        #expect(found.latents.dimensions.map(\.index) == [1, 2, 3])
        let kl = found.latents.dimensions.map(\.kl).reduce(0, +)
        // Sums of the same divergences, which the loss has rounded to single precision, image by image.
        #expect(abs(kl - loss.test.kl.nats) < 1e-6 * kl)
        #expect(found.baselines.principalComponents?.components == 3)
        let mean = try PixelwiseMean(fittedTo: data.train).errors(on: test)
        let constant = try Evaluation.Baselines.Errors(mean, .bernoulli, on: test) { (_) throws(VAEError) in
            []
        }
        #expect(found.baselines.pixelwiseMean == constant)
        #expect(found.baselines.model.reconstruction == loss.testAtMean.reconstruction)
        #expect(found.clusters?.neighbours == 10 && found.frechet?.images == 50)
        // No loss lies below the floor, and an untrained constant lies above what has been trained.
        #expect(loss.testAtMean.reconstruction.nats > (try GreyEntropy.of(test).mean))
        for threads in [1, 2, 5] {
            let again = try Evaluation(
                of: model, train: data.train, test: test, options: .init(seed: 4, draws: 2, samples: 7),
                threads: threads)
            #expect(again == found)
        }
    }

    /// Baselines have as many variances as the model: more of them fit the same reconstructions better.
    @Test func baselinesHaveTheVariancesOfTheModel() throws {
        var sizes = model.configuration
        var losses: [[Double]] = []
        for kind in [Likelihood.gaussian, .gaussianChannel, .gaussianValue] {
            sizes.likelihood = kind
            let trained = try Trainer(sizes, TrainingConfiguration(epochs: 1, batchSize: 20)).fit(data.train)
            let found = try Evaluation(
                of: trained, train: data.train, test: test(), options: .init(samples: 2))
            #expect(found.likelihood.isLikelihood && found.loss.greyEntropy == nil && found.omissions.isEmpty)
            let linear = try #require(found.baselines.principalComponents)
            losses.append([
                found.baselines.pixelwiseMean.reconstruction.nats, linear.errors.reconstruction.nats,
            ])
            for threads in [1, 3] {
                let again = try Evaluation(
                    of: trained, train: data.train, test: test(), options: .init(samples: 2), threads: threads
                )
                #expect(again == found)
            }
        }
        for baseline in 0..<2 {
            // Grey images have one channel. Means are rounded to Float for it, 2⁻²⁵ of 784 values' errors over σ² of about 0.1.
            #expect(abs(losses[1][baseline] - losses[0][baseline]) < 1e-3, "\(losses)")
            #expect(losses[2][baseline] < losses[0][baseline] - 100, "\(losses)")
        }
    }

    /// What can't be measured is left out with the reason; the rest is there.
    @Test func omissionsAreNamed() throws {
        let test = try test()
        func bare(_ images: ImageSet) throws -> ImageSet {
            try ImageSet(shape: images.shape, pixels: images.pixels)
        }
        let unlabelled = try Evaluation(
            of: model, train: bare(data.train), test: bare(test), options: .init(samples: 1))
        #expect(unlabelled.clusters == nil && unlabelled.frechet != nil)
        #expect(unlabelled.baselines.principalComponents?.linearAccuracy == nil)
        #expect(unlabelled.baselines.principalComponents != nil)
        #expect(unlabelled.omissions.map(\.stage) == [.separation])
        #expect(unlabelled.omissions[0].reason.contains("labels"))

        let one = try Evaluation(
            of: model, train: data.train.slice(0..<1), test: test.slice(0..<1), options: .init(samples: 2))
        #expect(one.clusters == nil && one.baselines.principalComponents == nil && one.frechet == nil)
        #expect(Set(one.omissions.map(\.stage)) == [.separation, .baselines, .frechet])
        #expect(one.loss.test.loss.standardError == nil && one.latents.mutualInformationLimit == 0)

        let wide = try Evaluation(
            of: VariationalAutoencoder(.fullyConnected(hiddenUnits: [], latentSize: 513)),
            train: data.train, test: test, options: .init(samples: 1, likelihoodImages: 1))
        #expect(wide.clusters == nil && wide.baselines.principalComponents != nil)
        #expect(wide.omissions.map(\.stage) == [.separation] && wide.omissions[0].reason.contains("512"))
    }

    /// Nobody asked for ten neighbours: of six images, six vote.
    @Test func fewImagesHaveFewNeighbours() throws {
        func few(_ images: ImageSet) throws -> ImageSet {
            let some = images.slice(0..<6)
            return try ImageSet(shape: some.shape, pixels: some.pixels, labels: [0, 1, 0, 1, 0, 1])
        }
        let found = try Evaluation(
            of: model, train: few(data.train), test: few(test()), options: .init(samples: 1))
        #expect(found.clusters?.neighbours == 6 && found.omissions.isEmpty, "\(found.omissions)")
        #expect(found.baselines.principalComponents?.nearestNeighboursAccuracy != nil)
    }

    @Test func binarisedImagesAreMeasured() throws {
        let test = try test()
        for method in Binarization.allCases {
            let found = try Evaluation(
                of: model, train: data.train, test: test, options: .init(samples: 3, binarization: method))
            #expect(found.likelihood.isLikelihood && found.loss.greyEntropy?.nats == 0)
            #expect(found.loss.test == (try ObjectiveEstimate(of: model, on: test.binarized(method))))
        }
    }

    @Test func likelihoodImagesFitTheWork() throws {
        let sizes = ModelConfiguration()
        let (few, many) = (
            try Evaluation.images(within: sizes, samples: 5000),
            try Evaluation.images(within: sizes, samples: 100)
        )
        // 11.3 million operations a draw: some 1.7 million draws, and the 10,000 images of MNIST's test set in the usual 100 draws.
        #expect(many > 10_000 && many < 30_000 && few == many / 50 || few == many / 50 + 1)
        #expect(try Evaluation.images(within: sizes, samples: 1_000_000) == 100)
        let chosen = try Evaluation(
            of: model, train: data.train, test: try test(), options: .init(samples: 2, likelihoodImages: 9))
        #expect(chosen.likelihood.images == 9)
        // Of images in the order of their classes some of each.
        let labels = try #require(try test().labels)
        let sorted = try test().selecting(labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) })
        let spread = try Evaluation(
            of: model, train: data.train, test: sorted, options: .init(samples: 2, likelihoodImages: 9))
        let some = sorted.selecting((0..<9).map { $0 * 50 / 9 })
        let expected = try model.logLikelihood(of: some, samples: 2, proposal: .mixture).values
        #expect(
            spread.likelihood.negativeLogLikelihood
                == Evaluation.Value(Estimate(of: expected.map { -$0 }), some.shape))
    }

    @Test func badInputIsRefused() throws {
        let test = try test()
        for (options, name) in [
            (Evaluation.Options(draws: 0), "draws"), (Evaluation.Options(samples: 0), "samples"),
            (Evaluation.Options(likelihoodImages: 0), "images"),
        ] {
            let error = #expect(throws: VAEError.self) {
                try Evaluation(of: model, train: data.train, test: test, options: options)
            }
            #expect(error?.kind == .invalidArgument && error?.subject == name)
        }
        let small = try ImageSet(shape: ImageShape(height: 2, width: 2), pixels: [0, 1, 2, 3])
        #expect(throws: VAEError.self) { try Evaluation(of: model, train: small, test: small) }
        struct Enough: Error {}
        #expect(throws: Enough.self) {
            try Evaluation(of: model, train: data.train, test: test) { stage, _ in
                if stage == .baselines { throw Enough() }
            }
        }
    }
}
