import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// What is demanded of a run folder before a run goes on.
@Suite struct InterruptedRunTests {
    let scratch = try! Scratch()
    var path: String { scratch.file("run") }

    /// A run of one epoch on digits, with its folder unlocked again.
    private func begin(limit: Int? = nil, checkpoint: Bool = true) throws -> Dataset {
        try SyntheticDigits.dataset(trainCount: 24, testCount: 8).export(to: scratch.file("digits"))
        let request = DataRequest(.auto, path: scratch.file("digits"), limit: limit, seed: 3)
        let data = try request.load()
        let model = ModelConfiguration(encoderFilters: [2], decoderFilters: [2], hiddenUnits: 3)
        let training = TrainingConfiguration(epochs: 2, batchSize: 8, seed: 3)
        let record = RunRecord(
            model: model, training: training, parameters: 1, data: try request.record(of: data),
            environment: FaultTests.record().environment)
        let folder = try RunFolder(path, dataset: "x")
        try folder.write(record, to: RunFolder.configuration)
        guard checkpoint else { return data }
        let trainer = try Trainer(model, training, threads: 1)
        struct Enough: Error {}
        #expect(throws: Enough.self) {
            try trainer.fit(
                data.train, test: data.test,
                onEpoch: {
                    try FaultTests.finish($0, trainer, folder, CheckpointStore(path))
                    throw Enough()
                })
        }
        return data
    }

    private func refusal() -> VAEError? { failure { () throws(VAEError) in try InterruptedRun(path) } }

    @Test func itsPartsComeBack() throws {
        let data = try begin()
        let run = try InterruptedRun(path)
        #expect(run.fallback == nil && run.checkpoint?.history.count == 1)
        #expect(run.products == .filtered)
        #expect(try run.data(at: nil) == data)
        #expect(try run.trainer(epochs: nil, threads: 1).configuration.epochs == 2)
        #expect(try run.trainer(epochs: 5, threads: 1).configuration.epochs == 5)
        let fewer = failure { () throws(VAEError) in try run.trainer(epochs: 1, threads: 1) }
        #expect(fewer?.kind == .invalidArgument && fewer?.subject == "epochs" && fewer?.found == "1")
        // A second one is told that it is in use.
        #expect(refusal()?.kind == .unavailable)
        let rows = try MetricsTable.read(run.folder().file(RunFolder.metrics), klWeight: 1)
        #expect(rows.map(\.epoch) == [1])
        // And so does the finished part of it.
        let finished = try SavedRun(folder: path)
        #expect(try finished.isTrained(on: data) && finished.history().count == 1)
        #expect(try finished.data() == data)
        #expect(try !finished.isTrained(on: data.limited(to: 9)))
    }

    @Test func othersImagesAreRefused() throws {
        _ = try begin()
        try SyntheticDigits.dataset(seed: 9, trainCount: 24, testCount: 8).export(to: scratch.file("others"))
        let run = try InterruptedRun(path)
        let error = failure { () throws(VAEError) in try run.data(at: scratch.file("others")) }
        #expect(error?.kind == .invalidData && error?.subject == scratch.file("others"))
        #expect(error?.expected?.contains(run.record.data.sha256) == true && error?.advice != nil)
        // In the folder that it names, too, and without test images.
        try FileManager.default.removeItem(atPath: scratch.file("digits"))
        let digits = try SyntheticDigits.dataset(seed: 9, trainCount: 24, testCount: 8)
        try Dataset(name: "d", train: digits.train, test: nil, source: "s").export(to: scratch.file("digits"))
        let changed = failure { () throws(VAEError) in try run.data(at: nil) }
        #expect(changed?.kind == .invalidData && changed?.subject == scratch.file("digits"))
        // For a run's figures others will do, but not of another size.
        let finished = try SavedRun(folder: path)
        #expect(try finished.data(at: scratch.file("others")).train.count == 24)
        let small = try ImageSet(
            shape: ImageShape(height: 2, width: 2), pixels: [UInt8](repeating: 1, count: 40))
        try Dataset(name: "s", train: small, test: nil, source: "s").export(to: scratch.file("small"))
        let other = failure { () throws(VAEError) in try finished.data(at: scratch.file("small")) }
        #expect(other?.kind == .invalidData && other?.found == "2×2×1" && other?.expected == "28×28×1")
    }

    @Test func foldersThatAreNoRuns() throws {
        #expect(refusal()?.problem == "is not a folder")
        #expect(failure { () throws(VAEError) in try SavedRun(folder: path) }?.problem == "is not a folder")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        #expect(refusal()?.problem == "has no config.json")
        #expect(
            failure { () throws(VAEError) in try SavedRun(folder: path) }?.problem == "has no config.json")
    }

    @Test(arguments: ["model.safetensors", "metrics.csv"])
    func runsThatLackAPart(name: String) throws {
        _ = try begin()
        try FileManager.default.removeItem(atPath: path + "/" + name)
        let error = failure { () throws(VAEError) in try SavedRun(folder: path) }
        #expect(error?.kind == .missingInput && error?.problem == "has no \(name)")
    }

    /// Before its first checkpoint a run begins anew, unless that would lose an epoch.
    @Test func withoutACheckpoint() throws {
        _ = try begin(checkpoint: false)
        do {
            let run = try InterruptedRun(path)
            #expect(run.checkpoint == nil && run.products == .tiles)
            let plain = try run.trainer(epochs: nil, threads: 1)
            let longer = try run.trainer(epochs: 7, threads: 1)
            #expect(plain.configuration.epochs == 2 && longer.configuration.epochs == 7)
            #expect(
                plain.model.weights.map(\.values) == longer.model.weights.map(\.values)
                    && longer.history.isEmpty)
            let table = try run.folder().file(RunFolder.metrics)
            #expect(try MetricsTable.read(table, klWeight: 1).isEmpty)
        }
        try VariationalAutoencoder(ModelConfiguration(latentSize: 3)).write(to: path + "/model.safetensors")
        let error = refusal()
        #expect(error?.kind == .missingInput && error?.problem == "has a model but no checkpoint")
        #expect(error?.expected == CheckpointStore.newest)
    }

    @Test func filesOfDifferentRuns() throws {
        _ = try begin()
        // The model alone is another.
        let training = try RunRecord(contentsOf: path + "/" + RunFolder.configuration).training
        let other = try Trainer(ModelConfiguration(latentSize: 3), training, threads: 1)
        try other.checkpoint().write(to: path + "/" + CheckpointStore.newest)
        let error = refusal()
        #expect(
            error?.kind == .invalidData && error?.problem == "is not a checkpoint of this run's config.json")
        try other.model.write(to: path + "/" + RunFolder.model)
        let run = failure { () throws(VAEError) in try SavedRun(folder: path) }
        #expect(run?.problem == "is not the model of this run's config.json")
        #expect(run?.found?.contains("3 latent dimensions") == true)
    }

    /// Each setting of the training alone makes another run; more epochs in the record are those that were raised.
    @Test func settingsOfDifferentRuns() throws {
        _ = try begin()
        let record = try RunRecord(contentsOf: path + "/" + RunFolder.configuration)
        func write(_ change: (inout TrainingConfiguration) -> Void) throws {
            var changed = record
            change(&changed.training)
            let json = try JSONEncoder().encode(changed)
            try scratch.write(String(decoding: json, as: UTF8.self), to: "run/" + RunFolder.configuration)
        }
        try write { $0.epochs = 3 }
        #expect(try InterruptedRun(path).record.training.epochs == 3)
        let changes: [(inout TrainingConfiguration) -> Void] = [
            { $0.epochs = 1 }, { $0.seed = 4 }, { $0.batchSize = 9 }, { $0.learningRate = 0.1 },
            { $0.klWeight = 2 }, { $0.patience = 3 }, { $0.schedule.decay = .cosine },
            { $0.klSchedule = KLSchedule(warmUpEpochs: 1) }, { $0.freeBits = 1 },
            { $0.capacity = KLCapacity(nats: 1, epochs: 1) }, { $0.weightDecay = 1 }, { $0.clipNorm = 1 },
            { $0.averaging = 0.5 },
        ]
        for change in changes {
            try write(change)
            let error = try #require(refusal())
            #expect(error.kind == .invalidData)
            // One short line, of what differs alone.
            #expect(error.description.utf8.count < 400 && !error.description.contains("("), "\(error)")
        }
        try write { $0.seed = 4 }
        #expect(refusal()?.expected == "seed 4" && refusal()?.found == "seed 3")
    }

    @Test func namesOfFiles() throws {
        let folder = try RunFolder(scratch.file("a"), dataset: "x")
        #expect(folder.file("b") == scratch.file("a") + "/b")
        #expect(RunFolder.join("/", "b") == "/b")
        let again = failure { () throws(VAEError) in try RunFolder(scratch.file("a"), dataset: "x") }
        #expect(again?.kind == .unavailable)
        let unwritable = failure { () throws(VAEError) in try folder.write([Double.nan], to: "c") }
        #expect(unwritable?.subject == scratch.file("a") + "/c" && unwritable?.kind == .invalidData)
    }

    /// More runs in a second than one: each has a folder of its own.
    @Test func foldersByDateAndDataSet() throws {
        let parent = scratch.file("runs")
        let folders = try (0..<5).map { _ in try RunFolder(nil, dataset: "a b/c", in: parent) }
        let names = folders.map { $0.path.dropFirst(parent.count + 1) }
        #expect(Set(names).count == 5)
        for name in names { #expect(name.contains(/^\d{4}-\d\d-\d\d-\d{6}-[a-z-]+(-\d)?$/), "\(name)") }
    }

    /// Every operation by which a run is taken up again fails once: it is said, or the older checkpoint serves, and nothing is lost.
    @Test(arguments: FaultTests.faults)
    func takingARunUpCanFail(fault: FaultTests.Fault) throws {
        let (expected, _) = try FaultTests.expected()
        func takeUp(_ path: String) throws {
            let run = try InterruptedRun(path)
            let folder = try run.folder()
            try folder.write(run.record, to: RunFolder.configuration)
        }
        do { _ = try FaultTests.begin(path) }
        let whole = FaultTests.Observer()
        try FaultTests.watching(whole) { try takeUp(path) }
        #expect(whole.seen.count > 20)
        for number in whole.seen.indices where fault.concerns(whole.seen[number]) {
            let path = scratch.file("run-\(number)")
            do { _ = try FaultTests.begin(path) }
            let observer = FaultTests.Observer(fault, at: number)
            let place = "\(fault) at operation \(number), \(whole.seen[number])"
            do {
                try FaultTests.watching(observer) { try takeUp(path) }
            } catch let error as VAEError {
                #expect(error.kind != .invalidArgument && error.kind != .invalidData, "\(place): \(error)")
                #expect(error.subject.hasPrefix(path) && !error.problem.isEmpty, "\(place): \(error)")
            }
            #expect(observer.struck, "\(place)")
            let run = try InterruptedRun(path)
            let trainer = try run.trainer(epochs: nil, threads: 1)
            try FaultTests.goOn(run.folder(), run.store, trainer)
            try trainer.model.write(to: path + "/ended")
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/ended")) == expected, "\(place)")
        }
    }
}
