import VAECore

/// The state of a training between two steps. With configuration, weights, moments and the finished epochs' reports it
/// determines everything that follows.
struct Progress: Sendable, Hashable {
    /// Optimiser steps since the beginning.
    var stepsTaken = 0
    /// Those of the running epoch.
    var stepsOfEpoch = 0
    /// Summed over the images of the running epoch so far, in the order of its steps.
    var reconstruction = 0.0
    var kl = 0.0
    /// 0 where no loss has a penalty of its own.
    var penalty = 0.0
    /// Training time of the running epoch so far.
    var seconds = 0.0
    /// Digests of the images trained and tested on; nil until training begins.
    var images: DataDigests?

    mutating func finishStep(_ losses: Losses, seconds: Double) {
        stepsTaken += 1
        stepsOfEpoch += 1
        reconstruction += losses.reconstruction
        kl += losses.kl
        penalty += losses.penalty ?? 0
        self.seconds = seconds
    }

    mutating func beginEpoch() {
        (stepsOfEpoch, reconstruction, kl, penalty, seconds) = (0, 0, 0, 0, 0)
    }
}

/// Tells the images of a training from others.
struct DataDigests: Sendable, Hashable {
    var train: SHA256.Digest
    var trainCount: Int
    /// nil without a test set.
    var test: SHA256.Digest?
    var testCount: Int

    /// - Throws: `invalidArgument` saying which images differ from those that a training began with.
    func check(_ others: DataDigests) throws(VAEError) {
        func demand(
            _ name: String, _ known: SHA256.Digest?, _ count: Int, _ given: SHA256.Digest?, _ others: Int
        ) throws(VAEError) {
            guard known != given else { return }
            func describe(_ count: Int, _ digest: SHA256.Digest?) -> String {
                digest.map { "\(count) images with the SHA-256 \($0)" } ?? "none"
            }
            throw VAEError(
                .invalidArgument, name, "are not the ones that the training began with",
                expected: describe(count, known), found: describe(others, given),
                advice: "Give the same images, or begin a new training.")
        }
        try demand("training images", train, trainCount, others.train, others.trainCount)
        try demand("test images", test, testCount, others.test, others.testCount)
    }
}
