import VAECore

/// The settings of a training. Together with the data, the model's configuration and nothing else, they
/// determine every bit of the result.
public struct TrainingConfiguration: Sendable, Hashable, Codable {
    /// Passes over the training images.
    public var epochs: Int
    /// Images of an optimiser step; the last batch of an epoch takes what is left.
    public var batchSize: Int
    /// Adam's step size.
    public var learningRate: Double
    /// Decay of Adam's running mean of gradients.
    public var beta1: Double
    /// Decay of Adam's running mean of squared gradients.
    public var beta2: Double
    /// ε, which Adam adds to the root of the squared gradients' running mean, against division by zero.
    public var epsilon: Double
    /// β, the weight of the KL divergence in the loss; 1 is the evidence lower bound.
    public var klWeight: Double
    /// Names every random number of a run: weights, shuffling, noise.
    public var seed: UInt64
    /// The schedule of the learning rate as the training goes on.
    public var schedule: LearningRateSchedule
    /// Ends the training when the loss has not fallen below its lowest for so many epochs; nil never does. The loss is the
    /// test set's, or that of training where there is no test set.
    public var patience: Int?
    /// Makes the images black and white: those of training as they are read, `stochastic` anew in every epoch; those of the test set once, and
    /// the same in every training, as `ImageSet.binarized` does. nil takes them as they are.
    public var binarization: Binarization?
    /// Changes the images of training at random, anew in every epoch, before they are made black and white where they are; the test
    /// set stays as it is. nil takes them as they are.
    public var augmentation: Augmentation?
    /// The course of the KL divergence's weight; nil keeps it at ``klWeight`` from the first step.
    public var klSchedule: KLSchedule?
    /// λ, the nats of each latent dimension of an image that cost nothing less to save: Σ max(λ, KLⱼ) in place of the KL divergence, while training.
    /// nil for none.
    public var freeBits: Double?
    /// A target of the KL divergence in place of its least; nil for none.
    public var capacity: KLCapacity?
    /// Several draws of z of each image and the bound on ln p(x) that they make together; nil for one draw and the evidence lower bound.
    public var importance: ImportanceWeighting?
    /// λ of AdamW: every step takes learning rate · λ of themselves off the kernels, of biases, normalisation and the likelihood's own parameters
    /// nothing. nil for Adam.
    public var weightDecay: Double?
    /// The largest norm of the gradient of a step, over all parameters that the optimiser trains; nil for any.
    public var clipNorm: Double?
    /// The decay of an exponential moving average of the parameters, which is measured and written in their place; nil for none.
    public var averaging: Double?

    /// The settings of a training; ``validate()`` and ``Trainer`` check the numbers. The defaults are those of Keras's example.
    public init(
        epochs: Int = 15, batchSize: Int = 128, learningRate: Double = 1e-3, beta1: Double = 0.9,
        beta2: Double = 0.999, epsilon: Double = 1e-7, klWeight: Double = 1, seed: UInt64 = 0,
        schedule: LearningRateSchedule = LearningRateSchedule(), patience: Int? = nil,
        binarization: Binarization? = nil, augmentation: Augmentation? = nil, klSchedule: KLSchedule? = nil,
        freeBits: Double? = nil, capacity: KLCapacity? = nil, importance: ImportanceWeighting? = nil,
        weightDecay: Double? = nil,
        clipNorm: Double? = nil, averaging: Double? = nil
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.klWeight = klWeight
        self.seed = seed
        self.schedule = schedule
        self.patience = patience
        self.binarization = binarization
        self.augmentation = augmentation
        self.klSchedule = klSchedule
        self.freeBits = freeBits
        self.capacity = capacity
        self.importance = importance
        self.weightDecay = weightDecay
        self.clipNorm = clipNorm
        self.averaging = averaging
    }

    /// Reads what any version wrote: what later versions added has its default.
    /// - Throws: `DecodingError` when a field is missing or has another type.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        epochs = try values.decode(Int.self, forKey: .epochs)
        batchSize = try values.decode(Int.self, forKey: .batchSize)
        learningRate = try values.decode(Double.self, forKey: .learningRate)
        beta1 = try values.decode(Double.self, forKey: .beta1)
        beta2 = try values.decode(Double.self, forKey: .beta2)
        epsilon = try values.decode(Double.self, forKey: .epsilon)
        klWeight = try values.decode(Double.self, forKey: .klWeight)
        seed = try values.decode(UInt64.self, forKey: .seed)
        schedule =
            try values.decodeIfPresent(LearningRateSchedule.self, forKey: .schedule) ?? LearningRateSchedule()
        patience = try values.decodeIfPresent(Int.self, forKey: .patience)
        binarization = try values.decodeIfPresent(Binarization.self, forKey: .binarization)
        augmentation = try values.decodeIfPresent(Augmentation.self, forKey: .augmentation)
        klSchedule = try values.decodeIfPresent(KLSchedule.self, forKey: .klSchedule)
        freeBits = try values.decodeIfPresent(Double.self, forKey: .freeBits)
        capacity = try values.decodeIfPresent(KLCapacity.self, forKey: .capacity)
        importance = try values.decodeIfPresent(ImportanceWeighting.self, forKey: .importance)
        weightDecay = try values.decodeIfPresent(Double.self, forKey: .weightDecay)
        clipNorm = try values.decodeIfPresent(Double.self, forKey: .clipNorm)
        averaging = try values.decodeIfPresent(Double.self, forKey: .averaging)
    }

    /// The most epochs a run may have.
    package static let mostEpochs = 1_000_000

    /// - Throws: `invalidArgument` naming the field, its range and its value; `nan` is in no range. Training computes in
    ///   single precision, in which each value must still be in its range.
    public func validate() throws(VAEError) {
        try VAEError.require("epochs", epochs, in: 1...Self.mostEpochs)
        try VAEError.require("batch size", batchSize, in: 1...1 << 20)
        try VAEError.require(
            "learning rate", Float(learningRate) > 0 && Float(learningRate).isFinite,
            expected: "a positive, finite number in single precision", found: "\(learningRate)")
        for (name, beta) in [("beta1", beta1), ("beta2", beta2)] {
            try VAEError.require(
                name, beta >= 0 && Float(beta) < 1, expected: "0 or more and below 1 in single precision",
                found: "\(beta)")
        }
        try VAEError.require(
            "epsilon", Float(epsilon) > 0 && Float(epsilon).isFinite,
            expected: "a positive, finite number in single precision", found: "\(epsilon)")
        try VAEError.require(
            "KL weight", klWeight >= 0 && Float(klWeight).isFinite,
            expected: "a finite number in single precision, 0 or more", found: "\(klWeight)")
        if let patience { try VAEError.require("patience", patience, in: 1...) }
        try schedule.validate(epochs: epochs)
        try augmentation?.validate()
        try validateObjective()
        try validateOptimizer()
    }
}
