import Foundation
import Testing
import VAE
import VAECore

@testable import VAERun

/// Two generations, of which a sound one is never given up for a damaged one.
@Suite struct CheckpointStoreTests {
    let scratch = try! Scratch()
    var newest: String { scratch.file(CheckpointStore.newest) }
    var older: String { scratch.file(CheckpointStore.older) }

    /// Checkpoints after 0, 1, 2… steps.
    static func checkpoints() throws -> [Checkpoint] {
        let trainer = try Trainer(FaultTests.model, FaultTests.training, threads: 1)
        var checkpoints = [trainer.checkpoint()]
        try trainer.fit(FaultTests.images(), onStep: { _ in checkpoints.append(trainer.checkpoint()) })
        return checkpoints
    }

    @Test func twoGenerationsAreKept() throws {
        let checkpoints = try Self.checkpoints()
        let store = CheckpointStore(scratch.path)
        #expect(try store.read()?.checkpoint == nil)
        for checkpoint in checkpoints[..<3] { try store.write(checkpoint) }
        #expect(try Checkpoint(contentsOf: newest) == checkpoints[2])
        #expect(try Checkpoint(contentsOf: older) == checkpoints[1])
        // One that says nothing new does not push the older one out.
        try store.write(checkpoints[2])
        #expect(try Checkpoint(contentsOf: older) == checkpoints[1])
        let found = try #require(try CheckpointStore(scratch.path).read())
        #expect(found.checkpoint == checkpoints[2] && found.fallback == nil)
    }

    /// Between the two renames of a write there is no newest one.
    @Test(arguments: ["damaged", "empty", "missing"])
    func theOlderServes(state: String) throws {
        let checkpoints = try Self.checkpoints()
        let first = CheckpointStore(scratch.path)
        try first.write(checkpoints[0])
        try first.write(checkpoints[1])
        switch state {
        case "damaged":
            var bytes = try DurableFile.read(newest)
            bytes[bytes.count - 9] ^= 1
            try DurableFile.write(bytes, to: newest)
        case "empty": try DurableFile.write([], to: newest)
        default: try FileManager.default.removeItem(atPath: newest)
        }
        let store = CheckpointStore(scratch.path)
        let found = try #require(try store.read())
        #expect(found.checkpoint == checkpoints[0])
        #expect(found.fallback?.subject == newest)
        // The damaged one must not take the place of the only sound one, not even for the length of a rename.
        try store.write(checkpoints[2])
        #expect(try Checkpoint(contentsOf: older) == checkpoints[0])
        #expect(try Checkpoint(contentsOf: newest) == checkpoints[2])
        try store.write(checkpoints[3])
        #expect(try Checkpoint(contentsOf: older) == checkpoints[2])
    }

    @Test func bothDamaged() throws {
        for name in [newest, older] { try DurableFile.write([1, 2, 3], to: name) }
        let error = failure { () throws(VAEError) in try CheckpointStore(scratch.path).read() }
        #expect(error?.kind == .invalidData && error?.subject == newest)
        #expect(error?.problem.contains(CheckpointStore.older) == true && error?.advice != nil)
    }

    @Test(arguments: ["0", "-1", "", "s", "0s", "-3s", "nans", "infs", "1.5", "60m", "1e999s", " 3"])
    func intervalsThatAreNone(text: String) { #expect(CheckpointInterval(text) == nil) }

    @Test func intervals() {
        #expect(CheckpointInterval("200") == .steps(200) && CheckpointInterval("0.5s") == .seconds(0.5))
        let due = { (interval: CheckpointInterval, steps, seconds, cost) in
            interval.isDue(steps: steps, seconds: seconds, cost: cost)
        }
        #expect(due(.steps(3), 6, 0, 0) && !due(.steps(3), 7, 1e9, 0))
        #expect(due(.seconds(3), 1, 3, 99) && !due(.seconds(3), 1, 2.9, 0))
        // A write of two seconds is worth two hundred of training.
        #expect(due(.automatic, 1, 60, 0.5) && !due(.automatic, 1, 59, 0))
        #expect(due(.automatic, 1, 200, 2) && !due(.automatic, 1, 199, 2))
    }

    @Test func leftoversAreRemoved() throws {
        for name in [".vae-1a2b.tmp", "notes.tmp", ".vae-x", "metrics.csv"] {
            try scratch.write("x", to: name)
        }
        Folder.removeLeftovers(scratch.path)
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
        #expect(names == [".vae-x", "metrics.csv", "notes.tmp"])
    }
}
