import Kernels
import VAECore

extension Trainer {
    /// The error for a step whose loss, gradient or update is no longer made of finite numbers.
    ///
    /// - Parameters:
    ///   - batch: the step's images
    ///   - parts: gradients of the step
    ///   - loss: nil when it was finite, and the gradient or the update was not
    func divergence(_ batch: ArraySlice<UInt32>, parts: Int, loss: Double?) -> VAEError {
        let place = "epoch \(history.count + 1), step \(progress.stepsOfEpoch + 1)"
        let count = parameters.region.count
        bringTogetherForDivergence()
        // With a finite loss the update has spoilt the parameters already, and the gradient tells where it began.
        let weight = loss == nil ? nil : firstTensorNotFinite { self.parameters.region[$0] }
        let gradient =
            weight == nil
            ? (0..<parts).lazy.compactMap { part in
                self.firstTensorNotFinite { self.gradients.region[part * count + $0] }
            }.first : nil
        let update =
            weight == nil && gradient == nil
            ? firstTensorNotFinite { self.secondMoment.region[$0] }
                ?? firstTensorNotFinite { self.parameters.region[$0] }
            : nil
        let tensor =
            weight.map { "the weights \($0) are not finite" }
            ?? gradient.map { "the gradient of \($0) is not finite" }
            ?? update.map { "the gradient of \($0), or the step it makes, is too large for single precision" }
        let notFinite = batch.indices.filter { index in
            let image = index - batch.startIndex
            return !losses.region[image].isFinite
                || !losses.region[configuration.batchSize + image].isFinite
        }
        let images =
            notFinite.isEmpty
            ? "the batch's images \(Self.list(batch))"
            : "the images \(Self.list(notFinite.map { batch[$0] })) of \(batch.count) in the batch"
        let found = [loss.map { "\($0)" }, tensor, images].compactMap { $0 }.joined(separator: "; ")
        return VAEError(
            .diverged, "\(loss == nil ? "gradient" : "loss") in \(place)", "is not a finite number",
            found: found,
            advice: "A smaller learning rate usually helps, or a warm-up of an epoch.")
    }

    /// The first tensor with an element that is not finite.
    private func firstTensorNotFinite(_ element: (Int) -> Float) -> String? {
        engine.network.layout.entries.first { entry in entry.range.contains { !element($0).isFinite } }?.name
    }

    /// Indices of images in the training set, in their order in the batch; of many the first, so that what to do next is not lost
    /// behind them.
    private static func list(_ images: some Collection<UInt32>) -> String {
        let shown = images.prefix(listed).map(String.init).joined(separator: " ")
        return images.count > listed ? "\(shown) and \(images.count - listed) more" : shown
    }

    private static let listed = 10
}
