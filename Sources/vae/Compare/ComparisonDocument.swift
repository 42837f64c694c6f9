import VAECore
import VAEConsole
import VAERun

/// The document of `vae compare --json`.
struct ComparisonDocument: Encodable {
    struct Run: Encodable {
        let path: String
        let name: String
        /// The settings that are not the same in all runs; what a run does not have is left out.
        let settings: [String: String]
        let parameters: Int
        let epochs: Int
        let last: Epoch?
        let best: Epoch?
        /// Seconds of training, and images per second in the last epoch.
        let seconds: Double
        let imagesPerSecond: Double?
        /// −ln p(x) in nats, where `vae evaluate` measured it.
        let negativeLogLikelihood: Double?
    }

    struct Epoch: Encodable {
        let epoch: Int
        let train: Part
        let test: Part?

        init(_ report: EpochReport) {
            epoch = report.epoch
            train = Part(report.train)
            test = report.test.map(Part.init)
        }
    }

    /// Losses in nats per image.
    struct Part: Encodable {
        let total, reconstruction, kl: Double?

        init(_ losses: Losses) {
            (total, reconstruction, kl) = (
                losses.total.finite, losses.reconstruction.finite, losses.kl.finite
            )
        }
    }

    struct Group: Encodable {
        let name: String
        let runs: [String]
        let loss: Spread?
    }

    let runs: [Run]
    let groups: [Group]
    let warning: String?

    init(_ comparison: RunComparison) {
        runs = comparison.runs.enumerated().map { index, run in
            let settings = comparison.differences.compactMap { difference in
                difference.values[index].map { (difference.name, $0) }
            }
            return Run(
                path: run.path, name: run.name, settings: Dictionary(uniqueKeysWithValues: settings),
                parameters: run.record.parameters, epochs: run.history.count, last: run.last.map(Epoch.init),
                best: run.best.map(Epoch.init), seconds: run.seconds,
                imagesPerSecond: run.last?.imagesPerSecond.finite,
                negativeLogLikelihood: run.negativeLogLikelihood)
        }
        groups = comparison.groups.map { group in
            Group(name: group.name, runs: group.members.map { comparison.runs[$0].name }, loss: group.loss)
        }
        warning = comparison.warning
    }
}
