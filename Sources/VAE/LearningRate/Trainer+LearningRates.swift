import Kernels
import VAECore

extension Trainer {
    /// The mean losses of the batches of a search for a learning rate, each before its step.
    /// - Throws: what `LearningRateFinder` says.
    func losses(
        of images: ImageSet, _ options: LearningRateFinder.Options, _ onStep: (Int) throws -> Void
    ) throws -> ([Double], LearningRateFinder.End) {
        try modelConfiguration.check(images, "training images")
        let batch = configuration.batchSize
        guard images.count >= batch else {
            throw VAEError(
                .invalidArgument, "batch size", "is larger than the training set",
                expected: "at most \(images.count), the number of its images", found: "\(batch)",
                advice: "Take a batchSize of the TrainingConfiguration that the images fill.")
        }
        // The last batch of an epoch may be a few images only, whose mean loss is nobody's: whole batches alone.
        let stepsPerEpoch = images.count / batch
        var (losses, order) = ([Double](), [UInt32]())
        var (running, weight, least) = (0.0, 0.0, Double.infinity)
        try beginPrior(with: images)
        for step in 0..<options.steps {
            try Task.checkCancellation()
            let (epoch, place) = (step / stepsPerEpoch + 1, step % stepsPerEpoch)
            if place == 0 {
                var stream = RandomStream(seed: configuration.seed, purpose: .shuffle, epoch: epoch)
                order = stream.permutation(of: images.count)
            }
            let range = place * batch..<(place + 1) * batch
            guard
                let sums = try attempt(images, order, range, epoch: epoch, rate: Float(options.rate(step)))
            else { return (losses, .diverged) }
            progress.finishStep(sums, seconds: 0)
            losses.append(sums.total / Double(batch))
            try onStep(step + 1)
            // A mean of some ten steps, as one batch may be an odd one.
            running = 0.9 * running + 0.1 * losses[step]
            weight = 0.9 * weight + 0.1
            let mean = running / weight
            least = min(least, mean)
            if mean - least > options.rise * abs(least), mean > losses[0] { return (losses, .rose) }
        }
        return (losses, .reached)
    }

    /// A step with the objective that schedules end with; nil where it left the finite numbers.
    private func attempt(
        _ images: ImageSet, _ order: [UInt32], _ range: Range<Int>, epoch: Int, rate: Float
    ) throws(VAEError) -> Losses? {
        do throws(VAEError) {
            return try step(
                images, order, range, epoch: epoch, learningRate: rate, configuration.finalObjective)
        } catch {
            guard error.kind == .diverged else { throw error }
            return nil
        }
    }
}
