import Kernels
import Testing
import VAECore

@testable import VAE

/// Shards whose images several threads share: the bits of shards that are one thread's.
@Suite("Shards that threads share", .oversubscribed)
struct SharedShardsTests {
    private typealias Kind = RankTrainingTests.Kind

    /// Ways in which layers come apart, and what else a step keeps of its images.
    private static let kinds =
        RankTrainingTests.kinds + [
            Kind("filtered convolutions") {
                $0.imageShape = ImageShape(height: 28, width: 28)
                ($0.encoderFilters, $0.decoderFilters) = ([32, 64], [64, 32])
            },
            Kind("residual blocks, group normalisation, upsampling") {
                $0 = ModelConfiguration(
                    imageShape: $0.imageShape,
                    layers: ModelConfiguration.Layers(
                        encoder: [
                            .convolution(filters: 8, stride: 2, activation: .tanh),
                            .groupNormalization(groups: 2),
                            .activation(.silu),
                            .residual([.convolution(filters: 12), .groupNormalization(groups: 3)]),
                            .dense(shape: [12], activation: .silu),
                        ],
                        decoder: [
                            .featureMaps(channels: 8), .residual([.convolution(filters: 8)]),
                            .upsampling(factor: 2),
                            .groupNormalization(groups: 4), .activation(.leakyRectified),
                        ]), likelihood: .gaussianValue, latentSize: 3)
            },
            // Micro-batches of eight images and of one.
            Kind("two draws, doubly reparameterised, a learned variance, classes") {
                $0.likelihood = .gaussianValue
                $0.classes = [0, 1, 2, 3, 4]
            } _: {
                $0.importance = ImportanceWeighting(samples: 2, isDoublyReparameterised: true)
            },
            Kind("draws that fill a micro-batch each") {
                $0.imageShape = ImageShape(height: 28, width: 28)
                ($0.encoderFilters, $0.decoderFilters) = ([8], [32])
            } _: {
                $0.importance = ImportanceWeighting(samples: 40)
                $0.epochs = 1
            },
            Kind("draws from a mixture of many") {
                $0.prior = .mixture(components: 21)
            } _: {
                $0.importance = ImportanceWeighting(samples: 5)
            },
            Kind("draws and a VampPrior") {
                $0.prior = .vamp(pseudoInputs: 45)
            } _: {
                $0.importance = ImportanceWeighting(samples: 3)
            },
            // Micro-batches of two images, four of them in a shard.
            Kind("large images") {
                $0.imageShape = ImageShape(height: 90, width: 80)
                ($0.encoderFilters, $0.decoderFilters) = ([6, 32], [32, 12])
            } _: {
                $0.epochs = 1
            },
        ]

    private static func train(
        _ kind: Kind, threads: Int, images: ImageSet? = nil, isShared: Bool? = nil
    ) throws -> Checkpoint {
        let images = try images ?? RankTrainingTests.images(150, seed: 1)
        let trainer = try Trainer(kind.model, kind.training, threads: threads)
        if let isShared { #expect((trainer.sharing != nil) == isShared, "\(kind), \(threads) threads") }
        try trainer.fit(images, test: images)
        return trainer.checkpoint()
    }

    private static func expect(_ found: Checkpoint, _ expected: Checkpoint, _ comment: Comment) {
        #expect(identical(found.parameters, expected.parameters), comment)
        #expect(identical(found.firstMoment, expected.firstMoment), comment)
        #expect(identical(found.secondMoment, expected.secondMoment), comment)
        #expect(found.averages == expected.averages, comment)
        #expect(
            found.history.map { [$0.train, $0.test] } == expected.history.map { [$0.train, $0.test] }, comment
        )
    }

    @Test func shardsThatAreLeft() {
        func rest(_ threads: Int) -> Int { SharedShards.rest(of: 16, threads: threads) }
        #expect([1, 2, 4, 8, 16].map(rest) == [0, 0, 0, 0, 0])
        #expect([3, 5, 6, 12, 64].map(rest) == [1, 1, 4, 4, 16])
        // Of 18 threads 16 have one shard: nearly all.
        #expect([17, 18, 19, 20].map(rest) == [0, 0, 0, 16])
        #expect(SharedShards.rest(of: 15, threads: 16) == 0)
    }

    @Test(arguments: [
        (16, 64, 2), (16, 128, 1), (16, 32, 4), (4, 12, 1), (4, 64, 1), (1, 2, 4), (1, 3, 1), (2, 4, 4),
    ])
    func imagesOfAUnit(shards: Int, threads: Int, expected: Int) {
        let batches = MicroBatches(0..<8, size: 8)
        #expect(SharedShards.imagesPerUnit(batches, shards: shards, threads: threads) == expected)
    }

    @Test(arguments: kinds)
    func theBitsAreThoseOfAnyNumberOfThreads(_ kind: RankTrainingTests.Kind) throws {
        var images = try RankTrainingTests.images(150, seed: 1)
        // The last batch of an epoch has fewer shards, and of the last of these fewer images.
        if kind.model.imageShape != images.shape { images = try bars(64 + 13, kind.model.imageShape) }
        let alone = try Self.train(kind, threads: 1, images: images, isShared: false)
        // 64 images are 8 shards: of 3, 5, 7 and 12 threads some are left, of 24 and 64 all.
        for threads in [2, 3, 5, 7, 12, 24, 64] {
            // By OpenBLAS a shard is one thread's.
            let shared = !Tiles.available.isEmpty && SharedShards.rest(of: 8, threads: threads) > 0
            Self.expect(
                try Self.train(kind, threads: threads, images: images, isShared: shared), alone,
                "\(kind), \(threads) threads")
        }
    }
}
