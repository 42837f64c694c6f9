import Foundation
import Glibc
import Synchronization
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// Every single operation on files fails once, in every way it can, while a run is written: it ends with a message, and
/// what was finished before is there still and goes on to the same bits.
@Suite("Faults of the disk")
struct FaultTests {
    struct Fault: CustomStringConvertible, Sendable {
        let description: String
        let fate: FileOperation.Fate
        /// Operations that it can happen to.
        let concerns: @Sendable (FileOperation) -> Bool
    }

    static let faults = [
        Fault(description: "no space", fate: .fails(ENOSPC)) {
            switch $0 {
            case .open, .write, .synchronize, .close, .rename, .makeFolder, .synchronizeFolder: true
            default: false
            }
        },
        Fault(description: "device error", fate: .fails(EIO)) { _ in true },
        Fault(description: "read-only", fate: .fails(EROFS)) {
            switch $0 {
            case .open, .rename, .remove, .makeFolder: true
            default: false
            }
        },
        Fault(description: "too many files", fate: .fails(EMFILE)) {
            if case .open = $0 { true } else { false }
        },
        // What follows a short write is another write, of the rest.
        Fault(description: "short write", fate: .isCutTo(7)) {
            if case .write = $0 { true } else { false }
        },
    ]

    static let model = ModelConfiguration(
        imageShape: ImageShape(height: 5, width: 7), encoderFilters: [3], decoderFilters: [3], hiddenUnits: 4)
    static let training = TrainingConfiguration(epochs: 3, batchSize: 8, seed: 3)

    static func images() throws -> ImageSet {
        try ImageSet(
            shape: model.imageShape, pixels: (0..<20 * 35).map { UInt8(truncatingIfNeeded: $0 * $0 % 251) })
    }

    /// The part of a run after its first epoch: another epoch, a checkpoint within the third, its end.
    static func goOn(_ folder: RunFolder, _ store: CheckpointStore, _ trainer: Trainer) throws {
        try trainer.fit(
            images(),
            onStep: { if $0.step == 2 { try store.write(trainer.checkpoint()) } },
            onEpoch: { try finish($0, trainer, folder, store) })
    }

    /// What a run writes at the end of an epoch.
    static func finish(
        _ report: EpochReport, _ trainer: Trainer, _ folder: RunFolder, _ store: CheckpointStore
    ) throws {
        let model = try ModelFile(
            trainer.model, isBest: trainer.history.best?.epoch == trainer.history.count)
        try folder.add(report)
        try store.write(trainer.checkpoint(), with: model)
        try folder.save(model)
    }

    /// A run of one epoch, in a folder of its own.
    static func begin(_ path: String) throws -> (RunFolder, CheckpointStore, Trainer) {
        let folder = try RunFolder(path, dataset: "x")
        try folder.write(record(), to: RunFolder.configuration)
        let trainer = try Trainer(model, training, threads: 1)
        let store = CheckpointStore(path)
        struct Enough: Error {}
        do {
            try trainer.fit(
                images(),
                onEpoch: {
                    try finish($0, trainer, folder, store)
                    throw Enough()
                })
        } catch is Enough {}
        return (folder, store, trainer)
    }

    static func record() -> RunRecord {
        RunRecord(
            model: model, training: training, parameters: 1,
            data: RunRecord.Data(
                name: "x", source: "s", sha256: "h", trainImages: 20, testImages: 0, folder: nil, limit: nil),
            environment: RunRecord.Environment(
                version: "1", blas: "b", blasKernels: "k", products: "tiles", tiles: nil, processor: "p",
                threads: 1, started: "s", command: []))
    }

    /// Operations seen, of which one gets a fate of its own.
    final class Observer: Sendable {
        private let state = Mutex((seen: [FileOperation](), struck: false))
        let fault: Fault?
        let number: Int

        init(_ fault: Fault? = nil, at number: Int = -1) {
            self.fault = fault
            self.number = number
        }

        func callAsFunction(_ operation: FileOperation) -> FileOperation.Fate {
            state.withLock { state in
                state.seen.append(operation)
                guard let fault, state.seen.count == number + 1, fault.concerns(operation) else {
                    return .happens
                }
                state.struck = true
                return fault.fate
            }
        }

        var seen: [FileOperation] { state.withLock { $0.seen } }
        var struck: Bool { state.withLock { $0.struck } }
    }

    static func watching<T>(_ observer: Observer, _ body: () throws -> T) rethrows -> T {
        try FileOperation.$observer.withValue({ observer($0) }) { try body() }
    }

    /// What an undisturbed run ends with.
    static func expected() throws -> (model: Data, operations: [FileOperation]) {
        let scratch = try Scratch()
        let (folder, store, trainer) = try begin(scratch.file("run"))
        let observer = Observer()
        try watching(observer) { try goOn(folder, store, trainer) }
        return (
            try Data(contentsOf: URL(fileURLWithPath: scratch.file("run/model.safetensors"))), observer.seen
        )
    }

    @Test(arguments: faults)
    func everyOperationCanFail(fault: Fault) throws {
        let (model, operations) = try Self.expected()
        #expect(operations.count > 50)
        var strikes = 0
        for number in operations.indices where fault.concerns(operations[number]) {
            let scratch = try Scratch()
            let path = scratch.file("run")
            let observer = Observer(fault, at: number)
            let place = "\(fault) at operation \(number), \(operations[number])"
            var error: (any Error)?
            do {
                let (folder, store, trainer) = try Self.begin(path)
                do { try Self.watching(observer) { try Self.goOn(folder, store, trainer) } } catch let caught
                {
                    error = caught
                }
                #expect(observer.struck, "\(place)")
            }
            strikes += 1
            // A temporary file that can't be removed, and a write that is continued, are no failures.
            if let error {
                let error = try #require(error as? VAEError, "\(place): \(error)")
                #expect([.inputOutput, .cannotCreate, .unavailable].contains(error.kind), "\(place)")
                #expect(error.subject.hasPrefix(path) && !error.problem.isEmpty, "\(place): \(error)")
            } else if case .fails = fault.fate {
                #expect(operations[number].isRemoval, "\(place) went unnoticed")
            }
            // The run goes on from what is there, without an epoch lost that was finished before.
            let run = try InterruptedRun(path)
            let checkpoint = try #require(run.checkpoint, "\(place)")
            #expect(checkpoint.history.count >= 1, "\(place)")
            _ = try VariationalAutoencoder(contentsOf: path + "/model.safetensors")
            let trainer = try run.trainer(epochs: nil, threads: 1)
            try Self.goOn(run.folder(), run.store, trainer)
            try trainer.model.write(to: path + "/ended")
            let ended = try Data(contentsOf: URL(fileURLWithPath: path + "/ended"))
            #expect(ended == model, "\(place)")
            let rows = try MetricsTable.read(path + "/metrics.csv", klWeight: 1)
            #expect(rows.map(\.epoch) == [1, 2, 3], "\(place)")
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(place): \(names)")
        }
        print("\(fault): \(strikes) operations")
    }
}

extension FileOperation {
    fileprivate var isRemoval: Bool { if case .remove = self { true } else { false } }
}
