import VAE
import VAECore

/// Checkpoints, made and mended.
package enum Checkpoints {
    /// Of the smallest model there is: before its first step, and within its second epoch.
    static func seeds(_ model: ModelConfiguration) throws -> [[UInt8]] {
        struct Enough: Error {}
        let training = TrainingConfiguration(epochs: 3, batchSize: 2, seed: 7, patience: 2)
        let trainer = try Trainer(model, training, threads: 1)
        let beginning = try trainer.checkpoint().serialized()
        let images = try ImageSet(
            shape: model.imageShape, pixels: (0..<5 * UInt8(model.imageShape.count)).map { $0 })
        do {
            try trainer.fit(images, test: images, onStep: { if $0.epoch == 2 { throw Enough() } })
        } catch is Enough {}
        return [beginning, try trainer.checkpoint().serialized()]
    }

    /// One that says it has trained for so many epochs on a single image.
    package static func finished(epochs: Int) -> [UInt8]? {
        altered { tensors, metadata in
            metadata["training"] = metadata["training"]?.replacing(#""epochs":3"#, with: #""epochs":1000000"#)
            metadata["training_images"] = "\(SHA256.digest(of: [])) 1"
            let rows = [[Double]](repeating: [1, 100, 5, 100, 5, 1, 1], count: epochs).flatMap { $0 }
            tensors.removeAll { $0.name == "history" || $0.name == "progress.steps" }
            tensors += [
                try SafeTensors.Tensor(name: "history", shape: [epochs, 7], doubles: rows),
                try SafeTensors.Tensor(name: "progress.steps", shape: [2], integers: [epochs, 0]),
            ]
        }
    }

    /// One with that text in place of its training's configuration.
    package static func configured(_ training: String) -> [UInt8]? {
        altered { _, metadata in metadata["training"] = training }
    }

    private static func altered(
        _ change: (inout [SafeTensors.Tensor], inout [String: String]) throws -> Void
    ) -> [UInt8]? {
        guard let seed = Reader.checkpoint.seeds.first,
            let file = try? SafeTensors(bytes: seed, source: "seed")
        else { return nil }
        var (tensors, metadata) = (file.tensors, file.metadata)
        try? change(&tensors, &metadata)
        return (try? SafeTensors(tensors, metadata: metadata).serialized()).flatMap(mended)
    }

    /// The same file with the checksum that belongs to it; nil when it is no safetensors file.
    static func mended(_ bytes: [UInt8]) -> [UInt8]? {
        guard let file = try? SafeTensors(bytes: bytes, source: "file") else { return nil }
        var metadata = file.metadata
        metadata["checksum"] = nil
        guard let unsealed = try? SafeTensors(file.tensors, metadata: metadata).serialized() else {
            return nil
        }
        metadata["checksum"] = SHA256.digest(of: unsealed).description
        return try? SafeTensors(file.tensors, metadata: metadata).serialized()
    }
}

extension Reader {
    func checkCheckpoint(_ bytes: [UInt8], _ file: FileInMemory) throws(Finding) {
        try checkCheckpoint(file)
        // No change leaves a checksum right, and what lies behind the check has to be tried too.
        guard let mended = Checkpoints.mended(bytes) else { return }
        file.hold(mended)
        try checkCheckpoint(file)
    }

    private func checkCheckpoint(_ file: FileInMemory) throws(Finding) {
        let read = try value(file) { () throws(VAEError) in try Checkpoint(contentsOf: file.path) }
        guard let read else { return }
        guard read.stepsTaken >= read.stepsOfEpoch, read.stepsOfEpoch >= 0 else {
            throw Finding("steps that can't be")
        }
        guard (try? read.model())?.weights.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) ?? true,
            read.history.allSatisfy(\.train.total.isFinite)
        else { throw Finding("weights or losses that are not finite") }
        guard let bytes = try? read.serialized() else { throw Finding("a checkpoint can't be written") }
        guard let again = try? Checkpoint(bytes: bytes, source: "again") else {
            throw Finding("what was written can't be read")
        }
        // Bytes, as a loss may be no number, and then it is not equal to itself.
        guard (try? again.serialized()) == bytes else { throw Finding("a checkpoint is written differently") }
    }
}
