import VAE
import VAECore
import VAEData

/// A training of seconds whose result is known: the same model file, to the bit, on every processor that has tiles.
package enum PublishedTraining {
    /// The command that does it.
    package static let command = "vae-train --dataset synthetic --limit \(images) --epochs 1"
    /// SHA-256 of the `model.safetensors` that it leaves.
    package static let sha256 = "9231447378f16f84a92f0519706ee4fb42114f52432c8139f3717b1c7ae9acbc"

    private static let images = 2560

    /// The same without a run folder.
    /// - Parameter products: the published bits are those of ``Products/filtered``
    /// - Returns: SHA-256 of the model's file
    package static func run(threads: Int, products: Products = .filtered) throws -> String {
        let training = TrainingConfiguration(epochs: 1)
        let data = try SyntheticDigits.dataset(seed: training.seed, trainCount: images, testCount: 0).train
        let trainer = try Trainer(ModelConfiguration(), training, threads: threads, products: products)
        return try trainer.fit(data).sha256.description
    }
}
