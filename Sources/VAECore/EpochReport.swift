/// The report of one epoch of a training.
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

    /// The loss that epochs are compared by, in nats per image: the test loss, or the training loss where there is no test set;
    /// of a training whose objective changes as it goes on, training losses are of different objectives, and test losses of the last one.
    public var comparedLoss: Double { (test ?? train).total }

    /// Losses in nats per image, means over the epoch's images and the test set's; seconds without the test; images per second.
    public init(epoch: Int, train: Losses, test: Losses?, seconds: Double, imagesPerSecond: Double) {
        self.epoch = epoch
        self.train = train
        self.test = test
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
    }
}

extension Sequence where Element == EpochReport {
    /// The epoch with the lowest loss that is a number, the first of equals; nil where there is none.
    public var best: EpochReport? {
        filter { $0.comparedLoss.isFinite }.min { $0.comparedLoss < $1.comparedLoss }
    }
}
