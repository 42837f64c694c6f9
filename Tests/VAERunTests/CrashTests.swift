import Foundation
import Synchronization
import Testing
import VAE
import VAECore

@testable import VAERun

/// The machine loses power after any operation: what was not flushed is gone. Of the changes to the folder's list of names that
/// were not flushed, any number of the first may have reached the disk, as on a journalling file system.
@Suite("A crash of the machine")
struct CrashTests {
    /// A disk as it is known to be, and what is on its way there.
    struct Disk {
        /// Flushed contents of files; one that never was has none.
        var flushed: [Int: Data] = [:]
        /// Names that the folder surely has, and the files behind them.
        var names: [String: Int] = [:]
        /// Changes of names since.
        var pending: [(old: String?, new: String, file: Int)] = []
        var files = 0

        var current: [String: Int] { names(after: pending.count) }

        func names(after changes: Int) -> [String: Int] {
            var names = names
            for change in pending.prefix(changes) {
                if let old = change.old { names[old] = nil }
                names[change.new] = change.file
            }
            return names
        }

        /// - Parameter content: of a file, by its path, as the program sees it
        mutating func apply(_ operation: FileOperation, content: (String) -> Data) {
            switch operation {
            case .open(let path) where path.hasSuffix(".tmp"):
                files += 1
                pending.append((nil, path, files))
            case .synchronize(let path):
                if let file = current[path] { flushed[file] = content(path) }
            case .rename(let old, let new):
                if let file = current[old] { pending.append((old, new, file)) }
            case .remove(let path):
                names[path] = nil
            case .synchronizeFolder:
                names = current
                pending = []
            default: break
            }
        }
    }

    /// Disks as they might be found after each operation, and how many epochs had been reported finished by then.
    final class Recorder: Sendable {
        struct State {
            var disk = Disk()
            var found: [(disk: Disk, epochs: Int, after: FileOperation)] = []
            var epochs = 1
        }
        let state = Mutex(State())

        init(_ folder: String) throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let path = folder + "/" + name
                let content = try Data(contentsOf: URL(fileURLWithPath: path))
                state.withLock {
                    $0.disk.files += 1
                    $0.disk.names[path] = $0.disk.files
                    $0.disk.flushed[$0.disk.files] = content
                }
            }
        }

        /// Called before the operation; what counts is what it leaves.
        func watch(_ operation: FileOperation) {
            state.withLock { state in
                state.disk.apply(operation) { (try? Data(contentsOf: URL(fileURLWithPath: $0))) ?? Data() }
                state.found.append((state.disk, state.epochs, operation))
            }
        }
    }

    @Test func finishedEpochsSurvive() throws {
        let scratch = try Scratch()
        let path = scratch.file("run")
        let (folder, store, trainer) = try FaultTests.begin(path)
        let recorder = try Recorder(path)
        try FileOperation.$observer.withValue({
            recorder.watch($0)
            return .happens
        }) {
            try trainer.fit(
                FaultTests.images(),
                onStep: { if $0.step == 2 { try store.write(trainer.checkpoint()) } },
                onEpoch: { report in
                    try FaultTests.finish(report, trainer, folder, store)
                    recorder.state.withLock { $0.epochs = report.epoch }
                })
        }
        let found = recorder.state.withLock { $0.found }
        #expect(found.count > 40)
        var disks = 0
        for (index, (disk, epochs, operation)) in found.enumerated() {
            for changes in 0...disk.pending.count {
                let place = "after operation \(index), \(operation), and \(changes) changes of names"
                let copy = scratch.file("disk-\(index)-\(changes)")
                try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
                for (name, file) in disk.names(after: changes) {
                    let target = copy + "/" + URL(fileURLWithPath: name).lastPathComponent
                    try (disk.flushed[file] ?? Data()).write(to: URL(fileURLWithPath: target))
                }
                let run = try InterruptedRun(copy)
                let checkpoint = try #require(run.checkpoint, "\(place)")
                #expect(checkpoint.history.count >= epochs, "\(place)")
                // The model is an old or a new one, never a part of one.
                _ = try VariationalAutoencoder(contentsOf: copy + "/model.safetensors")
                let resumed = try run.trainer(epochs: nil, threads: 1)
                try FaultTests.goOn(run.folder(), run.store, resumed)
                #expect(
                    resumed.model.weights.map(\.values) == trainer.model.weights.map(\.values), "\(place)")
                disks += 1
            }
        }
        print("crashes: \(disks) disks after \(found.count) operations")
    }
}
