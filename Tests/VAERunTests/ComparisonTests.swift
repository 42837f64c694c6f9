import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// Runs beside each other.
@Suite struct ComparisonTests {
    /// The folder of a run that has a record and a table, as one that trains has.
    private static func run(
        _ name: String, in scratch: Scratch, model: ModelConfiguration = ModelConfiguration(),
        losses: [Double], sha256: String = "5ha", _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws -> String {
        var training = TrainingConfiguration()
        change(&training)
        let folder = scratch.file(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let record = RunRecord(
            model: model, training: training, parameters: 7,
            data: RunRecord.Data(
                name: "digits", source: "s", sha256: sha256, trainImages: 10, testImages: 5, folder: nil,
                limit: nil),
            environment: RunRecord.Environment(
                version: "0", blas: "b", blasKernels: "k", products: "tiles", tiles: nil, processor: "p",
                threads: 1, started: "now", command: [name]))
        try JSONEncoder().encode(record).write(to: URL(fileURLWithPath: folder + "/config.json"))
        let rows = losses.enumerated().map { index, loss in
            MetricsTable.row(
                EpochReport(
                    epoch: index + 1,
                    train: Losses(reconstruction: loss - 8, kl: 5, klWeight: training.klWeight),
                    test: Losses(reconstruction: loss - 6, kl: 6, klWeight: training.klWeight), seconds: 2,
                    imagesPerSecond: 5))
        }
        try scratch.write(
            ([MetricsTable.header] + rows).map { $0 + "\n" }.joined(), to: "\(name)/metrics.csv")
        return folder
    }

    @Test func seedsAreOneGroup() throws {
        let scratch = try Scratch()
        let paths = try [150.0, 152, 157].enumerated().map { seed, loss in
            try Self.run("a\(seed)", in: scratch, losses: [200, loss]) { $0.seed = UInt64(seed) }
        }
        let warm = try Self.run("w", in: scratch, losses: [190, 140, 141]) {
            $0.klSchedule = KLSchedule(warmUpEpochs: 5)
        }
        let found = try RunComparison(paths + [warm])
        #expect(found.runs.map(\.name) == ["a0", "a1", "a2", "w"])
        #expect(found.differences.map(\.name) == ["seed", "KL warm-up"])
        #expect(found.differences[0].values == ["0", "1", "2", "0"])
        #expect(found.differences[1].values == [nil, nil, nil, "5"])
        #expect(found.groups.map(\.name) == ["no KL warm-up", "w"])
        #expect(found.groups.map(\.members) == [[0, 1, 2], [3]])
        let spread = try #require(found.groups[0].loss)
        #expect((spread.count, spread.mean, spread.median) == (3, 153, 152))
        #expect((spread.least, spread.largest) == (150, 157))
        // √((9 + 1 + 16)/2)
        #expect(abs((spread.standardDeviation ?? 0) - 13.0.squareRoot()) < 1e-12)
        #expect(found.runs[3].best?.epoch == 2 && found.runs[3].seconds == 6)
        #expect(found.warning == nil)
    }

    @Test func everySettingCounts() throws {
        let scratch = try Scratch()
        let first = try Self.run("a", in: scratch, losses: [10])
        var model = ModelConfiguration()
        model.likelihood = .gaussian
        model.prior = .mixture(components: 3)
        let second = try Self.run("b", in: scratch, model: model, losses: [10], sha256: "other") {
            $0.klWeight = 4
            $0.schedule.decay = .cosine
        }
        let found = try RunComparison([first, second])
        let names = Set(found.differences.map(\.name))
        #expect(names.isSuperset(of: ["likelihood", "KL weight", "schedule", "images' SHA-256"]), "\(names)")
        #expect(names.contains { $0.hasPrefix("prior") }, "\(names)")
        #expect(!names.contains("seed") && !names.contains("learning rate"))
        let warning = try #require(found.warning)
        for words in ["other images", "other likelihoods", "other weights"] {
            #expect(warning.contains(words), "\(warning)")
        }
    }

    @Test func runsThatHaveNotComeFarAreTaken() throws {
        let scratch = try Scratch()
        let first = try Self.run("x/run", in: scratch, losses: [])
        let second = try Self.run("y/run", in: scratch, losses: [10]) { $0.seed = 9 }
        let found = try RunComparison([first, second])
        #expect(found.runs.map(\.name) == [first, second])
        #expect(found.groups.count == 1 && found.groups[0].loss == nil)
        #expect(Spread([]) == nil && Spread([1, .nan]) == nil && Spread([4])?.standardDeviation == nil)
        #expect(Spread([4, 1, 3, 2])?.median == 2.5)
    }

    @Test func whatIsNoRunIsRefused() throws {
        let scratch = try Scratch()
        let run = try Self.run("a", in: scratch, losses: [10])
        #expect(
            failure { () throws(VAEError) in try RunComparison([] as [String]) }?.kind == .invalidArgument)
        let twice = failure { () throws(VAEError) in try RunComparison([run, run + "/."]) }
        #expect(twice?.kind == .invalidArgument && twice?.description.contains("named twice") == true)
        #expect(
            failure { () throws(VAEError) in try RunComparison([run, scratch.file("none")]) }?.kind
                == .missingInput)
        try scratch.write("epoch\nnothing\n", to: "a/metrics.csv")
        #expect(failure { () throws(VAEError) in try RunComparison([run]) }?.kind == .invalidData)
        let empty = try Self.run("b", in: scratch, losses: [])
        let figure = failure { () throws(VAEError) in try ComparisonFiles(RunComparison([empty])) }
        #expect(figure?.kind == .invalidArgument)
    }
}
