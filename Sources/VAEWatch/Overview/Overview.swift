import VAECore
import VAERun

/// Several runs as the page of them is told, in names that its script uses.
struct Overview: Encodable {
    struct Run: Encodable {
        let name: String
        let state: RunState
        /// Place of its group.
        let group: Int
        /// The values of the settings that differ, in their order; nil where a run has no such thing.
        let settings: [String?]
        /// Epochs to train in all.
        let epochs: Int
        let parameters: Int
        let history: [Epoch]
        let negativeLogLikelihood: Double?
        let pictures: [Picture]
        /// The address of the run's own page; nil where there is none.
        let page: String?
    }

    /// Losses in nats per image: the total, the reconstruction and the divergence.
    struct Epoch: Encodable {
        let epoch: Int
        let train: [Double?]
        let test: [Double?]?
        let seconds, imagesPerSecond: Double?

        init(_ report: EpochReport) {
            func numbers(_ losses: Losses) -> [Double?] {
                [losses.total, losses.reconstruction, losses.kl].map { $0.isFinite ? $0 : nil }
            }
            epoch = report.epoch
            train = numbers(report.train)
            test = report.test.map(numbers)
            seconds = report.seconds.isFinite ? report.seconds : nil
            imagesPerSecond = report.imagesPerSecond.isFinite ? report.imagesPerSecond : nil
        }
    }

    struct Picture: Encodable {
        /// One of ``PictureName``.
        let name: String
        /// What the page loads it from.
        let source: String
    }

    struct Group: Encodable {
        let name: String
        /// Place among the page's twenty colours.
        let colour: Int
        let loss: Spread?
    }

    let title: String
    let version = packageVersion
    /// Whether the page asks for this document again.
    let isLive: Bool
    let differences: [String]
    let groups: [Group]
    let runs: [Run]
    /// Run folders that can't be read now, and why.
    let missing: [String]
    /// Folders in which no run has begun yet.
    let awaited: [String]
    let warning: String?

    /// - Parameter part: of the run at a place, its state, its pictures and its page's address
    init(
        _ comparison: RunComparison, isLive: Bool, missing: [String] = [], awaited: [String] = [],
        _ part: (Int) -> (state: RunState, pictures: [Picture], page: String?)
    ) {
        let runs = comparison.runs
        let names = Set(runs.map(\.record.data.name)).sorted()
        let subject =
            switch runs.count {
            case 0: awaited.isEmpty ? "No runs" : "No run yet"
            case 1: runs[0].name
            default: "\(runs.count) runs"
            }
        title = names.count == 1 ? "\(subject) on \(names[0])" : subject
        self.isLive = isLive
        self.missing = missing
        self.awaited = awaited
        warning = comparison.warning
        differences = comparison.shownDifferences.map(\.name)
        let colours = OverviewPage.colours(comparison.groups.count)
        groups = zip(comparison.groups, colours).map { Group(name: $0.name, colour: $1, loss: $0.loss) }
        self.runs = runs.enumerated().map { index, run in
            let (state, pictures, page) = part(index)
            return Run(
                name: run.name, state: state,
                group: comparison.groups.firstIndex { $0.members.contains(index) } ?? 0,
                settings: comparison.shownDifferences.map { $0.values[index] },
                epochs: run.record.training.epochs, parameters: run.record.parameters,
                history: run.history.map(Epoch.init), negativeLogLikelihood: run.negativeLogLikelihood,
                pictures: pictures, page: page)
        }
    }
}

/// How far a run is, as somebody sees who looks at its folder.
enum RunState: String, Encodable {
    /// A program has the folder.
    case training
    /// It has all its epochs.
    case finished
    /// It has not, and nobody trains it.
    case stopped
}

/// The pictures that the page shows, in its order.
enum PictureName: String, CaseIterable {
    case latentSpace = "latent-space"
    case manifold, reconstructions, interpolations, samples
    case latentDimensions = "latent-dimensions"
    case codes, film

    var fileName: String { rawValue + ".png" }

    init?(fileName: String) {
        guard let name = Self.allCases.first(where: { $0.fileName == fileName }) else { return nil }
        self = name
    }
}
