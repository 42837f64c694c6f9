import Kernels

/// The time of training steps by their parts: seconds of each node's calls and of what is around them, added up while steps run.
///
/// One for each workspace, so that threads share nothing. Reading the clock twice a call costs some 0.05 µs, and nothing where nobody
/// asked for times.
final class StepTimes: @unchecked Sendable {
    /// Nodes forward, then nodes back, then the rest in the order of `Phase`.
    private var seconds: [Double]
    private let nodes: Int

    enum Phase: Int, CaseIterable {
        case load, objective, update, pack

        /// What it is, for people.
        var title: String {
            switch self {
            case .load: "pixels, noise"
            case .objective: "objective"
            case .update: "sum of gradients, Adam"
            case .pack: "packed kernels"
            }
        }
    }

    init(nodes: Int) {
        self.nodes = nodes
        seconds = [Double](repeating: 0, count: 2 * nodes + Phase.allCases.count)
    }

    func add(forward node: Int, since start: Double) { seconds[node] += Self.now - start }
    func add(backward node: Int, since start: Double) { seconds[nodes + node] += Self.now - start }
    func add(_ phase: Phase, since start: Double) { seconds[2 * nodes + phase.rawValue] += Self.now - start }

    /// The seconds added up since the last call.
    func take() -> [Double] {
        defer { for index in seconds.indices { seconds[index] = 0 } }
        return seconds
    }

    /// Seconds since some moment.
    static var now: Double { (ContinuousClock.now - origin) / .seconds(1) }
    private static let origin = ContinuousClock.now
}

/// A part of training steps and the time that it took.
package struct TimedPart: Sendable, Hashable {
    package enum Direction: String, Sendable {
        case forward, backward
        /// Neither.
        case step
    }

    /// A node's name, or what else it is.
    package let name: String
    package let direction: Direction
    /// The layer's product for one image, and how many of its size the part has an image; nil for what has none.
    package let product: Product?
    package let products: Int
    /// How those are computed.
    package let arithmetic: Arithmetic?
    package let seconds: Double
}

extension Trainer {
    /// Begins to measure the parts of every step.
    package func beginTiming() {
        for workspace in engine.workspaces {
            workspace.times = StepTimes(nodes: engine.network.plan.nodes.count)
        }
        times = StepTimes(nodes: 0)
    }

    /// Begins to record how long each part of every job takes, of a trainer with one thread.
    package func beginRecording() { pool.record = PartTimes() }

    /// The jobs since `beginRecording` or the last call, and the seconds of their parts in the order that they are dealt out: of a step the
    /// shards first, of those that threads share then their gradients, and the parameters with what is packed of them.
    package func takeJobs() -> [[Double]] { pool.record?.take() ?? [] }

    /// Shards of a full batch, and with them the most threads that its gradients keep busy.
    package var shardCount: Int { shards.count }

    /// The parts of the steps since `beginTiming` or the last call, with the seconds of all threads: nodes forward and back in the order of
    /// the plan, then the rest.
    package func takeTimes() -> [TimedPart] {
        let plan = engine.network.plan
        let count = plan.nodes.count
        var seconds = [Double](repeating: 0, count: 2 * count + StepTimes.Phase.allCases.count)
        for workspace in engine.workspaces {
            for (index, value) in (workspace.times?.take() ?? []).enumerated() { seconds[index] += value }
        }
        for (index, value) in (times?.take() ?? []).enumerated() { seconds[2 * count + index] += value }
        let nodes = plan.nodes.enumerated().flatMap { index, node in
            let (arithmetic, givesInputGradient) = (node.layer.arithmetic, plan.givesInputGradient(node))
            return [
                TimedPart(
                    name: node.name, direction: .forward, product: node.layer.product, products: 1,
                    arithmetic: arithmetic?.forward, seconds: seconds[index]),
                TimedPart(
                    name: node.name, direction: .backward, product: node.layer.product,
                    products: givesInputGradient ? 2 : 1,
                    arithmetic: arithmetic.map {
                        givesInputGradient ? $0.weightGradient + $0.inputGradient : $0.weightGradient
                    }, seconds: seconds[count + index]),
            ]
        }
        let others = StepTimes.Phase.allCases.map { phase in
            TimedPart(
                name: phase.title, direction: .step, product: nil, products: 0,
                arithmetic: nil, seconds: seconds[2 * count + phase.rawValue])
        }
        return nodes + others
    }
}
