import VAECore

/// The report of one optimiser step of a training.
public struct StepReport: Sendable, Hashable {
    /// From 1.
    public let epoch: Int
    /// From 1, within the epoch.
    public let step: Int
    /// Optimiser steps that make an epoch.
    public let stepsPerEpoch: Int
    /// Images of the epoch so far.
    public let images: Int
    /// Images of the training set.
    public let imagesPerEpoch: Int
    /// Means over the images of the epoch so far, each taken when its batch was trained on.
    public let running: Losses
    /// The learning rate of this step, as the schedule made it.
    public let learningRate: Double
}
