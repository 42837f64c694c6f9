import Foundation
import Synchronization
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// A run that is killed before any of its operations on files leaves a folder as it is then: whatever that is, it goes on to the same bits.
@Suite("Runs killed at every instant")
struct KilledRunTests {
    private let scratch = try! Scratch()
    private let model = ModelConfiguration(encoderFilters: [2], decoderFilters: [2], hiddenUnits: 3)
    // So fast that the last epoch is not the best.
    private let training = TrainingConfiguration(epochs: 4, batchSize: 8, learningRate: 0.3, seed: 5)

    private func digits() throws -> Dataset { try SyntheticDigits.dataset(trainCount: 24, testCount: 8) }

    /// The run as its command begins it.
    private func begin(_ name: String, film: Bool = false, watch: Watch? = nil) throws -> RunSession {
        let session = try RunSession(
            digits(), model: model, training: training, folder: scratch.file(name), threads: 1)
        try session.run(figures: false, film: film, checkpoints: .steps(2), observer: watch)
        return session
    }

    /// What `--resume` does.
    private func goOn(
        _ name: String, epochs: Int? = nil, film: Bool = false, watch: Watch? = nil
    ) throws -> RunSession {
        let session = try RunSession(
            resuming: scratch.file(name), data: digits(), epochs: epochs, threads: 1)
        try session.run(figures: false, film: film, checkpoints: .steps(2), observer: watch)
        return session
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// Everything of a run that does not depend on time.
    private func results(_ run: String) throws -> [String: Data] {
        var results: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: run) {
            switch name {
            case RunFolder.metrics:
                let rows = try MetricsTable.read(run + "/" + name, klWeight: 1)
                results[name] = Data("\(rows.map { ($0.epoch, $0.train, $0.test) })".utf8)
            case RunFolder.configuration, CheckpointStore.newest, CheckpointStore.older:
                results[name] = Data()
            default: results[name] = try bytes(run + "/" + name)
            }
        }
        return results
    }

    /// Words of warnings; ends the run after some steps.
    private final class Watch: RunObserver {
        struct Enough: Error {}
        private(set) var warnings: [String] = []
        private var steps = 0
        private let last: Int

        init(until last: Int = .max) { self.last = last }

        func observe(_ event: RunSession.Event) {
            if case .step = event { steps += 1 }
            if case .warning(let words) = event, words.contains("safetensors") { warnings.append(words) }
        }

        func checkInterruption() throws { if steps >= last { throw Enough() } }
    }

    @Test(arguments: [false, true])
    func everyStateGoesOn(film: Bool) throws {
        let path = scratch.file("run")
        let states = Mutex<[(String, FileOperation)]>([])
        let folder = scratch.path
        try FileOperation.$observer.withValue({ operation in
            states.withLock { states in
                let copy = "\(folder)/state-\(states.count)"
                guard (try? FileManager.default.copyItem(atPath: path, toPath: copy)) != nil else { return }
                states.append((copy, operation))
            }
            return .happens
        }) { _ = try begin("run", film: film) }
        let expected = try results(path)
        #expect(expected[RunFolder.best] != expected[RunFolder.model] && expected.count == (film ? 8 : 6))
        let found = states.withLock { $0 }
        var (begun, goneOn) = (0, 0)
        for (index, (copy, operation)) in found.enumerated() {
            let name = "state-\(index)"
            let place = Comment("killed before operation \(index), \(operation)")
            if FileManager.default.fileExists(atPath: copy + "/" + RunFolder.configuration) {
                #expect(throws: Never.self, place) { _ = try goOn(name) }
                goneOn += 1
            } else {
                #expect(throws: Never.self, place) { _ = try begin(name, film: film) }
                begun += 1
            }
            #expect(try results(copy) == expected, place)
            try FileManager.default.removeItem(atPath: copy)
        }
        print("killed: \(begun) states begun again, \(goneOn) gone on with")
        #expect(begun > 8 && goneOn > 60)
    }

    /// Before the first step there is a checkpoint of none.
    @Test func theFirstCheckpointIsOfStepZero() throws {
        final class First: RunObserver {
            let path: String
            private(set) var checkpoint: Checkpoint?

            init(_ path: String) { self.path = path }

            func observe(_ event: RunSession.Event) {
                guard case .epochBegins(1, _) = event else { return }
                checkpoint = try? Checkpoint(contentsOf: path + "/" + CheckpointStore.newest)
            }
        }
        let first = First(scratch.file("run"))
        let session = try RunSession(
            digits(), model: model, training: training, folder: first.path, threads: 1)
        try session.run(figures: false, observer: first)
        #expect(first.checkpoint?.stepsTaken == 0 && first.checkpoint?.history.isEmpty == true)
    }

