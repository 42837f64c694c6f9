import Foundation
import Testing
import VAE
import VAECore

/// What can't be trained is refused before memory is asked for, in words that name the field.
@Suite("Configurations that are refused")
struct ConfigurationTests {
    /// The error of making a trainer.
    func refusal(
        _ model: ModelConfiguration = smallModel, _ training: TrainingConfiguration = .init(),
        threads: Int = 1
    ) -> VAEError? {
        failure { () throws(VAEError) in _ = try Trainer(model, training, threads: threads) }
    }

    static let trainings: [(String, TrainingConfiguration)] = [
        ("epochs", .init(epochs: 0)), ("epochs", .init(epochs: -1)), ("epochs", .init(epochs: .max)),
        ("batch size", .init(batchSize: 0)), ("batch size", .init(batchSize: .max)),
        ("batch size", .init(batchSize: .min)),
        ("learning rate", .init(learningRate: .nan)), ("learning rate", .init(learningRate: 0)),
        ("learning rate", .init(learningRate: -1)), ("learning rate", .init(learningRate: .infinity)),
        ("learning rate", .init(learningRate: 1e300)),
        ("beta1", .init(beta1: 1)), ("beta1", .init(beta1: -0.1)), ("beta1", .init(beta1: .nan)),
        ("beta2", .init(beta2: 1)), ("beta2", .init(beta2: .nan)),
        ("epsilon", .init(epsilon: 0)), ("epsilon", .init(epsilon: .nan)),
        ("KL weight", .init(klWeight: -1)), ("KL weight", .init(klWeight: .nan)),
        ("KL weight", .init(klWeight: .infinity)),
        ("augmentation", .init(augmentation: Augmentation(shift: -1))),
        ("augmentation", .init(augmentation: Augmentation(rotation: .infinity))),
        ("patience", .init(patience: 0)), ("patience", .init(patience: -1)),
        ("warm-up epochs", .init(schedule: .init(warmUpEpochs: -1))),
        ("warm-up epochs", .init(epochs: 5, schedule: .init(warmUpEpochs: 5))),
        ("step epochs", .init(schedule: .init(.step, stepEpochs: 0))),
        ("step factor", .init(schedule: .init(.step, stepFactor: 0))),
        ("step factor", .init(schedule: .init(.step, stepFactor: 1.1))),
        ("step factor", .init(schedule: .init(.step, stepFactor: .nan))),
        // Numbers that are fine in Double and none in Float, in which Adam computes.
        ("beta1", .init(beta1: 1 - 1e-12)), ("beta2", .init(beta2: 1 - 1e-12)),
        ("epsilon", .init(epsilon: 1e-300)), ("KL weight", .init(klWeight: 1e300)),
    ]

    @Test(arguments: trainings)
    func training(field: String, configuration: TrainingConfiguration) {
        let error = refusal(smallModel, configuration)
        #expect(error?.kind == .invalidArgument && error?.subject == field, "\(error?.description ?? "none")")
        #expect(error?.expected != nil && error?.found != nil)
    }

    static func model(_ change: (inout ModelConfiguration) -> Void) -> ModelConfiguration {
        var model = smallModel
        change(&model)
        return model
    }

    static let models: [(String, ModelConfiguration)] = [
        ("image height", model { $0.imageShape = ImageShape(height: 0, width: 7) }),
        ("image width", model { $0.imageShape = ImageShape(height: 5, width: -7) }),
        ("image height", model { $0.imageShape = ImageShape(height: .max, width: .max, channels: .max) }),
        ("image channels", model { $0.imageShape = ImageShape(height: 5, width: 7, channels: 0) }),
        ("latent size", model { $0.latentSize = 0 }), ("latent size", model { $0.latentSize = .max }),
        ("hidden units", model { $0.encoderUnits = [0] }), ("kernel size", model { $0.kernelSize = 0 }),
        ("kernel size", model { $0.kernelSize = 64 }),
        ("filters", model { $0.encoderFilters = [3, 0] }),
        ("filters", model { $0.decoderFilters = [.max, 3] }),
        ("decoder filters", model { $0.encoderFilters = [] }),
        ("hidden units", model { $0.encoderUnits = [3, .max] }),
        ("hidden layers", model { $0.encoderUnits = [Int](repeating: 1, count: 13) }),
        ("decoder hidden units", model { $0.decoderUnits = [-1] }),
        ("decoder hidden layers", model { $0.decoderUnits = [Int](repeating: 1, count: 13) }),
        ("model configuration", model { $0.decoderUnits = [1 << 20, 1 << 20] }),
        (
            "model configuration",
            .fullyConnected(
                imageShape: ImageShape(height: 1 << 8, width: 1 << 9), hiddenUnits: [1 << 14], latentSize: 2)
        ),
        ("encoder convolutions", model { $0.encoderFilters = [Int](repeating: 1, count: 13) }),
        ("decoder filters", model { $0.decoderFilters = [5] }),
        ("decoder filters", model { $0.decoderFilters = [5, 3, 2] }),
        // Each size is in range; together they make a tensor of terabytes.
        (
            "model configuration",
            model { $0.imageShape = ImageShape(height: 1 << 14, width: 1 << 14, channels: 64) }
        ),
        (
            "model configuration",
            model {
                $0.encoderFilters = [1 << 14, 1 << 14]; $0.kernelSize = 63
            }
        ),
        (
            "model configuration",
            model {
                $0.decoderFilters = [1 << 14, 1 << 14]; $0.kernelSize = 63
            }
        ),
        (
            "model configuration",
            model {
                $0.encoderUnits = [1 << 20]; $0.latentSize = 1 << 14
            }
        ),
        (
            "model configuration",
            model {
                $0.imageShape = ImageShape(height: 64, width: 65); $0.encoderUnits = [1 << 20]
            }
        ),
    ]

    @Test(arguments: models)
    func model(field: String, configuration: ModelConfiguration) {
        let error = refusal(configuration)
        #expect(error?.kind == .invalidArgument && error?.subject == field, "\(error?.description ?? "none")")
        let untrained = failure { () throws(VAEError) in _ = try VariationalAutoencoder(configuration) }
        #expect(untrained == error)
    }

    @Test(arguments: [0, -1, .min])
    func threads(count: Int) {
        let error = refusal(threads: count)
        #expect(error?.kind == .invalidArgument && error?.subject == "threads")
    }

    @Test func imagesThatDoNotFit() throws {
        let trainer = try Trainer(smallModel, TrainingConfiguration(epochs: 1, batchSize: 8), threads: 1)
        func refusal(_ images: ImageSet, test: ImageSet? = nil) -> VAEError? {
            #expect(throws: VAEError.self) { try trainer.fit(images, test: test) }
        }
        let images = try bars(8, smallModel.imageShape)
        let other = try bars(8, ImageShape(height: 7, width: 5))
        let empty = try ImageSet(shape: smallModel.imageShape, pixels: [])
        for (error, subject) in [
            (refusal(other), "training images"), (refusal(images, test: other), "test images"),
            (refusal(empty), "training images"), (refusal(images, test: empty), "test images"),
            (refusal(try bars(7, smallModel.imageShape)), "batch size"),
        ] {
            #expect(error?.kind == .invalidArgument && error?.subject == subject)
            #expect(subject != "batch size" || error?.advice?.contains("batchSize") == true)
        }
        // Nothing was trained, and the trainer is as good as new.
        #expect(trainer.history.isEmpty)
        try trainer.fit(images)
        #expect(trainer.history.count == 1)
    }
}
