import VAECore

/// What a training run says after every optimiser step.
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
    /// What the schedule made of the learning rate for this step.
    public let learningRate: Double
}
