import Foundation
import VAE
import VAECore

/// The cost of checkpoints for a training: each as a run writes it, on the disk of the current folder, where runs are.
struct CheckpointCost {
    /// Bytes of the checkpoint's file.
    var bytes = 0
    /// Checkpoints per second: taken, written and flushed, the one before it kept.
    var writes = Rounds()
    /// Checkpoints per second: read and checked.
    var reads = Rounds()
    /// Images per second of the training between them.
    var training = Rounds()

    /// The part of the time that they take when one is written after every epoch of so many images.
    var share: Double {
        let writing = 1 / writes.median
        return writing / (writing + imagesPerEpoch / training.median)
    }

    init(_ workload: Workload, threads: Int, repeats: Int, progress: (String) -> Void) throws {
        let folder = ".vae-bench-\(UUID().uuidString)"
        try Folder.createNew(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/checkpoint.safetensors"
        let trainer = try Trainer(
            workload.model, TrainingConfiguration(epochs: repeats + 1, batchSize: Workload.batch),
            threads: threads, products: workload.products)
        var (writes, reads, training) = (Rounds(), Rounds(), Rounds())
        try trainer.fit(
            workload.images,
            onEpoch: { report in
                progress("checkpoints: round \(report.epoch) of \(repeats + 1)")
                // The first finds caches cold, and no older one.
                let write = try seconds {
                    try trainer.checkpoint().write(
                        to: path, keepingOldAs: "\(folder)/checkpoint.previous.safetensors")
                }
                let read = try seconds { _ = try Checkpoint(contentsOf: path) }
                guard report.epoch > 1 else { return }
                writes.append(1 / write)
                reads.append(1 / read)
                training.append(report.imagesPerSecond)
            })
        bytes = try DurableFile.read(path).count
        (self.writes, self.reads, self.training) = (writes, reads, training)
    }
}

extension Report.CheckpointKeys {
    init(_ cost: CheckpointCost) {
        bytes = cost.bytes
        writeSeconds = 1 / cost.writes.best
        medianWriteSeconds = 1 / cost.writes.median
        medianReadSeconds = 1 / cost.reads.median
        medianImagesPerSecond = cost.training.median
        share = cost.share
    }

    /// A line for people.
    var text: String {
        let milliseconds = { (seconds: Double) in "\(number(1000 * seconds, 1)) ms" }
        return
            "A checkpoint of \(number(Double(bytes) / 1e6, 1)) MB: written and flushed in \(milliseconds(medianWriteSeconds)) "
            + "(best \(milliseconds(writeSeconds))), read in \(milliseconds(medianReadSeconds)); one after each "
            + "60,000 images takes \(number(100 * share, 2)) % of the time."
    }
}
