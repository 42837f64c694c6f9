import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEFigures

@testable import VAERun

/// What is drawn of a run's files is what the training drew of the numbers themselves.
@Suite struct RepeatedPicturesTests {
    /// Losses that no rounding to some decimals tells apart, so that one that is rounded anywhere moves a curve on any machine.
    private let history = (1...4).map { epoch in
        let step = Double(epoch * epoch) * 1e-7
        return EpochReport(
            epoch: epoch, train: Losses(reconstruction: 150 - step, kl: 5 + step / 3),
            test: Losses(reconstruction: 150 + step, kl: 5 - step / 7), seconds: 0.1 + step,
            imagesPerSecond: 1000 / 3.0 + step)
    }

    /// The history as the table of a run gives it back.
    private func tabled() throws -> [EpochReport] {
        let scratch = try Scratch()
        let rows = [MetricsTable.header] + history.map(MetricsTable.row)
        try scratch.write(rows.map { $0 + "\n" }.joined(), to: "metrics.csv")
        return try MetricsTable.read(scratch.file("metrics.csv"), klWeight: 1)
    }

    @Test func ofATableAsOfItsNumbers() throws {
        let data = try SyntheticDigits.dataset(trainCount: 10, testCount: 20)
        let model = try VariationalAutoencoder(ModelConfiguration(latentSize: 2))
        func pictures(_ history: [EpochReport]) throws -> RunFigures {
            try RunFigures(model: model, data: data, history: history, threads: 1)
        }
        let (drawn, again) = (try pictures(history), try pictures(tabled()))
        for name in [FigureName.losses, .latentSpace] {
            #expect(try drawn.figure(name).png() == again.figure(name).png(), "\(name)")
        }
        // The curves do move: a straight line would be the same wherever it came from.
        #expect(try drawn.losses().png() != pictures([history[0]]).losses().png())
    }

    @Test func thePageToo() throws {
        let scratch = try Scratch()
        let data = try SyntheticDigits.dataset(trainCount: 10, testCount: 20)
        let model = try VariationalAutoencoder(ModelConfiguration(latentSize: 2))
        let record = RunRecord(
            model: model.configuration, training: TrainingConfiguration(learningRate: 1 / 3.0), parameters: 5,
            data: RunRecord.Data(
                name: data.name, source: data.source, sha256: try data.contentHash(), trainImages: 10,
                testImages: 20, folder: nil, limit: nil),
            environment: RunRecord.Environment(
                version: "1", blas: "b", blasKernels: "k", products: "tiles", tiles: nil, processor: "p",
                threads: 2, started: "s", command: ["vae-train"]))
        let read = try JSONDecoder().decode(RunRecord.self, from: JSONEncoder().encode(record))
        for (name, record, history) in [("a", record, history), ("b", read, try tabled())] {
            try RunReport(record: record, data: data, threads: 1)
                .write(model, history: history, losses: true, to: scratch.file(name))
        }
        func bytes(_ name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: scratch.file(name)))
        }
        #expect(try bytes("a") == bytes("b"))
    }

    /// A data set that has been moved is the same data set, and its pictures say so.
    @Test func dataThatWasMovedKeepsItsName() throws {
        let scratch = try Scratch()
        for folder in ["letters", "elsewhere"] {
            try SyntheticDigits.dataset(trainCount: 30, testCount: 5).export(to: scratch.file(folder))
        }
        let request = DataRequest(.auto, path: scratch.file("letters"), limit: nil, seed: 0)
        let data = try request.load()
        let model = try VariationalAutoencoder(ModelConfiguration(latentSize: 2))
        let record = RunRecord(
            model: model.configuration, training: TrainingConfiguration(), parameters: 5,
            data: try request.record(of: data),
            environment: RunRecord.Environment(
                version: "1", blas: "b", blasKernels: "k", products: "tiles", tiles: nil, processor: "p",
                threads: 2, started: "s", command: ["vae-train"]))
        do {
            let folder = try RunFolder(scratch.file("run"), dataset: "x")
            try folder.write(record, to: RunFolder.configuration)
            try folder.save(try ModelFile(model, isBest: false))
        }
        let run = try SavedRun(folder: scratch.file("run"))
        #expect(try run.data().name == "letters")
        #expect(try run.data(at: scratch.file("elsewhere")).name == "letters")
        try SyntheticDigits.dataset(seed: 9, trainCount: 30, testCount: 5).export(
            to: scratch.file("others"))
        #expect(try run.data(at: scratch.file("others")).name == "others")
    }
}
