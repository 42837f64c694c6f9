/// What a training run says after every optimiser step.
public struct StepReport: Sendable, Hashable {
    /// From 1.
    public let epoch: Int
    /// From 1, within the epoch.
    public let step: Int
    public let stepsPerEpoch: Int
    /// Images of the epoch so far.
    public let images: Int
    public let imagesPerEpoch: Int
    /// Means over the images of the epoch so far, each taken when its batch was trained on.
    public let running: Losses
}

/// What a training run says after every epoch.
public struct EpochReport: Sendable, Hashable, Codable {
    /// From 1.
    public let epoch: Int
    /// Means over the epoch's images, each taken when its batch was trained on.
    public let train: Losses
    /// After the epoch, over the whole test set, z sampled once an image; nil without a test set.
    public let test: Losses?
    /// Training time of the epoch, without the test, in seconds.
    public let seconds: Double
    /// Training images over training time.
    public let imagesPerSecond: Double

    /// A report read from a table.
    package init(epoch: Int, train: Losses, test: Losses?, seconds: Double, imagesPerSecond: Double) {
        self.epoch = epoch
        self.train = train
        self.test = test
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
    }
}
