import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEEvaluation
import VAEReport

@testable import VAERun

/// What is said of a model that a simpler one betters.
struct RivalsTests {
    private let data: Dataset
    private let sizes = ModelConfiguration(encoderFilters: [4], decoderFilters: [4], latentSize: 3)

    init() throws { data = try SyntheticDigits.dataset(seed: 3, trainCount: 80, testCount: 30) }

    private static func signs(_ text: String) throws -> TrainingSigns {
        let usual = [
            "variance": "null", "narrowestLayer": "null", "klWeight": "1", "isConditional": "false",
            "canGoOn": "true", "epochs": "10",
            "epoch": "10", "bestEpoch": "10", "lateFall": "0",
        ]
        let changed = text.split(separator: ";").map {
            $0.split(separator: "=", maxSplits: 1).map(String.init)
        }
        let fields = usual.merging(changed.map { ($0[0], $0[1]) }) { $1 }
        let json = "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ",") + "}"
        return try JSONDecoder().decode(TrainingSigns.self, from: Data(json.utf8))
    }

    private func remarks(of model: VariationalAutoencoder, _ signs: TrainingSigns?) throws -> [String] {
        let options = Evaluation.Options(samples: 2)
        let record = try EvaluationRecord(
            Evaluation(of: model, train: data.train, test: #require(data.test), options: options),
            options: options, of: model, file: "model.safetensors", data: data, signs: signs)
        let scratch = try Scratch()
        try record.write(to: scratch.file("evaluation.json"))
        let read = try EvaluationRecord(contentsOf: scratch.file("evaluation.json"))
        #expect(read == record)
        let tables = EvaluationSummary(read).tables
        return try #require(tables.first { $0.title == "Beside simpler models" }).remarks
    }

    @Test func anUntrainedModelIsBettered() throws {
        let model = try VariationalAutoencoder(sizes, seed: 9)
        let found = try remarks(of: model, Self.signs("epochs=1;bestEpoch=1;epoch=1;lateFall=null"))
        #expect(
            found[0].hasPrefix("The pixelwise mean, one image for all, is better than the model's loss: "))
        #expect(found[1].hasPrefix("PCA with 3 components reconstructs better: "))
        #expect(found[2].hasPrefix("PCA with 3 components has the smaller squared error: "))
        #expect(
            found.contains("One epoch is little. Try more epochs (vae-train --resume RUN --epochs 5)."),
            "\(found)")
        // Of a file that knows no signs.
        let bare = try remarks(of: model, nil)
        #expect(bare.last?.hasPrefix("None of the usual causes") == true, "\(bare)")
    }

    @Test func aTrainedModelIsNot() throws {
        let training = TrainingConfiguration(epochs: 30, batchSize: 8, learningRate: 3e-3)
        let model = try Trainer(ModelConfiguration(latentSize: 8), training).fit(data.train)
        let found = try remarks(of: model, Self.signs(""))
        // Eighty images are learnt by heart: of new ones some rival may be better, but not the mean.
        #expect(!found.contains { $0.hasPrefix("The pixelwise mean") }, "\(found)")
    }

    @Test(arguments: [
        ("", 0, "", ""),
        ("variance=0.9", 0, "σ² is 0.9000, 9.0 times the squared error", "more epochs"),
        ("variance=0.15", 0, "", ""),
        (
            "narrowestLayer={\"name\": \"encoder.dense\", \"values\": 16}", 0,
            "encoder.dense lets 16 numbers pass, fewer than the 32 latent", "--hidden 128"
        ),
        (
            "lateFall=7.5", 0, "still falling: by 7.50 nats in the last fifth of 10 epochs",
            "--resume RUN --epochs 20"
        ),
        ("lateFall=7.5;canGoOn=false", 0, "still falling", "a new run with --epochs 20"),
        ("lateFall=7.5;bestEpoch=8", 0, "", ""),
        ("bestEpoch=4", 90, "cost 90.00 nats less than new ones", "--best takes the model of epoch 4"),
        // The best model itself has not gone past its best.
        ("bestEpoch=4;epoch=4", 90, "", ""),
        ("klWeight=4", 0, "counts 4.0 times", "--kl-weight 1"),
    ])
    func causesAreToldApart(signs: String, gap: Double, sign: String, remedy: String) throws {
        let facts = Cause.Facts(
            squaredError: 0.1, loss: 100, standardError: 5, trainingLoss: 100 - gap, kl: 20, usedUnits: 30,
            latentSize: 32)
        let found = Cause.all(try Self.signs(signs), facts, .images)
        #expect(found.count == (sign.isEmpty ? 0 : 1), "\(found)")
        #expect(found.first.map { $0.sign.contains(sign) && $0.remedy.contains(remedy) } ?? true, "\(found)")
    }

    @Test func neighboursAmongWhitenedComponents() throws {
        func words(_ mine: Double, _ other: Double, _ whitened: Double?) -> String? {
            func estimate(_ mean: Double) -> Estimate { Estimate(mean: mean, standardError: 0.01) }
            return Defeat.ofClasses(
                estimate(mine), estimate(other), whitened.map(estimate), "PCA with 3 components")?.words
        }
        #expect(words(0.9, 0.91, 0.5) == nil)
        let plain =
            "The codes of PCA with 3 components tell classes apart better: 94.0 ± 1.0% of the neighbours' votes are right, "
            + "against 90.0 ± 1.0%."
        #expect(words(0.9, 0.94, nil) == plain)
        #expect(words(0.9, 0.94, 0.92) == plain)
        #expect(
            words(0.9, 0.94, 0.83) == plain
                + " With all of one variance, as the prior asks of z, they are worse, 83.0 ± 1.0%: here the directions that "
                + "vary most tell classes apart.")
    }

    @Test func unusedLatentsAreSaid() throws {
        func causes(kl: Double, used: Int?, of size: Int = 32) throws -> [String] {
            Cause.all(
                try Self.signs(""),
                Cause.Facts(
                    squaredError: 0.1, loss: 100, standardError: 5, trainingLoss: 100, kl: kl,
                    usedUnits: used,
                    latentSize: size), .images
            ).map(\.sign)
        }
        #expect(
            try causes(kl: 0.01, used: 0) == [
                "z says nothing of the image: the KL divergence is 0.01 nats (posterior collapse)."
            ])
        #expect(
            try causes(kl: 9, used: 5) == [
                "Of 32 latent dimensions only 5 are used, with 0.1 nats or more and a mean that moves from image to image."
            ])
        #expect(
            try causes(kl: 3, used: 1, of: 2) == [
                "Of 2 latent dimensions only 1 is used, with 0.1 nats or more and a mean that moves from image to image."
            ])
        #expect(try causes(kl: 9, used: 17) == [] && causes(kl: 3, used: 1, of: 1) == [])
        #expect(try causes(kl: 9, used: nil) == [])
    }

    @Test func signsAreReadFromTheModel() throws {
        var wide = ModelConfiguration(
            encoderFilters: [4], decoderFilters: [4], likelihood: .gaussian, latentSize: 32)
        func signs() throws -> TrainingSigns {
            try TrainingSigns(VariationalAutoencoder(wide), history: [], training: nil)
        }
        #expect(try signs().narrowestLayer == .init(name: "encoder.dense", values: 16))
        // log σ² begins at 0.
        #expect(try signs().variance == 1)
        wide.encoderUnits = []
        wide.likelihood = .bernoulli
        #expect(try signs().narrowestLayer == nil && signs().variance == nil)
        func history(_ losses: [Double]) -> [EpochReport] {
            losses.enumerated().map {
                let loss = Losses(reconstruction: $1, kl: 0)
                return EpochReport(epoch: $0 + 1, train: loss, test: loss, seconds: 1, imagesPerSecond: 1)
            }
        }
        let model = try VariationalAutoencoder(wide)
        let course = try TrainingSigns(
            model, history: history([9, 8, 7, 6, 5, 4.5, 4, 3, 1, 2]), isBest: true, training: nil)
        #expect(course.lateFall == 1 && course.bestEpoch == 9 && course.epoch == 9 && course.epochs == 10)
    }

    /// A training that ends above the pixelwise mean says so; one that ends below says nothing.
    @Test(arguments: [true, false]) func trainingSaysIt(isUseless: Bool) throws {
        final class Watch: RunObserver {
            var warnings: [String] = []
            func observe(_ event: RunSession.Event) {
                if case .warning(let words) = event { warnings.append(words) }
            }
        }
        let scratch = try Scratch()
        let watch = Watch()
        try RunSession(
            data, model: sizes,
            training: TrainingConfiguration(
                epochs: isUseless ? 1 : 30, batchSize: 8, learningRate: isUseless ? 1e-9 : 3e-3),
            folder: scratch.file("run"), threads: 1
        ).run(figures: false, observer: watch)
        let said = watch.warnings.filter { $0.contains("pixelwise mean") }
        #expect(said.count == (isUseless ? 1 : 0), "\(watch.warnings)")
        if isUseless { #expect(said[0].hasPrefix("the loss, 5") && said[0].contains("Try "), "\(said)") }
    }
}
