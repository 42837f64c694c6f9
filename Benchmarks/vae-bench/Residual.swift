import Kernels
import ReferenceKernels
import VAE
import VAECore

/// The errors of the loss and the gradient of the trainer that is timed, against the reference in Double.
///
/// A kernel that is fast because it is wrong shows here, beside its speed.
struct Residual {
    let images: Int
    /// Relative error of the mean loss.
    let loss: Double
    /// ‖found − expected‖ / ‖expected‖ over all weights.
    let gradient: Double
    /// The same for the tensor in which it is largest.
    let worst: (tensor: String, error: Double)

    /// Single precision gives about 1e-6; a wrong tap or a lost image gives 1e-2 and more.
    static let limit = 1e-4

    /// Whether all errors are within the limit; a NaN is not.
    var isSmall: Bool { loss <= Self.limit && gradient <= Self.limit && worst.error <= Self.limit }

    init(_ workload: Workload, threads: Int, progress: (String) -> Void) throws {
        progress("residual: the reference in Double")
        let trainer = try Trainer(
            workload.model, TrainingConfiguration(batchSize: Workload.batch), threads: threads,
            products: workload.products)
        let weights = trainer.model.weights
        let found = try trainer.gradient(of: workload.images.slice(0..<Workload.batch))

        let batch = try workload.firstBatch()
        let expected = Self.reference(workload, batch, weights, threads: threads)
        images = batch.count
        loss = abs(found.losses.total - expected.loss) / abs(expected.loss)
        var (difference, norm) = (0.0, 0.0)
        var worst = (tensor: "", error: 0.0)
        for (index, weight) in weights.enumerated() {
            var (tensorDifference, tensorNorm) = (0.0, 0.0)
            for (position, exact) in expected.gradients[index].enumerated() {
                let gradient = Double(found.gradient[index][position])
                tensorDifference += (gradient - exact) * (gradient - exact)
                tensorNorm += exact * exact
            }
            let error = (tensorDifference / tensorNorm).squareRoot()
            // What is not a number has to stay.
            if !worst.error.isNaN, !(error <= worst.error) { worst = (weight.name, error) }
            difference += tensorDifference
            norm += tensorNorm
        }
        gradient = (difference / norm).squareRoot()
        self.worst = worst
    }

    /// Loss and gradient of the batch's mean in Double, in parts that the threads share and that are added in order.
    private static func reference(
        _ workload: Workload, _ batch: ReferenceBatch, _ weights: [VariationalAutoencoder.Weight],
        threads: Int
    ) -> (loss: Double, gradients: [[Double]]) {
        let model = workload.reference
        let parameters = weights.map { $0.values.map(Double.init) }
        let (pixels, latent) = (workload.model.imageShape.count, workload.model.latentSize)
        let size = 16
        let parts = batch.count / size
        var passes = [ReferenceModel.Pass<Double>?](repeating: nil, count: parts)
        passes.withUnsafeMutableBufferPointer { passes in
            WorkerPool(threads: threads).run(parts: parts) { _, part in
                passes[part] = model.run(
                    Array(batch.pixels[part * size * pixels..<(part + 1) * size * pixels]),
                    noise: batch.noise[part * size * latent..<(part + 1) * size * latent].map(Double.init),
                    parameters: parameters)
            }
        }
        var gradients = parameters.map { [Double](repeating: 0, count: $0.count) }
        for pass in passes.compactMap(\.self) {
            for (index, values) in pass.gradients.enumerated() {
                for (position, value) in values.enumerated() {
                    gradients[index][position] += value / Double(parts)
                }
            }
        }
        return (passes.reduce(0) { $0 + ($1?.loss ?? .nan) } / Double(parts), gradients)
    }
}
