import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// Runs on tables: what their folders hold, and how their rows come back.
@Suite struct TableRunTests {
    let scratch = try! Scratch()
    private let model = ModelConfiguration.fullyConnected(
        hiddenUnits: [6], likelihood: .gaussianValue, latentSize: 2)
    private let training = TrainingConfiguration(epochs: 3, batchSize: 8, seed: 5)

    private func table(_ name: String = "t.csv", shift: Int = 0) throws -> String {
        let rows = (0..<50).map { row in
            "\(row * 7 % 13 + shift),\(Float(row * 7 % 13) * -0.3 + Float(row % 4)),\(row % 5 + 100)\n"
        }
        try scratch.write("a,b,c\n" + rows.joined(), to: name)
        return scratch.file(name)
    }

    private struct Watch: RunObserver {
        struct Enough: Error {}
        func observe(_ event: RunSession.Event) {}
        func checkInterruption() throws { throw Enough() }
    }

    private func session(_ name: String) throws -> RunSession {
        try RunSession(
            DataSource(table()).dataset(), model: model, training: training, folder: scratch.file(name),
            threads: 1)
    }

    @Test func folderOfATable() throws {
        let session = try session("run")
        #expect(session.data.standardization?.columns == ["a", "b", "c"] && session.data.train.count == 45)
        try session.run()
        let files = try Set(FileManager.default.contentsOfDirectory(atPath: session.path))
        #expect(files.isSuperset(of: ["latent-space.png", "losses.png", "latent-dimensions.png"]))
        #expect(
            files.isDisjoint(with: ["report.html", "manifold.png", "reconstructions.png", "samples.png"]))
        for name in ["model", "best"] {
            let read = try VariationalAutoencoder(contentsOf: scratch.file("run/\(name).safetensors"))
            #expect(read.standardization == session.data.standardization)
        }
        #expect(try SavedRun(folder: session.path).model.sha256 == session.model.sha256)
        #expect(throws: VAEError.self) { try self.session("film").run(film: true) }
    }

    @Test func sameBitsAfterAnInterruption() throws {
        let whole = try session("whole")
        try whole.run(figures: false)
        let part = try session("part")
        #expect(throws: Watch.Enough.self) { try part.run(figures: false, observer: Watch()) }
        // The session holds the folder's lock.
        let path = part.path
        try FileManager.default.copyItem(atPath: path, toPath: scratch.file("copy"))
        let rest = try RunSession(
            resuming: scratch.file("copy"), data: DataSource(table()).dataset(), threads: 2)
        try rest.run(figures: false)
        #expect(try rest.model.sha256 == whole.model.sha256)
        #expect(throws: VAEError.self) {
            try RunSession(
                resuming: scratch.file("whole"), data: DataSource(table("u.csv", shift: 1)).dataset())
        }
    }

    /// The model's standardisation, not that of the rows at hand.
    @Test func otherTablesAreStandardizedAsTheModels() throws {
        let request = DataRequest(.auto, path: try table(), limit: nil, seed: 1)
        let data = try request.load()
        let record = try request.record(of: data)
        #expect(record.options?.isTable == true)
        var configuration = model
        configuration.imageShape = data.train.shape
        let trainer = try Trainer(configuration, training, threads: 1)
        let session = try RunSession(trainer, data, record, folder: scratch.file("run"), threads: 1)
        try session.run(figures: false)
        let saved = try SavedRun(folder: session.path)
        let own = try saved.data()
        #expect(try own == data && saved.isTrained(on: own))
        let other = try saved.data(at: table("u.csv", shift: 10))
        let scale = Float(try #require(data.standardization).scales[0])
        let (before, after) = (try own.train.values.floats, try other.train.values.floats)
        // Rounded once more than the difference: values up to 3.
        #expect(abs(after[0] - before[0] - 10 / scale) < 1e-6 && after[1] == before[1])
        try scratch.write("b,c\n1,2\n3,4\n", to: "v.csv")
        #expect(
            failure { () throws(VAEError) in try saved.data(at: scratch.file("v.csv")) }?.kind == .invalidData
        )
        try SyntheticDigits.dataset(trainCount: 8, testCount: 4).export(to: scratch.file("digits"))
        let images = failure { () throws(VAEError) in try saved.data(at: scratch.file("digits")) }
        #expect(images?.problem == "holds images")
    }
}
