import Foundation
import VAE
import VAECore

/// The numbers of a model with a codebook on test images: what its codes say, and what they cost.
package struct CodeReport: Codable, Equatable, Sendable {
    /// Test images.
    package let images: Int
    /// K, and the codes of an image.
    package let codes, positions: Int
    /// Codes that the test images use, and exp(H) of their frequencies.
    package let used: Int
    package let perplexity: Double
    /// −ln p(x|z), in nats an image.
    package let reconstruction: Double
    /// β‖z_e − z_q‖², an image.
    package let commitment: Double
    /// What an image's codes cost under a uniform prior, and under the prior of counts, in nats.
    package let uniformNats, priorNats: Double
    /// A bound on −ln p(x) under the prior of counts: reconstruction + priorNats.
    package let bound: Double
    /// The bound over the values of an image, in bits.
    package let bitsPerValue: Double
    /// The standard error of the bound over the images, in nats.
    package let standardError: Double

    /// - Throws: `invalidArgument` when the model has no codebook, the prior is of another grid or the images do not have the model's shape.
    package init(
        of model: VariationalAutoencoder, on images: ImageSet, prior: CodePrior, threads: Int
    ) throws(VAEError) {
        let found = try model.codes(of: images, threads: threads)
        let usage = found.usage(of: prior.size)
        let losses = try model.losses(of: images, sampling: false, threads: threads)
        let nats = try prior.nats(of: found)
        let number = Double(images.count)
        let means = losses.mean()
        let bounds = zip(losses.reconstruction, nats).map { Double($0) + $1 }
        let mean = bounds.reduce(0, +) / number
        let spread = bounds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(number - 1, 1)
        self.images = images.count
        codes = prior.size
        positions = found.positions
        used = usage.used
        perplexity = usage.perplexity
        reconstruction = means.reconstruction
        commitment = means.penalty ?? 0
        uniformNats = means.kl
        priorNats = nats.reduce(0, +) / number
        bound = mean
        bitsPerValue = mean / (Double(images.shape.count) * log(2))
        standardError = (spread / number).squareRoot()
        guard mean.isFinite, commitment.isFinite else {
            throw VAEError(
                .invalidData, "model", "gives losses that are not finite numbers",
                advice: "It diverged in training: see its losses with vae info.")
        }
    }

    /// The report as people read it, a line each.
    /// - Parameter items: "images", or "rows" of a table
    package func lines(of items: String) -> [String] {
        let share = 100 * Double(used) / Double(codes)
        return [
            "codes     \(used) of \(codes) used (\(String(format: "%.0f", share))%) by \(grouped(Double(images))) test \(items), perplexity \(String(format: "%.1f", perplexity))",
            String(
                format:
                    "          %d codes cost %.2f nats under a uniform prior, %.2f under the prior of counts",
                positions, uniformNats, priorNats),
            String(
                format:
                    "          -ln p(x) ≤ %.2f ± %.2f = %.2f reconstruction + %.2f codes, %.4f bits a value",
                bound, standardError, reconstruction, priorNats, bitsPerValue),
            String(format: "          commitment %.3f", commitment),
        ]
    }
}
