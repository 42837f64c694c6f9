import VAE
import VAECore

/// The engine's training speed, and the limits above it in the same minutes.
struct EngineSpeed {
    /// The engine that computed the products.
    let method: Products
    let threads: Int
    /// Threads that had work: no more than a batch has parts.
    let workers: Int
    let images: Int
    /// Images per second of each epoch.
    var training = Rounds()
    /// A round of them after each epoch; empty unless asked for.
    var limits = Limits()

    /// Trains for one epoch to warm up and then `repeats` epochs that count.
    ///
    /// Everything a user pays for within an epoch is in the time: shuffling, scaling pixels, noise, the losses, Adam.
    /// - Parameter withPeak: measures a round of the limits between epochs, so that all see the same machine
    init(
        _ workload: Workload, _ method: Products, threads: Int, images: Int, repeats: Int,
        withPeak: Bool, progress: (String) -> Void
    ) throws {
        let set = images < workload.images.count ? workload.images.slice(0..<images) : workload.images
        let trainer = try Trainer(
            workload.model, TrainingConfiguration(epochs: repeats + 1, batchSize: Workload.batch),
            threads: threads, products: method)
        let peak = withPeak ? try ProductPeak(threads: threads) : nil
        var (training, limits) = (Rounds(), Limits())
        let name = "training (\(method.rawValue)) on \(count(threads, "thread"))"
        progress("\(name): warming up")
        try trainer.fit(
            set,
            onEpoch: { report in
                if report.epoch > 1 { training.append(report.imagesPerSecond) }
                if let peak { limits.append(peak) }
                if report.epoch <= repeats { progress("\(name): round \(report.epoch) of \(repeats)") }
            })
        self.method = method
        self.threads = threads
        workers = trainer.threads
        self.images = set.count
        self.training = training
        self.limits = limits
    }
}
