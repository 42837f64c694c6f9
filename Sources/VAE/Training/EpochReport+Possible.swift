import VAECore

extension EpochReport {
    /// Whether a training can have reported these numbers. Its own losses are finite, or it would have ended; test losses need not be. What is no density's
    /// logarithm is not negative, nor is a divergence that has a closed form.
    /// - Parameter model: what was trained; nil where that is not known
    package func isPossible(for model: ModelConfiguration?) -> Bool {
        guard seconds >= 0, seconds.isFinite, imagesPerSecond >= 0, imagesPerSecond.isFinite,
            train.total.isFinite,
            train.reconstruction.isFinite, train.kl.isFinite
        else { return false }
        guard let model else { return true }
        let isDensity = model.likelihood.kernel(for: model.imageShape).isDensity
        let hasClosedForm = model.prior.isStandard
        return [train, test ?? train].allSatisfy { losses in
            !(losses.reconstruction < 0 && !isDensity) && !(losses.kl < -Self.rounding && hasClosedForm)
        }
    }

    /// What the divergence of a posterior that is the prior may come to in single precision.
    private static let rounding = 1e-3
}
