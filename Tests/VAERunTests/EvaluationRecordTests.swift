import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEEvaluation
import VAEReport

@testable import VAERun

/// `evaluation.json`, and what is said of it.
struct EvaluationRecordTests {
    private let model: VariationalAutoencoder
    private let data: Dataset
    private let record: EvaluationRecord

    init() throws {
        data = try SyntheticDigits.dataset(seed: 3, trainCount: 80, testCount: 30)
        let sizes = ModelConfiguration(encoderFilters: [4], decoderFilters: [4], latentSize: 3)
        model = try Trainer(sizes, TrainingConfiguration(epochs: 1, batchSize: 20)).fit(data.train)
        let options = Evaluation.Options(samples: 3)
        record = try EvaluationRecord(
            Evaluation(of: model, train: data.train, test: #require(data.test), options: options),
            options: options, of: model, file: "model.safetensors", data: data)
    }

    /// The same record with some of its file's text changed.
    private func changed(_ pairs: (String, String)...) throws -> EvaluationRecord {
        var text = String(decoding: try record.json(), as: UTF8.self)
        for (old, new) in pairs {
            try #require(text.contains(old), "\(old)")
            text = text.replacing(old, with: new)
        }
        let scratch = try Scratch()
        try scratch.write(text, to: "evaluation.json")
        return try EvaluationRecord(contentsOf: scratch.file("evaluation.json"))
    }

    @Test func isReadAsItWasWritten() throws {
        let scratch = try Scratch()
        try record.write(to: scratch.file("evaluation.json"))
        #expect(try EvaluationRecord(contentsOf: scratch.file("evaluation.json")) == record)
        #expect(try EvaluationRecord.ofRun(scratch.path, model) == record)
        // Another model's is not this one's, and none is none.
        let other = try VariationalAutoencoder(model.configuration, seed: 9)
        #expect(try EvaluationRecord.ofRun(scratch.path, other) == nil)
        #expect(try EvaluationRecord.ofRun(Scratch().path, model) == nil)
    }

    /// A file that an earlier build wrote, and what it would have written of a single image, which has no standard errors.
    @Test(arguments: [false, true])
    func anOldFileKeepsItsBytes(isOfOneImage: Bool) throws {
        let golden = try #require(
            Bundle.module.url(forResource: "evaluation", withExtension: "json", subdirectory: "Golden"))
        var text = try String(contentsOf: golden, encoding: .utf8)
        if isOfOneImage { text.replace(/,\n *"standard_error" : [^\n]*/, with: "") }
        let scratch = try Scratch()
        try scratch.write(text, to: "evaluation.json")
        let record = try EvaluationRecord(contentsOf: scratch.file("evaluation.json"))
        #expect(String(decoding: try record.json(), as: UTF8.self) == text)
        let summary = EvaluationSummary(record)
        let loss = try #require(summary.tables.first { $0.title == "Loss" }).rows[0].values
        #expect(loss == [isOfOneImage ? "532.09" : "532.09 ± 0.04", "0.9791"])
        #expect(summary.tables.map(\.rows.count) == [0, 6, 2, 5, 6, 3])
        #expect(
            record.evaluation.clusters?.mixture.components == 10 && record.evaluation.frechet?.features == 64)
    }

    @Test func damageIsRefused() throws {
        let sound = String(decoding: try record.json(), as: UTF8.self)
        let long = String(repeating: "a", count: 1001)
        for (text, found) in [
            ("", "no valid JSON"), ("[]", "another kind"), ("{}", "version"),
            (sound.replacing("\"version\" : 1", with: "\"version\" : 2"), "version 2"),
            (sound.replacing("\"nats\"", with: "\"nuts\""), "nats"),
            (sound.replacing("\"latent_size\" : 3", with: "\"latent_size\" : 0"), "numbers that no"),
            (sound.replacing("\"latent_size\" : 3", with: "\"latent_size\" : 2"), "numbers that no"),
            (sound.replacing("\"synthetic\"", with: "\"\(long)\""), "1000 bytes"),
            (String(repeating: " ", count: 1 << 18) + sound, "bytes"),
        ] {
            let scratch = try Scratch()
            try scratch.write(text, to: "evaluation.json")
            let error = failure { () throws(VAEError) in
                try EvaluationRecord(contentsOf: scratch.file("evaluation.json"))
            }
            #expect(
                error?.kind == .invalidData && error?.description.contains(found) == true,
                "\(found): \(error as Any)")
        }
    }

    /// The share of the way, the order of the scale, and the bars.
    @Test func theScaleIsInOrder() throws {
        let scale = try #require(EvaluationSummary(record).scale)
        let values = scale.marks.compactMap { Double($0.value) }
        #expect(values.count == 5 && values == values.sorted(by: >))
        #expect(
            scale.marks.first?.place == 1 && scale.marks.last?.place == 0 && scale.marks.last?.kind == .floor)
        let loss = record.evaluation.loss
        let (mean, drawn, floor) = (
            record.evaluation.baselines.pixelwiseMean.reconstruction.nats, loss.test.loss.nats,
            try #require(loss.greyEntropy).nats
        )
        let share = try #require(loss.shareOfTheWay)
        #expect(abs(share - (mean - drawn) / (mean - floor)) < 1e-12)
        // 784 pixels: 784 ln 2 nats are a bit for each.
        let value = loss.test.loss
        #expect(abs(value.bitsPerPixel - value.nats / (784 * log(2.0))) < 1e-12)
    }

    @Test func collapseIsNamed() throws {
        func remarks(_ record: EvaluationRecord) -> String {
            EvaluationSummary(record).tables.flatMap(\.remarks).joined(separator: "\n")
        }
        let latents = record.evaluation.latents
        let activity = [
            ("\"active_units\" : \(latents.activeUnits)", "\"active_units\" : 1"),
            ("\"collapse\" : \"\(latents.collapse.rawValue)\"", "\"collapse\" : \"partial\""),
            ("\"collapsed\" : \(latents.collapsed)", "\"collapsed\" : 1"),
            ("\"inactive\" : \(latents.inactive)", "\"inactive\" : 1"),
        ]
        // Of thousands of dimensions not all are listed.
        let hidden = try changed(
            activity[1], ("\"still\" : \(latents.still)", "\"still\" : 2"))
        try #require(!latents.dimensions.contains { $0.still })
        #expect(remarks(hidden).contains("Still, off the prior: 2."))
        let partial = try changed(activity[0], activity[1], activity[2], activity[3])
        #expect(remarks(partial).contains("1 of 3 dimensions active. Posterior collapse: partial."))
        let complete = try changed((activity[1].0, "\"collapse\" : \"complete\""))
        #expect(remarks(complete).contains("The decoder draws the same for every image."))
        let none = try changed((activity[1].0, "\"collapse\" : \"none\""))
        #expect(remarks(none).contains("No posterior collapse"))
        // A dimension of a twentieth of a nat has not collapsed, and says next to nothing.
        let carrying = try #require(
            latents.dimensions.first { !$0.collapsed && !$0.still && $0.kl > LatentActivity.leastUse })
        let hardly = try changed(
            (activity[1].0, "\"collapse\" : \"none\""), ("\"kl\" : \(carrying.kl)", "\"kl\" : 0.05"))
        #expect(
            remarks(hardly).contains(
                "No posterior collapse by definition. Hardly used, with less than 0.1 nats: "))
        #expect(
            hardly.evaluation.latents.hardlyUsed.map(\.index).contains(carrying.index)
                && hardly.evaluation.latents.usedUnits == latents.usedUnits - 1)
    }

    /// Half the draws of a few images may give less.
    @Test(arguments: [(0.5, "0.50 more; twice"), (0, "the same"), (-0.4, "0.40 less, which is chance")])
    func whatMoreDrawsWouldChange(rise: Double, words: String) throws {
        let value = record.evaluation.likelihood.negativeLogLikelihood.nats
        let half = try #require(record.evaluation.likelihood.withHalfTheSamples)
        let other = try changed(
            ("\"with_half_the_samples\" : \(half)", "\"with_half_the_samples\" : \(value + rise)"))
        let remarks = EvaluationSummary(other).tables.flatMap(\.remarks)
        #expect(remarks.contains { $0.contains(words) }, "\(remarks)")
    }

    /// A baseline that is exact under a Gaussian likelihood has a density without end, but for the rounding to 8 bits.
    @Test func exactBaselines() throws {
        let shape = ImageShape(height: 1, width: 1)
        let pixels = (0..<40).map { UInt8($0.isMultiple(of: 2) ? 0 : 255) }
        let data = try Dataset(
            name: "x", train: ImageSet(shape: shape, pixels: pixels),
            test: ImageSet(shape: shape, pixels: pixels), source: "s")
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [], likelihood: .gaussian, latentSize: 1))
        let options = Evaluation.Options(samples: 2)
        let found = try EvaluationRecord(
            Evaluation(of: model, train: data.train, test: #require(data.test), options: options),
            options: options, of: model, file: "model.safetensors", data: data)
        let nats = try #require(found.evaluation.baselines.principalComponents).errors.reconstruction.nats
        // ½ ln 2πσ², σ a grey level over √12, and what Float leaves of the error.
        #expect(abs(nats - 0.5 * log(2 * Double.pi / (12 * 255 * 255))) < 1e-3, "\(nats)")
        #expect(try !found.json().isEmpty)
    }

    /// A pixel in colour has several values, which is what bits and squares are counted by, and is not called grey.
    @Test(arguments: [(1, "pixel", true), (3, "value", false)])
    func wordsFitTheColours(channels: Int, noun: String, isGrey: Bool) throws {
        let summary = EvaluationSummary(try changed(("\"channels\" : 1", "\"channels\" : \(channels)")))
        let columns = summary.tables.flatMap(\.columns)
        #expect(columns.filter { $0 == "bits per \(noun)" }.count == 2)
        #expect(columns.contains("squared error a \(noun)"))
        let words = summary.tables.flatMap(\.remarks) + (summary.scale?.marks.map(\.name) ?? [])
        #expect(words.filter { $0.contains("grey") }.count == (isGrey ? 2 : 0), "\(words)")
    }

    @Test func numbersAreWrittenForPeople() {
        #expect(Words.number(-1.234) == "−1.23" && Words.number(-0.001) == "0.00")
        #expect(Words.number(1e300) == "1.00e+300" && Words.number(-2.5e-9, 3) == "0.000")
        #expect(Words.number(154.307, 0.53) == "154.31 ± 0.53" && Words.number(2, nil) == "2.00")
        #expect(Words.percent(0.3249) == "32%" && Words.count(1, "draw") == "1 draw")
        #expect(Words.count(2000, "draw") == "2,000 draws")
    }
}
