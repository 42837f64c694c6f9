import Testing
import VAECore

@testable import VAE

/// What is written is read back to the bit, and what was damaged is not taken for a checkpoint.
@Suite("Checkpoint files")
struct CheckpointFileTests {
    /// Within the second epoch, with one epoch finished.
    static func interrupted() async throws -> Checkpoint {
        let task = Task { () throws -> Checkpoint in
            let trainer = try Trainer(
                smallModel,
                TrainingConfiguration(epochs: 3, batchSize: 8, seed: 1 << 63 | 1, patience: 7), threads: 1)
            let images = try bars(20, smallModel.imageShape)
            #expect(throws: CancellationError.self) {
                try trainer.fit(
                    images, test: bars(3, smallModel.imageShape),
                    onStep: { if $0.epoch == 2 && $0.step == 2 { withUnsafeCurrentTask { $0?.cancel() } } })
            }
            return trainer.checkpoint()
        }
        return try await task.value
    }

    let folder = try! ScratchFolder()

    @Test func comesBack() async throws {
        let checkpoint = try await Self.interrupted()
        #expect(checkpoint.stepsTaken == 5 && checkpoint.stepsOfEpoch == 2)
        try checkpoint.write(to: folder("c"))
        let read = try Checkpoint(contentsOf: folder("c"))
        #expect(read == checkpoint)
        #expect(read.configuration.seed == 1 << 63 | 1 && read.history.count == 1)
        #expect(identical(try read.serialized(), try checkpoint.serialized()))
        // Any reader of the format finds the weights.
        let file = try SafeTensors(contentsOf: folder("c"))
        #expect(
            file["weights.encoder.dense.kernel"] != nil && file["second_moment.decoder.output.bias"] != nil)
    }

    /// Before the first step, and with a test loss that is no number.
    @Test func unusualOnesComeBack() throws {
        let new = try Trainer(smallModel, TrainingConfiguration(), threads: 1).checkpoint()
        #expect(try Checkpoint(bytes: new.serialized(), source: "file") == new)

        let trainer = try Trainer(smallModel, TrainingConfiguration(epochs: 1, batchSize: 8), threads: 1)
        try trainer.fit(bars(20, smallModel.imageShape))
        trainer.history = [
            EpochReport(
                epoch: 1, train: Losses(reconstruction: -.zero, kl: .greatestFiniteMagnitude),
                test: Losses(reconstruction: .nan, kl: .infinity), seconds: 0.1, imagesPerSecond: -.zero)
        ]
        let history = try Checkpoint(bytes: trainer.checkpoint().serialized(), source: "file").history
        #expect(history[0].test?.reconstruction.isNaN == true && history[0].test?.kl == .infinity)
        #expect(history[0].train == trainer.history[0].train)
        #expect(history[0].seconds == 0.1 && history[0].imagesPerSecond.sign == .minus)
    }

    @Test func theOldOneIsKept() throws {
        let first = try Trainer(smallModel, TrainingConfiguration(seed: 1), threads: 1).checkpoint()
        let second = try Trainer(smallModel, TrainingConfiguration(seed: 2), threads: 1).checkpoint()
        let third = try Trainer(smallModel, TrainingConfiguration(seed: 3), threads: 1).checkpoint()
        for checkpoint in [first, second, third] {
            try checkpoint.write(to: folder("new"), keepingOldAs: folder("old"))
        }
        #expect(try Checkpoint(contentsOf: folder("new")) == third)
        #expect(try Checkpoint(contentsOf: folder("old")) == second)
        #expect(try folder.names == ["new", "old"])
    }

    @Test func truncatedFilesAreRefused() async throws {
        let bytes = try await Self.interrupted().serialized()
        let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
        // Every length of the beginning, some around each boundary, and a spread over the rest.
        var lengths = Set(0..<64).union(header - 20..<header + 20).union(bytes.count - 70..<bytes.count)
        lengths.formUnion(stride(from: 64, to: bytes.count, by: 211))
        for length in lengths.sorted() {
            let error = failure { () throws(VAEError) in
                _ = try Checkpoint(bytes: Array(bytes[..<length]), source: "file")
            }
            #expect(error?.kind == .invalidData && error?.subject == "file", "\(length) bytes")
        }
        #expect(throws: VAEError.self) { try Checkpoint(bytes: bytes + [0], source: "file") }
    }

    /// A changed byte is found wherever it is. In the header some changes mean the same; then so does the checkpoint.
    @Test func changedBytesAreFound() async throws {
        let checkpoint = try await Self.interrupted()
        var bytes = try checkpoint.serialized()
        let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
        var harmless = 0
        for index in bytes.indices where index < header + 64 || index % 13 == 0 {
            let bit = UInt8(1) << (index % 8)
            bytes[index] ^= bit
            if let read = try? Checkpoint(bytes: bytes, source: "file") {
                #expect(index < header && read == checkpoint, "byte \(index)")
                harmless += 1
            }
            bytes[index] ^= bit
        }
        // Spaces that become tabs, and such.
        #expect(harmless < 16)
    }

    @Test func otherFilesAreRefused() async throws {
        let model = try VariationalAutoencoder(smallModel)
        try model.write(to: folder("model"))
        let error = failure { () throws(VAEError) in _ = try Checkpoint(contentsOf: folder("model")) }
        #expect(error?.problem == "is not a checkpoint of this engine")
        let checkpoint = try SafeTensors(
            bytes: try Trainer(smallModel, threads: 1).checkpoint().serialized(), source: "file")
        let older = try SafeTensors(
            checkpoint.tensors, metadata: checkpoint.metadata.merging(["format": "vae-checkpoint-1"]) { $1 })
        let refusal = failure { () throws(VAEError) in
            _ = try Checkpoint(bytes: older.serialized(), source: "file")
        }
        #expect(refusal?.problem == "is a checkpoint of another version of this engine")
        #expect(
            refusal?.expected?.contains("vae-checkpoint-3") == true && refusal?.found?.contains("-1") == true)
        #expect(
            failure { () throws(VAEError) in _ = try Checkpoint(contentsOf: folder("none")) }?.kind
                == .missingInput)
    }

    /// The format before this one had `direct` and `lowered`, of convolutions alone.
    @Test(arguments: [("direct", Products.tiles), ("lowered", .blas)])
    func theFormerFormatIsRead(name: String, products: Products) throws {
        let checkpoint = try Trainer(smallModel, threads: 1, products: products).checkpoint()
        let file = try SafeTensors(bytes: try checkpoint.serialized(), source: "file")
        var metadata = file.metadata.filter {
            ![Checkpoint.Key.products, Checkpoint.Key.checksum].contains($0.key)
        }
        metadata[Checkpoint.Key.format] = "vae-checkpoint-2"
        metadata[Checkpoint.Key.convolutions] = name
        let former = try SafeTensors.sealed(file.tensors, metadata).serialized()
        let again = try Checkpoint(bytes: former, source: "file")
        #expect(again.products == products && again.parameters == checkpoint.parameters)
        for other in [nil, products.rawValue] {
            metadata[Checkpoint.Key.convolutions] = other
            let refusal = failure { () throws(VAEError) in
                _ = try Checkpoint(
                    bytes: SafeTensors.sealed(file.tensors, metadata).serialized(), source: "file")
            }
            #expect(refusal?.problem == "has no valid \"convolutions\" in its metadata")
        }
        // Nor is a former name one of this format.
        let mixed = file.metadata.filter { $0.key != Checkpoint.Key.checksum }
            .merging([Checkpoint.Key.products: name]) { $1 }
        let refusal = failure { () throws(VAEError) in
            _ = try Checkpoint(bytes: SafeTensors.sealed(file.tensors, mixed).serialized(), source: "file")
        }
        #expect(refusal?.problem == "has no valid \"products\" in its metadata")
    }
}
