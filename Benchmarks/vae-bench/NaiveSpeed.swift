import ReferenceKernels
import VAE

/// The training speed of the same model on direct loops: one thread, no library, the textbook's formulas.
struct NaiveSpeed {
    /// Batches that were timed. An epoch has hundreds; its time is extrapolated from these.
    let batches: Int
    /// Images per second of each batch.
    var training = Rounds()

    init(_ workload: Workload, batches: Int, progress: (String) -> Void) throws {
        let model = try VariationalAutoencoder(workload.model)
        var trainer = NaiveTrainer(workload.reference, parameters: model.weights.map(\.values))
        let batch = try workload.firstBatch()
        let pixels = batch.pixels.map { Float($0) }
        // A few images warm caches and clocks up; a batch of them would take seconds.
        let (pixelCount, latent) = (workload.model.imageShape.count, workload.model.latentSize)
        _ = trainer.step(Array(pixels[0..<4 * pixelCount]), noise: Array(batch.noise[0..<4 * latent]))
        for index in 0..<batches {
            progress("naive loops: batch \(index + 1) of \(batches)")
            let seconds = seconds { _ = trainer.step(pixels, noise: batch.noise) }
            training.append(Double(batch.count) / seconds)
        }
        self.batches = batches
    }
}
