import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// A run folder made by the library, without a command line.
@Suite struct RunSessionTests {
    private let scratch = try! Scratch()
    private let model = ModelConfiguration(encoderFilters: [2], decoderFilters: [2], hiddenUnits: 3)
    private let training = TrainingConfiguration(epochs: 3, batchSize: 8, seed: 5)

    private func digits() throws -> Dataset { try SyntheticDigits.dataset(trainCount: 24, testCount: 8) }

    private func session(_ name: String, _ training: TrainingConfiguration? = nil) throws -> RunSession {
        try RunSession(
            digits(), model: model, training: training ?? self.training, folder: scratch.file(name),
            threads: 1)
    }

    private func sha256(_ name: String) throws -> String {
        try VariationalAutoencoder(contentsOf: scratch.file("\(name)/model.safetensors")).sha256.description
    }

    /// Notes what it is told in words, and ends the run after a step.
    private final class Watch: RunObserver {
        struct Enough: Error, Equatable {}
        private(set) var events: [String] = []
        private(set) var steps = 0
        private let last: Int

        init(until last: Int = .max) { self.last = last }

        func observe(_ event: RunSession.Event) {
            switch event {
            case .step: steps += 1
            case .epoch(let report): events.append("epoch \(report.epoch)")
            case .epochBegins(let epoch, let done): events.append("begins \(epoch) at \(done)")
            case .interrupted(let position): events.append("interrupted \(position)")
            case .failed(let position, let canGoOn): events.append("failed \(position) \(canGoOn)")
            case .finishedBefore(let epochs): events.append("finished \(epochs)")
            case .stoppedEarly(let best): events.append("early \(best)")
            case .codes(let lines): events.append("codes: \(lines.count)")
            case .trained: events.append("trained")
            case .drawing(let what): events.append("\(what)")
            case .warning(let words): events.append("warning: \(words)")
            }
        }

        func checkInterruption() throws { if steps >= last { throw Enough() } }
    }

