import Kernels
import ReferenceKernels
import VAE
import VAECore

/// The time of a training step by its parts, on one thread: each node of the network forward and back, and what is around them, timed
/// within real steps.
struct LayerSpeed {
    struct Row {
        let part: TimedPart
        /// Operations of the part's products in a step; 0 where it has none.
        let flop: Int
        /// Steps per second, if a step were this part alone.
        var rounds = Rounds()
        /// Relative, against the layer's plain form; nil for what is no layer with products.
        var error: Double?
    }

    private(set) var rows: [Row]
    /// Images that go through the network together.
    let microBatch: Int
    /// Steps per second.
    private(set) var steps = Rounds()
    /// On one thread.
    private(set) var limits = Limits()

    /// Operations of a step's products, of all rows that were asked for.
    var flop: Int { rows.reduce(0) { $0 + $1.flop } }
    /// Seconds of a step that are in none of the rows.
    var rest: Double { 1 / steps.best - rows.reduce(0) { $0 + 1 / $1.rounds.best } }

    private static let warmUp = 2

    init(_ workload: Workload, filter: String?, rounds: Int, progress: (String) -> Void) throws {
        let wanted = rounds + Self.warmUp
        let perEpoch = min(wanted, workload.images.count / Workload.batch)
        let trainer = try Trainer(
            workload.model,
            TrainingConfiguration(epochs: (wanted + perEpoch - 1) / perEpoch, batchSize: Workload.batch),
            threads: 1, products: workload.products)
        microBatch = trainer.microBatch
        trainer.beginTiming()
        let parts = trainer.takeTimes()
        let chosen = parts.indices.filter { index in filter.map { parts[index].name.contains($0) } ?? true }
        guard !chosen.isEmpty else {
            throw VAEError(
                .invalidArgument, "--filter", "matches no layer and no other part of a step",
                expected: parts.filter { $0.direction != .backward }.map(\.name).joined(separator: ", "),
                found: filter ?? "")
        }
        progress("layers: errors")
        let plan = try Topology(workload.model, tiles: workload.products.tiles).plan
        var errors: [String: LayerErrors] = [:]
        for node in plan.nodes where chosen.contains(where: { parts[$0].name == node.name }) {
            guard node.layer.arithmetic != nil, let layer = node.layer as? any Layer & ReferenceLayer else {
                continue
            }
            errors[node.name] = try LayerErrors(layer, inputCount: plan.values[node.inputs[0]].count)
        }
        var rows = chosen.map { index in
            let part = parts[index]
            let found = errors[part.name]
            return Row(
                part: part, flop: part.products * (part.product?.flop ?? 0) * Workload.batch,
                error: part.direction == .forward ? found?.forward : found?.backward)
        }
        let peak = try ProductPeak(threads: 1)
        var (steps, limits) = (Rounds(), Limits())
        var done = 0
        var start = ContinuousClock.now
        try trainer.fit(workload.images.slice(0..<perEpoch * Workload.batch)) { _ in
            let taken = (ContinuousClock.now - start) / .seconds(1)
            let times = trainer.takeTimes()
            done += 1
            if done > Self.warmUp {
                progress("layers: round \(done - Self.warmUp) of \(rounds)")
                steps.append(1 / taken)
                for (row, index) in chosen.enumerated() { rows[row].rounds.append(1 / times[index].seconds) }
                if (done - Self.warmUp) % 4 == 1 { limits.append(peak) }
            }
            start = .now
        }
        self.rows = rows
        self.steps = steps
        self.limits = limits
    }
}
