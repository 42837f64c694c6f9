import Foundation
import VAE
import VAECore
import VAEData

@testable import VAEReport

/// Small trained models and the reports about them, made once.
enum Fixtures {
    /// The default model on synthetic digits.
    static let digits = Result { () throws -> Fixture in
        let data = try SyntheticDigits.dataset(trainCount: 1024, testCount: 600)
        guard let test = data.test else { throw CocoaError(.featureUnsupported) }
        return try Fixture(ModelConfiguration(), train: data.train, test: test, epochs: 2)
    }

    /// Shapes that differ in everything from the default one.
    static let odd: [ModelConfiguration] = [
        ModelConfiguration(
            imageShape: ImageShape(height: 13, width: 18, channels: 3), encoderFilters: [10, 7, 16],
            decoderFilters: [9, 20, 6], hiddenUnits: 11, latentSize: 5),
        ModelConfiguration(
            imageShape: ImageShape(height: 9, width: 6, channels: 1), encoderFilters: [12],
            decoderFilters: [17],
            kernelSize: 5, hiddenUnits: 4, latentSize: 1),
        ModelConfiguration(
            imageShape: ImageShape(height: 8, width: 8, channels: 2), encoderFilters: [3, 5],
            decoderFilters: [8, 4], kernelSize: 2, hiddenUnits: 3, latentSize: 3),
        ModelConfiguration(
            imageShape: ImageShape(height: 5, width: 7, channels: 4), encoderFilters: [6],
            decoderFilters: [5],
            kernelSize: 1, hiddenUnits: 3, latentSize: 2),
        .fullyConnected(
            imageShape: ImageShape(height: 6, width: 7, channels: 3), hiddenUnits: [14, 9],
            hiddenActivation: .tanh, latentSize: 4),
        .fullyConnected(
            imageShape: ImageShape(height: 9, width: 5), hiddenUnits: [], likelihood: .gaussian, latentSize: 3
        ),
        ModelConfiguration(
            imageShape: ImageShape(height: 6, width: 9), encoderFilters: [5, 8], decoderFilters: [6, 4],
            encoderUnits: [9, 7], decoderUnits: [11], hiddenActivation: .tanh, likelihood: .gaussian,
            latentSize: 2),
        // A variance for each channel, and for each value.
        .fullyConnected(
            imageShape: ImageShape(height: 5, width: 6, channels: 3), hiddenUnits: [8],
            likelihood: .gaussianChannel, latentSize: 3),
        ModelConfiguration(
            imageShape: ImageShape(height: 7, width: 6, channels: 2), encoderFilters: [5],
            decoderFilters: [6], encoderUnits: [9], decoderUnits: [], hiddenActivation: .tanh,
            likelihood: .gaussianValue, latentSize: 2),
        // Other distributions.
        .fullyConnected(
            imageShape: ImageShape(height: 7, width: 5, channels: 2), hiddenUnits: [9],
            likelihood: .continuousBernoulli, latentSize: 3),
        .fullyConnected(
            imageShape: ImageShape(height: 6, width: 5, channels: 2), hiddenUnits: [9], likelihood: .laplace,
            latentSize: 3),
        .fullyConnected(
            imageShape: ImageShape(height: 5, width: 6, channels: 2), hiddenUnits: [9],
            likelihood: .studentT, latentSize: 3),
        ModelConfiguration(
            imageShape: ImageShape(height: 6, width: 5, channels: 2), encoderFilters: [5],
            decoderFilters: [6], encoderUnits: [9], decoderUnits: [], likelihood: .logisticMixture,
            latentSize: 3),
        // Layers of every kind, in lists.
        ModelConfiguration(
            imageShape: ImageShape(height: 11, width: 9, channels: 2),
            layers: .init(
                encoder: [
                    .convolution(filters: 6, kernelSize: 5, activation: .identity),
                    .groupNormalization(groups: 3), .activation(.silu),
                    .convolution(filters: 8, kernelSize: 2, stride: 2),
                    .residual([.convolution(filters: 8, activation: .silu), .convolution(filters: 8)]),
                    .dense(shape: [10]),
                ],
                decoder: [
                    .dense(shape: [6, 5, 8]), .groupNormalization(groups: 4), .upsampling(factor: 2),
                    .convolution(filters: 5),
                    .residual([.transposedConvolution(filters: 5, kernelSize: 1, activation: .tanh)]),
                ]),
            hiddenActivation: .leakyRectified, latentSize: 3),
        ModelConfiguration(
            imageShape: ImageShape(height: 10, width: 13),
            layers: .init(
                encoder: [.residual([.convolution(filters: 4, stride: 3), .convolution(filters: 7)])],
                decoder: [
                    .dense(shape: [9]), .groupNormalization(groups: 1), .dense(shape: [4, 5, 6]),
                    .upsampling(factor: 3), .convolution(filters: 4, kernelSize: 1, activation: .tanh),
                ]),
            hiddenActivation: .silu, likelihood: .gaussian, latentSize: 2),
    ]