    @Test func theFolderIsComplete() throws {
        let session = try session("run")
        let watch = Watch()
        try session.run(film: true, observer: watch)
        #expect(
            watch.events.filter { !$0.hasPrefix("warning") } == [
                "begins 1 at 0", "epoch 1", "film", "begins 2 at 0", "epoch 2", "film", "begins 3 at 0",
                "epoch 3", "trained", "film", "figures",
            ])
        #expect(watch.steps == 9 && session.history.count == 3 && session.resumed == nil)
        let files = try FileManager.default.contentsOfDirectory(atPath: session.path)
        let pictures = FigureName.drawn(ofTable: false).map { "\($0.rawValue).png" } + ["latent-space.svg"]
        #expect(
            Set(files)
                == Set(pictures).union([
                    "config.json", "metrics.csv", "model.safetensors", "best.safetensors",
                    "checkpoint.safetensors", "checkpoint.previous.safetensors", "film.safetensors",
                    "film.png", "report.html", "README.md",
                ]))
        #expect(try sha256("run") == session.model.sha256.description)
        #expect(try SavedRun(folder: session.path).isTrained(on: digits()))
        // Somebody else's folder is not written into.
        #expect(throws: VAEError.self) { try self.session("run") }
    }

    /// Images that differ in one way alone, and four dimensions for them: that most are unused is said at the end, with what helps.
    @Test func unusedDimensionsAreSaid() throws {
        let shape = ImageShape(height: 1, width: 12)
        func bars(_ count: Int) throws -> ImageSet {
            try ImageSet(
                shape: shape,
                pixels: (0..<count).flatMap { image in
                    (0..<12).map { abs($0 - image * 7 % 12) < 3 ? UInt8(255) : 0 }
                })
        }
        let data = try Dataset(name: "bars", train: bars(600), test: bars(60), source: "s")
        func warnings(_ latents: Int, klWeight: Double = 1) throws -> [String] {
            let session = try RunSession(
                data, model: .fullyConnected(imageShape: shape, hiddenUnits: [24], latentSize: latents),
                training: TrainingConfiguration(
                    epochs: 40, batchSize: 20, learningRate: 5e-3, klWeight: klWeight, seed: 2),
                folder: scratch.file("bars-\(latents)-\(klWeight)"), threads: 1)
            let watch = Watch()
            try session.run(figures: false, observer: watch)
            return watch.events.filter { $0.hasPrefix("warning") }
        }
        let many = try warnings(8)
        #expect(
            many.count == 1 && many[0].contains("Of 8 latent dimensions only ")
                && many[0].contains(
                    "with 0.1 nats or more and a mean that moves from image to image. Try another --seed"),
            "\(many)")
        #expect(try warnings(1).isEmpty)
        // All of it: the decoder draws the same for each.
        let collapsed = try warnings(2, klWeight: 20)
        #expect(
            collapsed.count == 1 && collapsed[0].contains("z says nothing of the image")
                && collapsed[0].contains("Try --kl-weight 1."), "\(collapsed)")
    }

    /// In an epoch, after its last step, while the test images are measured, and between two epochs.
    @Test(arguments: [1, 2, 3, 4, 6])
    func anInterruptedRunEndsTheSame(step: Int) throws {
        try session("whole").run(figures: false)
        let watch = Watch(until: step)
        do {
            let first = try session("run")
            #expect(throws: Watch.Enough()) { try first.run(figures: false, observer: watch) }
            let position = try #require(first.resumed)
            #expect(watch.events.last == "interrupted \(position)" && !watch.events.contains("trained"))
            #expect(3 * position.epochs + position.steps == step)
            // One folder, one session.
            #expect(throws: VAEError.self) { try RunSession(resuming: first.path, data: digits()) }
        }
        let second = try RunSession(resuming: scratch.file("run"), data: digits(), threads: 2)
        #expect(3 * second.resumed!.epochs + second.resumed!.steps == step)
        try second.run(figures: false)
        #expect(try sha256("run") == sha256("whole"))
        let record = try RunRecord(contentsOf: scratch.file("run/config.json"))
        #expect(record.resumptions?.map(\.threads) == [2] && record.environment.threads == 1)
    }

    @Test func theSameSessionGoesOn() throws {
        try session("whole").run(figures: false, film: true)
        let session = try session("run")
        #expect(throws: Watch.Enough()) {
            try session.run(figures: false, film: true, observer: Watch(until: 4))
        }
        let watch = Watch()
        try session.run(figures: false, film: true, observer: watch)
        #expect(watch.events.first { $0.hasPrefix("begins") } == "begins 2 at 8" && watch.steps == 5)
        for name in ["model.safetensors", "film.png"] {
            let files = try ["whole", "run"].map {
                try Data(contentsOf: URL(filePath: scratch.file("\($0)/\(name)")))
            }
            #expect(files[0] == files[1], "\(name)")
        }
        try session.run(figures: false, observer: watch)
        #expect(watch.events.contains("finished 3"))
    }

    @Test func aCancelledTaskLeavesACheckpoint() async throws {
        let path = scratch.file("run")
        let (digits, model, training) = (try digits(), model, training)
        let task = Task {
            try RunSession(digits, model: model, training: training, folder: path, threads: 1)
                .run(figures: false, observer: Cancelling())
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let found = try #require(try CheckpointStore(path).read())
        #expect(found.checkpoint.stepsTaken == 2)
    }

    /// Cancels the task around it after its second step.
    private struct Cancelling: RunObserver {
        func observe(_ event: RunSession.Event) {
            if case .step(let step) = event, step.step == 2 { withUnsafeCurrentTask { $0?.cancel() } }
        }
    }

    @Test func otherImagesAreRefused() throws {
        try session("run").run(figures: false)
        let others = try SyntheticDigits.dataset(seed: 9, trainCount: 24, testCount: 8)
        let error = failure { () throws(VAEError) in
            try RunSession(resuming: scratch.file("run"), data: others)
        }
        #expect(error?.kind == .invalidData && error?.problem == "is not the data set of this run")
        let longer = try RunSession(resuming: scratch.file("run"), data: digits(), epochs: 4, threads: 1)
        try longer.run(figures: false)
        #expect(longer.history.count == 4)
    }

    /// What keeps the loss from falling ends the training early, what makes it infinite at once.
    @Test func endsBeforeTheLastEpoch() throws {
        var still = training
        (still.learningRate, still.epochs, still.patience) = (1e-12, 9, 1)
        let watch = Watch()
        let session = try session("still", still)
        try session.run(figures: false, observer: watch)
        let best = try #require(session.history.best?.epoch)
        #expect(session.history.count == best + 1 && watch.events.contains("early \(best)"))
    }
}
