import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// Runs on data without a test set: what is held out once stays held out.
@Suite struct HeldOutRunTests {
    private let scratch = try! Scratch()
    private let model = ModelConfiguration.fullyConnected(hiddenUnits: [3], latentSize: 2)

    private struct Enough: Error {}

    /// Ends a run after a step.
    private final class Watch: RunObserver {
        private var steps = 0
        func observe(_ event: RunSession.Event) { if case .step = event { steps += 1 } }
        func checkInterruption() throws { if steps == 7 { throw Enough() } }
    }

    /// Digits in the order of their classes, without a test set, in a folder.
    private func sorted() throws -> Dataset {
        let digits = try SyntheticDigits.dataset(trainCount: 60, testCount: 1).train
        let labels = try #require(digits.labels)
        let order = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
        let path = scratch.file("sorted")
        guard !FileManager.default.fileExists(atPath: path) else { return try Dataset(contentsOf: path) }
        try Dataset(name: "sorted", train: digits.selecting(order), test: nil, source: "s").export(to: path)
        return try Dataset(contentsOf: path)
    }

    /// A run that ended within its second epoch, begun as the tools do.
    private func begin(_ request: DataRequest, seed: UInt64 = 3) throws -> Dataset {
        let data = try request.load()
        var model = model
        model.imageShape = data.train.shape
        let trainer = try Trainer(
            model, TrainingConfiguration(epochs: 2, batchSize: 9, seed: seed), threads: 1)
        let session = try RunSession(
            trainer, data, request.record(of: data), folder: scratch.file("run"), threads: 1)
        #expect(throws: Enough.self) { try session.run(figures: false, observer: Watch()) }
        return data
    }

    /// Rewrites the record as versions wrote it that had one rule alone: the last images held out, or the first ones taken.
    private func forgetTheRule(_ key: String = "holdOut", _ rule: String = "last") throws {
        let url = URL(filePath: scratch.file("run/config.json"))
        var record = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        var data = try #require(record["data"] as? [String: Any])
        #expect(data.removeValue(forKey: key) as? String == rule)
        record["data"] = data
        try JSONSerialization.data(withJSONObject: record).write(to: url)
    }

    private func bits(_ model: VariationalAutoencoder) -> [[Float]] { model.weights.map(\.values) }

    @Test func anOldRunGoesOnWithTheTestSetThatItHas() throws {
        let images = try sorted().train
        var request = DataRequest(.auto, path: scratch.file("sorted"), limit: nil, seed: 3)
        request.holdOut = .last
        let data = try begin(request)
        try forgetTheRule()
        #expect(data.train == images.slice(0..<54) && data.test == images.slice(54..<60))

        let saved = try SavedRun(folder: scratch.file("run"))
        #expect(try saved.data() == data && saved.isTrained(on: data))
        #expect(try saved.data(at: scratch.file("sorted")).test == data.test)
        // From where its images were, and from memory.
        do {
            let run = try InterruptedRun(scratch.file("run"))
            #expect(try run.data(at: nil) == data && run.data(at: scratch.file("sorted")) == data)
        }
        let session = try RunSession(resuming: scratch.file("run"), data: sorted(), threads: 1)
        #expect(session.data.test == data.test)
        try session.run(figures: false)
        var model = model
        model.imageShape = images.shape
        let whole = try Trainer(
            model, TrainingConfiguration(epochs: 2, batchSize: 9, seed: 3), threads: 1)
        try whole.fit(images.slice(0..<54), test: images.slice(54..<60))
        #expect(bits(session.model) == bits(whole.model))
        #expect(session.history.map(\.test) == whole.history.map(\.test))
        // And remains one.
        #expect(try RunRecord(contentsOf: scratch.file("run/config.json")).data.holdOut == nil)
    }

    @Test func aRunGoesOnWithTheTestSetThatWasDrawn() throws {
        let all = try sorted().holdingOutTest().train
        let data = try begin(DataRequest(.auto, path: scratch.file("sorted"), limit: 40, seed: 3))
        #expect(Set(data.test?.labels ?? []).count == 6 && data.test?.count == 6 && data.train.count == 40)
        let record = try RunRecord(contentsOf: scratch.file("run/config.json"))
        #expect(record.data.holdOut == .stratified && record.data.testImages == 6)
        // Of those that are left each class gives its share of the 40, rounded down or up.
        #expect(record.data.limiting == .stratified)
        for label in Set(all.labels ?? []) {
            let (found, whole) = (data.train.labels?.count { $0 == label }, all.labels?.count { $0 == label })
            let share = Double(whole ?? 0) * 40 / 54
            #expect(abs(Double(found ?? 0) - share) < 1, "class \(label)")
        }
        #expect(record.data.source == data.source && data.source.contains("drawn evenly from"))
        #expect(try SavedRun(folder: scratch.file("run")).data() == data)
        let session = try RunSession(resuming: scratch.file("run"), threads: 1)
        #expect(session.data == data)
        try session.run(figures: false)
        #expect(session.history.count == 2)
    }

    @Test func anOldRunGoesOnWithTheFirstImages() throws {
        let all = try sorted().holdingOutTest()
        var request = DataRequest(.auto, path: scratch.file("sorted"), limit: 40, seed: 3)
        request.limiting = .first
        let data = try begin(request)
        #expect(data.train == all.train.slice(0..<40) && data.test == all.test)
        try forgetTheRule("limiting", "first")
        let saved = try SavedRun(folder: scratch.file("run"))
        #expect(try saved.data() == data && saved.data(at: scratch.file("sorted")).train == data.train)
        let session = try RunSession(resuming: scratch.file("run"), threads: 1)
        #expect(session.data == data)
        try session.run(figures: false)
        #expect(session.history.count == 2)
        #expect(try RunRecord(contentsOf: scratch.file("run/config.json")).data.limiting == nil)
    }

    /// Trainings of several seeds are measured on the same images.
    @Test func theSeedOfTheTrainingDoesNotMatter() throws {
        let data = try sorted()
        let sessions = try [1, 2].map { seed in
            try RunSession(
                data, model: model, training: TrainingConfiguration(epochs: 1, batchSize: 9, seed: seed),
                folder: scratch.file("run-\(seed)"), threads: 1)
        }
        #expect(sessions[0].data == sessions[1].data && sessions[0].data.test?.count == 6)
        let requests = try [1, 2].map {
            try DataRequest(.auto, path: scratch.file("sorted"), limit: nil, seed: $0).load()
        }
        #expect(requests[0] == requests[1] && requests[0].test == sessions[0].data.test)
    }
}
