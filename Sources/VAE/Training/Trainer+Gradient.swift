import Kernels
import VAECore

extension Trainer {
    /// The losses and the gradient of the first images, as a step of the first epoch has them but with the objective that schedules end with, and
    /// no step taken: weights and moments stay as they are.
    ///
    /// - Parameter images: no more than a batch; each is named by its number here, as in a training set
    /// - Returns: means over the images, and the gradient of their total by each tensor, in the order of the model's weights
    /// - Throws: `invalidArgument` when the images do not have the model's shape, are none or more than a batch.
    package func gradient(of images: ImageSet) throws(VAEError) -> (losses: Losses, gradient: [[Float]]) {
        try modelConfiguration.check(images, "images")
        guard images.count <= configuration.batchSize else {
            throw VAEError(
                .invalidArgument, "images", "are more than a batch",
                expected: "at most \(configuration.batchSize)", found: "\(images.count)")
        }
        let order = (0..<UInt32(images.count)).map(\.self)
        let (sums, rows) = try computeGradients(
            StepBatch(
                images: images, order: order, range: 0..<images.count, epoch: 1,
                objective: configuration.finalObjective))
        let count = parameters.region.count
        sharedStep?.gradient.gather(0..<count)
        PairwiseSum.addRows(gradients.region, count: rows, length: count)
        let gradient = engine.network.layout.entries.map { gradients.region[$0.range].array() }
        let number = Double(images.count)
        return (
            Losses(
                reconstruction: sums.reconstruction / number, kl: sums.kl / number,
                klWeight: configuration.klWeight,
                penalty: sums.penalty.map { $0 / number }), gradient
        )
    }
}
