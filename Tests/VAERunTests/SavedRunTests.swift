import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// A run read again by its folder or by one of its files, and a model that is of no run.
@Suite struct SavedRunTests {
    private let scratch = try! Scratch()
    private let data = try! SyntheticDigits.dataset(trainCount: 16, testCount: 8)

    init() throws {
        let model = ModelConfiguration(encoderFilters: [2], decoderFilters: [2], hiddenUnits: 3)
        try RunSession(
            data, model: model, training: TrainingConfiguration(epochs: 1, batchSize: 8),
            folder: scratch.file("run"), threads: 1
        ).run(figures: false)
        try FileManager.default.createDirectory(
            atPath: scratch.file("alone"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: scratch.file("run/model.safetensors"), toPath: scratch.file("alone/model.safetensors"))
    }

    @Test(arguments: ["run", "run/model.safetensors", "run/best.safetensors"])
    func byFolderOrFile(path: String) throws {
        let run = try SavedRun(scratch.file(path))
        try #expect(run.folder == scratch.file("run") && run.isTrained(on: data))
        #expect(try run.history().count == 1 && run.record?.data.trainImages == 16)
        #expect(run.modelFile == (path == "run" ? "model.safetensors" : String(path.dropFirst(4))))
        #expect(run.title.hasPrefix("\(scratch.file("run")) \(run.modelFile): "))
        let best = try SavedRun(scratch.file("run"), best: true)
        #expect(best.path == scratch.file("run/best.safetensors"))
    }

    /// Beside another model's configuration a file is as alone as beside none.
    @Test(arguments: [nil, "{}", "another"] as [String?])
    func aModelOfNoRun(configuration: String?) throws {
        if configuration == "another" {
            try RunSession(
                data, model: ModelConfiguration(encoderFilters: [3], decoderFilters: [3]),
                training: TrainingConfiguration(epochs: 1, batchSize: 8), folder: scratch.file("other"),
                threads: 1
            ).run(figures: false)
            try FileManager.default.copyItem(
                atPath: scratch.file("other/config.json"), toPath: scratch.file("alone/config.json"))
        } else if let configuration {
            try scratch.write(configuration, to: "alone/config.json")
        }
        let run = try SavedRun(scratch.file("alone/model.safetensors"))
        try #expect(run.folder == nil && run.record == nil && !run.isTrained(on: data))
        #expect(try run.history().isEmpty && run.evaluationObstacle(data) == nil)
        #expect(run.title.hasPrefix("model.safetensors: "))
        let error = failure { () throws(VAEError) in try run.data() }
        #expect(error?.problem == "does not say which images it was trained on")
        try data.export(to: scratch.file("digits"))
        #expect(try run.data(at: scratch.file("digits")).train == data.train)
    }

    @Test func whatIsNoModel() {
        func problem(_ path: String, best: Bool = false) -> String? {
            failure { () throws(VAEError) in try SavedRun(scratch.file(path), best: best) }?.problem
        }
        #expect(problem("none") == "does not exist" && problem("run/") == nil)
        #expect(problem("alone") == "has no config.json")
        #expect(problem("run/model.safetensors", best: true) == "chooses a model of a run folder")
        #expect(mkfifo(scratch.file("pipe"), 0o600) == 0)
        #expect(problem("pipe") == "can't be read as a file")
    }
}
