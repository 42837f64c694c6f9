import Foundation
import Kernels
import VAE
import VAECore
import VAEEvaluation

/// The signs in a model and in the course of its training by which the usual causes of a bad result are told apart.
package struct TrainingSigns: Codable, Equatable, Sendable {
    /// The narrowest layer between images and heads, or between z and the output, where it has fewer values than z.
    package let narrowestLayer: NarrowLayer?
    /// The mean σ² of a Gaussian likelihood; nil for others.
    package let variance: Double?
    /// β.
    package let klWeight: Double
    /// Whether the model is told classes, so that z need not tell them apart.
    package let isConditional: Bool
    /// Whether epochs can be added to the run: not where the learning rate has fallen along a cosine.
    package let canGoOn: Bool
    /// Finished epochs, and the one after which the model was as it is.
    package let epochs, epoch: Int
    /// The epoch with the lowest test loss, or the lowest training loss where there is no test set.
    package let bestEpoch: Int?
    /// Nats by which that loss fell in the last fifth of the epochs; nil where there are fewer than two.
    package let lateFall: Double?

    /// A layer by its name, with the values of its output.
    package struct NarrowLayer: Codable, Equatable, Sendable {
        package let name: String
        package let values: Int
    }

    /// - Parameters:
    ///   - history: of the whole run
    ///   - training: nil where it is not known
    ///   - isBest: whether the model is that of the epoch with the lowest loss, not of the last
    /// - Throws: `invalidArgument` when the model's configuration is not valid.
    package init(
        _ model: VariationalAutoencoder, history: [EpochReport], isBest: Bool = false,
        training: TrainingConfiguration?
    ) throws(VAEError) {
        narrowestLayer = try NarrowLayer(model.configuration)
        variance = model.meanVariance
        isConditional = model.configuration.isConditional
        klWeight = training?.klWeight ?? 1
        canGoOn = training?.schedule.decay != .cosine
        epochs = history.count
        bestEpoch = history.best?.epoch
        epoch = (isBest ? bestEpoch : nil) ?? epochs
        let earlier = history.count - max(1, history.count / 5)
        let fall =
            earlier > 0 ? history[earlier - 1].comparedLoss - history[history.count - 1].comparedLoss : nil
        lateFall = fall.flatMap { $0.isFinite ? $0 : nil }
    }
}

extension TrainingSigns.NarrowLayer {
    fileprivate init?(_ model: ModelConfiguration) throws(VAEError) {
        let topology = try Topology(model)
        let heads: Set = [topology.mean, topology.logVariance]
        let narrowest = (Array(topology.encoder) + Array(topology.decoder)).map { topology.plan.nodes[$0] }
            .filter { !heads.contains($0.output) && $0.output != topology.output }
            .map { Self(name: $0.name, values: topology.plan.values[$0.output].count) }
            .min { $0.values < $1.values }
        guard let narrowest, narrowest.values < model.latentSize else { return nil }
        self = narrowest
    }
}

extension VariationalAutoencoder {
    /// The mean σ² of a Gaussian likelihood over the values of an image; nil for other likelihoods.
    fileprivate var meanVariance: Double? {
        let floor: Double
        switch configuration.likelihood {
        case .gaussian: floor = 0
        case .gaussianChannel, .gaussianValue: floor = DiagonalGaussian.leastVariance
        default: return nil
        }
        guard let weight = weights.first(where: { $0.name == "decoder.log_variance" }) else { return nil }
        let sum = weight.values.reduce(0.0) { $0 + floor + exp(Double($1)) }
        return sum.isFinite ? sum / Double(weight.values.count) : nil
    }
}