    static let all = odd + conditional

    /// Models that are told one of four classes: behind convolutions, in front of dense layers, and without either.
    static let conditional: [ModelConfiguration] = {
        var models = [
            ModelConfiguration(
                imageShape: ImageShape(height: 9, width: 7), encoderFilters: [5], decoderFilters: [6],
                hiddenUnits: 9, latentSize: 2),
            ModelConfiguration(
                imageShape: ImageShape(height: 6, width: 8, channels: 3), encoderFilters: [6],
                decoderFilters: [5], encoderUnits: [], decoderUnits: [], likelihood: .gaussian, latentSize: 3),
            .fullyConnected(
                imageShape: ImageShape(height: 6, width: 7), hiddenUnits: [10, 6], hiddenActivation: .tanh,
                latentSize: 1),
        ]
        for index in models.indices { models[index].classes = [0, 1, 2, 3] }
        return models
    }()

    /// The default model on synthetic digits, told which.
    static let toldDigits = Result { () throws -> Fixture in
        let data = try SyntheticDigits.dataset(trainCount: 1024, testCount: 300)
        guard let test = data.test else { throw CocoaError(.featureUnsupported) }
        var model = ModelConfiguration()
        model.classes = Array(0..<10)
        return try Fixture(model, train: data.train, test: test, epochs: 2)
    }

    /// The default model on synthetic digits with a mixture as prior.
    static let mixedDigits = Result { () throws -> Fixture in
        let data = try SyntheticDigits.dataset(trainCount: 1024, testCount: 300)
        guard let test = data.test else { throw CocoaError(.featureUnsupported) }
        var model = ModelConfiguration()
        model.prior = .mixture(components: 3)
        return try Fixture(model, train: data.train, test: test, epochs: 2)
    }

    /// Smooth coloured pictures that differ from one another.
    static func pictures(_ shape: ImageShape, count: Int, seed: UInt64 = 1, labelled: Bool = true) throws
        -> ImageSet
    {
        var generator = SplitMix64(seed: seed)
        var pixels: [UInt8] = []
        for _ in 0..<count {
            let phases = (0..<3).map { _ in Double.random(in: 0..<6, using: &generator) }
            for index in 0..<shape.count {
                let (pixel, channel) = (index / shape.channels, index % shape.channels)
                let (x, y) = (Double(pixel % shape.width), Double(pixel / shape.width))
                let value =
                    sin(0.7 * x + phases[0]) * cos(0.5 * y + phases[1]) * sin(Double(channel) + phases[2])
                pixels.append(UInt8(127.5 + 127 * value))
            }
        }
        let labels = (0..<count).map { Int($0 % 4) }
        return try ImageSet(shape: shape, pixels: pixels, labels: labelled ? labels : nil)
    }

    /// Normal deviates, the same for the same seed.
    static func normals(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            let (u, v) = (
                Double.random(in: 0..<1, using: &generator), Double.random(in: 0..<1, using: &generator)
            )
            return Float((-2 * log(1 - u)).squareRoot() * cos(2 * .pi * v))
        }
    }
}

/// A model with everything its report needs.
struct Fixture {
    let model: VariationalAutoencoder
    let test: ImageSet
    let history: [EpochReport]

    init(
        _ configuration: ModelConfiguration, train: ImageSet, test: ImageSet, epochs: Int, rate: Double = 2e-3
    )
        throws
    {
        // Large steps, so that a few of them move every weight and bias away from where it began.
        let trainer = try Trainer(
            configuration, TrainingConfiguration(epochs: epochs, batchSize: 32, learningRate: rate))
        model = try trainer.fit(train, test: test)
        self.test = test
        history = trainer.history
    }

    init(_ configuration: ModelConfiguration) throws {
        try self.init(
            configuration, train: Fixtures.pictures(configuration.imageShape, count: 256),
            test: Fixtures.pictures(configuration.imageShape, count: 40, seed: 2), epochs: 12, rate: 1e-2)
    }

    func report(
        title: String = "Digits", losses: Bool = true, facts: [Report.Facts] = [],
        evaluation: EvaluationSummary? = nil
    ) throws -> Report {
        try Report(
            title: title, model: model, history: history,
            testSet: Report.TestSet(test, model: model, measuringLosses: losses),
            labelName: "digit", facts: facts, evaluation: evaluation)
    }
}

/// A folder of a test's own, removed with it.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "vae-report-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
