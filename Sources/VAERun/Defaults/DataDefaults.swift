import VAE
import VAECore
import VAEData

/// The model and the training that suit a data set where nobody says otherwise, and why.
///
/// Small grey drawings, MNIST's among them, get the model of Keras's example; pictures and tables what follows from their size.
///
/// ```swift
/// let defaults = try DataDefaults(data)
/// let trainer = try Trainer(defaults.model, defaults.training)
/// ```
public struct DataDefaults: Sendable {
    /// The sorts of data that are told apart.
    package enum Kind: Sendable, CaseIterable {
        /// Grey images of up to 32×32 that are mostly black or white.
        case drawings
        /// All other images.
        case pictures
        /// Rows of columns.
        case table
    }

    package let kind: Kind
    let shape: ImageShape
    /// Training images, or rows.
    package let trainingImages: Int
    /// p(x|z) for its values.
    package let likelihood: Likelihood

    /// The defaults for a data set, of which it looks at 200 images.
    /// - Throws: what reading them throws, where they are not in memory.
    public init(_ data: Dataset) throws(VAEError) {
        let isBlackAndWhite = data.columns.isEmpty ? try data.train.isMostlyBlackOrWhite() : false
        let shape = data.train.shape
        let isSmall = shape.channels == 1 && max(shape.height, shape.width) <= Self.largestDrawing
        self.init(
            data.columns.isEmpty ? isSmall && isBlackAndWhite ? .drawings : .pictures : .table, shape,
            images: data.train.count, isBlackAndWhite: isBlackAndWhite)
    }

    package init(_ kind: Kind, _ shape: ImageShape, images: Int, isBlackAndWhite: Bool = false) {
        (self.kind, self.shape, trainingImages) = (kind, shape, images)
        likelihood =
            switch kind {
            case .drawings: .bernoulli
            case .pictures: shape.channels > 1 ? .gaussianChannel : isBlackAndWhite ? .bernoulli : .gaussian
            case .table: .gaussianValue
            }
    }

    /// The model.
    public var model: ModelConfiguration {
        ModelConfiguration(
            imageShape: shape, encoderFilters: filters, decoderFilters: decoderFilters,
            encoderUnits: hidden, decoderUnits: filters.isEmpty ? hidden.reversed() : [],
            likelihood: likelihood, latentSize: latentSize)
    }

    /// The training: batches and epochs; all else as in any other.
    public var training: TrainingConfiguration {
        TrainingConfiguration(
            epochs: epochs(batchSize: batchSize), batchSize: batchSize, schedule: schedule)
    }

    /// The longest side of a drawing.
    private static let largestDrawing = 32
}

// MARK: - The model

extension DataDefaults {
    /// Of a table a third of the columns: with as many as there are, each could pass by itself, and none would tell of another.
    package var latentSize: Int {
        switch kind {
        case .drawings: 2
        case .pictures: 32
        case .table: max(1, min(16, (shape.count + 2) / 3))
        }
    }

    /// One convolution for each time that the shorter side can be halved to 4 or more; twice as many filters each time, from 32 to 256.
    /// None for a table, whose columns have no neighbours.
    package var filters: [Int] {
        switch kind {
        case .drawings: return [32, 64]
        case .table: return []
        case .pictures:
            var (filters, side) = ([32], min(shape.height, shape.width) / 2)
            while side >= 8, filters.count < Self.mostLevels {
                filters.append(min(2 * filters[filters.count - 1], 256))
                side /= 2
            }
            return filters
        }
    }

    /// The decoder's filters, from the smallest feature map up. For pictures half of those that would mirror the encoder's: they take little more than
    /// half of the operations, with as many of which 10,000 photographs led further down.
    package var decoderFilters: [Int] {
        kind == .pictures ? filters.dropLast().reversed() + [32] : filters.reversed()
    }

    /// The halvings of an image's sides by the filters, in words: "64×64 halved four times, to 4×4".
    package var halvings: String {
        var (height, width) = (shape.height, shape.width)
        for _ in filters { (height, width) = ((height + 1) / 2, (width + 1) / 2) }
        let times = ["", "once", "twice", "three times", "four times", "five times", "six times"]
        return "\(shape.height)×\(shape.width) halved \(times[filters.count]), to \(height)×\(width)"
    }

    /// Units between the convolutions and the latents. Pictures have none: a narrow layer would let fewer numbers pass than there are
    /// latents, and a wide one took longer to learn.
    package var hidden: [Int] {
        switch kind {
        case .drawings: [16]
        case .pictures: []
        case .table: fullyConnectedHidden
        }
    }

    /// Units of a model without convolutions. Of a table a power of two from 32 to 512, at least four times the columns where that allows,
    /// and half of them.
    package var fullyConnectedHidden: [Int] {
        switch kind {
        case .drawings: return [16]
        case .pictures: return [512, 256]
        case .table:
            var units = 32
            while units < 4 * shape.count, units < 512 { units *= 2 }
            return [units, units / 2]
        }
    }

    /// The reason of the likelihood, to go behind "for".
    package var likelihoodReason: String {
        switch (kind, likelihood) {
        case (.table, _): "columns differ in their noise"
        case (_, .bernoulli): "its pixels are mostly black or white"
        case (_, .gaussianChannel): "colours are no odds of black and white"
        default: "grey levels are no odds of black and white"
        }
    }

    private static let mostLevels = 6
}

// MARK: - The training

extension DataDefaults {
    /// Small sets have few steps in an epoch, and it is steps that a model learns by: on 10,000 photographs as many images in batches of 16
    /// led further down than in batches of 32, and those further than 64 or 128.
    package var batchSize: Int {
        switch kind {
        case .drawings: 128
        case .pictures: trainingImages < 20_000 ? 16 : 64
        case .table: trainingImages < 20_000 ? 32 : 128
        }
    }

    /// The learning rate of pictures falls along a cosine: small batches leave a noise, by which the loss of one epoch is a hundred nats above that of
    /// the one before, until the steps become small. Drawings keep what Keras's example has.
    package var schedule: LearningRateSchedule {
        LearningRateSchedule(kind == .pictures ? .cosine : .constant)
    }

    /// Fifteen for drawings; else as many as some thousand steps take, within bounds: two thousand for pictures, which few hundred are learnt by heart
    /// in, six thousand for tables.
    package func epochs(batchSize: Int) -> Int {
        let steps = (trainingImages + batchSize - 1) / max(1, batchSize)
        func epochs(of wanted: Int) -> Int { (wanted + steps - 1) / max(1, steps) }
        return switch kind {
        case .drawings: 15
        case .pictures: max(15, min(60, epochs(of: 2_000)))
        case .table: max(10, min(200, epochs(of: 6_000)))
        }
    }
}

extension ImageSet {
    /// Whether a third of the values or more are nearly 0 or 1, as in drawings, in up to 200 images spread over all.
    fileprivate func isMostlyBlackOrWhite() throws(VAEError) -> Bool {
        let looked = min(count, 200)
        var extreme = 0
        for index in 0..<looked {
            let image = index * count / looked
            for value in try values(of: image..<image + 1).floats where value < 0.04 || value > 0.96 {
                extreme += 1
            }
        }
        return 3 * extreme >= looked * shape.count
    }
}