    /// A folder that holds anything but what a run leaves at its beginning is somebody else's.
    @Test func othersFoldersAreNotTaken() throws {
        let header = MetricsTable.header(hasPenalty: false)
        for (index, (name, text)) in [
            ("metrics.csv", header + "\n1,2\n"), ("metrics.csv", "epoch,loss\n"), ("notes", ""),
        ].enumerated() {
            let path = scratch.file("other-\(index)")
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
            let error = #expect(throws: VAEError.self) { try begin("other-\(index)") }
            #expect(error?.kind == .cannotCreate && error?.problem == "exists and is not empty")
            #expect(try bytes(path + "/" + name) == Data(text.utf8))
        }
    }

    enum Damage: CaseIterable { case missing, changed, cut }

    /// The best model of an earlier epoch is in no checkpoint: that it is lost is said, and nothing else passes for it.
    @Test(arguments: Damage.allCases)
    func aLostBestModelIsSaid(damage: Damage) throws {
        do { _ = try begin("run") }
        let whole = try results(scratch.file("run"))
        let best = scratch.file("run/\(RunFolder.best)")
        try spoil(best, damage)
        let watch = Watch()
        do { _ = try goOn("run", watch: watch) }
        #expect(watch.warnings.count == 1, "\(watch.warnings)")
        #expect(watch.warnings.first?.contains("can't be made again") == true)
        #expect(!FileManager.default.fileExists(atPath: best))
        let aside = FileManager.default.fileExists(atPath: scratch.file("run/\(RunFolder.damagedBest)"))
        #expect(aside == (damage != .missing))
        // The last model is in the checkpoint.
        let last = scratch.file("run/\(RunFolder.model)")
        try spoil(last, damage)
        do { _ = try goOn("run") }
        #expect(try bytes(last) == whole[RunFolder.model])
    }

    /// In the middle of an epoch the models are in no checkpoint; the one after the first epoch is there twice.
    @Test(arguments: Damage.allCases)
    func modelsWithinAnEpoch(damage: Damage) throws {
        #expect(throws: Watch.Enough.self) { try begin("run", watch: Watch(until: 4)) }
        let model = try bytes(scratch.file("run/\(RunFolder.model)"))
        for name in [RunFolder.model, RunFolder.best] {
            try spoil(scratch.file("run/\(name)"), damage)
            let watch = Watch(until: 0)
            #expect(throws: Watch.Enough.self) { try goOn("run", watch: watch) }
            #expect(try bytes(scratch.file("run/\(name)")) == model && watch.warnings.isEmpty)
        }
        for name in [RunFolder.model, RunFolder.best] { try spoil(scratch.file("run/\(name)"), damage) }
        let watch = Watch()
        do { _ = try goOn("run", watch: watch) }
        #expect(watch.warnings.count == 2, "\(watch.warnings)")
        do { _ = try begin("whole") }
        #expect(
            try bytes(scratch.file("run/model.safetensors")) == bytes(scratch.file("whole/model.safetensors"))
        )
    }

    /// Former versions wrote no digests: a model that can be read is taken for what it was, and from then on known.
    @Test func runsOfFormerVersions() throws {
        do { _ = try begin("run") }
        let newest = scratch.file("run/\(CheckpointStore.newest)")
        var checkpoint = try Checkpoint(contentsOf: newest)
        #expect(Set(checkpoint.files.keys) == [RunFolder.model, RunFolder.best])
        checkpoint.files = [:]
        try checkpoint.write(to: newest)
        let watch = Watch()
        do { _ = try goOn("run", epochs: 5, watch: watch) }
        #expect(watch.warnings.isEmpty, "\(watch.warnings)")
        #expect(try Checkpoint(contentsOf: newest).files.count == 2)
        // One that can't be read is none.
        checkpoint = try Checkpoint(contentsOf: newest)
        checkpoint.files = [:]
        try checkpoint.write(to: newest)
        try spoil(scratch.file("run/\(RunFolder.best)"), .cut)
        do { _ = try goOn("run", watch: watch) }
        #expect(watch.warnings.count == 1, "\(watch.warnings)")
    }

    /// Frames of a film with a changed byte are none.
    @Test func aDamagedFilmIsSaid() throws {
        do { _ = try begin("run", film: true) }
        try spoil(scratch.file("run/\(FilmRecorder.framesName)"), .changed)
        let watch = Watch()
        do { _ = try goOn("run", epochs: 5, watch: watch) }
        #expect(watch.warnings.contains { $0.contains("film") }, "\(watch.warnings)")
    }

    private func spoil(_ path: String, _ damage: Damage) throws {
        var file = try bytes(path)
        switch damage {
        case .missing: return try FileManager.default.removeItem(atPath: path)
        case .changed: file[file.count - 3] ^= 1
        case .cut: file.removeLast(50)
        }
        try file.write(to: URL(fileURLWithPath: path))
    }
}
