import Kernels
import VAECore

/// A VampPrior's pseudo-inputs on their way back through the encoder where threads share it: of each part of their gradient, of which there are
/// four at most, a micro-batch at a time, as threads share shards.
struct SharedPseudoInputs: Sendable {
    /// Of each part, the images of a unit counted from the micro-batch's first.
    private let units: [[(images: Range<Int>, workspace: Workspace)]]
    /// A micro-batch of each part.
    private let workspaces: [Workspace]
    /// Of the gradient of the encoder, the longest first.
    private let tasks: [GradientTask]

    /// - Parameters:
    ///   - parts: of the gradient, those of this rank
    ///   - threads: of the team
    /// - Returns: nil where each part is a thread's, the network's way back does not come apart, or memory does not reach
    init?(_ network: Network, parts: Int, threads: Int) {
        guard parts > 0, threads > parts, network.isSeparable else { return nil }
        // The encoder knows of no draws.
        let (single, capacity) = (network.single, network.microBatch)
        let floats = Workspace.count(single, capacity: capacity, training: true, isShared: true)
        do {
            try Engine.demand(floats: parts * floats)
            workspaces = try (0..<parts).map { _ in
                try Workspace(single, capacity: capacity, training: true, isShared: true)
            }
        } catch {
            // It goes on without: a thread that waits costs time alone.
            return nil
        }
        let size = SharedShards.imagesPerUnit(
            MicroBatches(0..<capacity, size: capacity), shards: parts, threads: threads)
        units = workspaces.map { workspace in
            MicroBatches(0..<capacity, size: size).map { ($0, workspace.slice($0, single)) }
        }
        tasks = network.gradientTasks.filter { task in
            if case .node(let index, _) = task.sum { network.topology.encoder.contains(index) } else { false }
        }
    }

    /// What all threads are told.
    private struct Work {
        let engine: Engine
        let sharing: SharedPseudoInputs
        let weights: Weights
        let rows: PriorRows
        /// Of the micro-batches of a part, the one at work.
        var round = 0

        /// The pseudo-inputs of a part at work; none where it has no more.
        func images(_ part: Int) -> Range<Int> {
            let batches = engine.network.pseudoBatches
            let batch = rows.parts.lowerBound + part + round * engine.network.priorParts
            return batch < batches.count ? batches[batch] : 0..<0
        }

        func pass(_ part: Int, _ count: Int) -> BackwardPass {
            BackwardPass(count: count, gradients: rows.gradient(part), accumulating: true, klScale: 0)
        }
    }

    /// The gradient by the prior's components, in the first row, brought back through the encoder. Allocates nothing.
    func backward(_ engine: Engine, _ weights: Weights, _ rows: PriorRows) {
        var work = Work(engine: engine, sharing: self, weights: weights, rows: rows)
        let parts = rows.parts.count
        engine.pool.run(parts: parts, with: rows) { rows, _, part in rows.gradient(part).fill(with: 0) }
        let (batches, stride) = (engine.network.pseudoBatches.count, engine.network.priorParts)
        for round in 0..<(batches + stride - 1) / stride {
            work.round = round
            engine.pool.run(parts: parts * units[0].count, with: work) { work, worker, index in
                let (part, unit) = index.quotientAndRemainder(dividingBy: work.sharing.units[0].count)
                work.sharing.propagate(part, unit, work, work.engine.workspaces[worker])
            }
            engine.pool.run(parts: parts * tasks.count, with: work) { work, worker, index in
                let (task, part) = index.quotientAndRemainder(dividingBy: work.rows.parts.count)
                let count = work.images(part).count
                guard count > 0 else { return }
                work.engine.network.sum(
                    work.sharing.tasks[task], work.weights, work.sharing.workspaces[part],
                    own: work.engine.workspaces[worker], work.pass(part, count))
            }
        }
    }

    /// A unit of a part, to the gradients of activations and of the pseudo-inputs.
    private func propagate(_ part: Int, _ unit: Int, _ work: Work, _ own: Workspace) {
        let (network, all, unit) = (work.engine.network, work.images(part), units[part][unit])
        let start = all.lowerBound
        let images = (start + unit.images.lowerBound..<start + unit.images.upperBound).clamped(to: all)
        guard !images.isEmpty else { return }
        unit.workspace.borrow(from: own)
        network.encode(pseudoInputs: images, work.weights, unit.workspace)
        network.takePriorGradient(images, from: work.rows.gradients, unit.workspace)
        let pass = work.pass(part, images.count)
        for index in network.backwardOrder where index < network.topology.latent {
            network.propagate(index, work.weights, unit.workspace, pass)
        }
        network.addImageGradient(images, unit.workspace, into: pass.gradients)
    }
}

/// The rows that some parts of a VampPrior's gradient go to, behind those of the shards, of which the first has the gradient by its components.
struct PriorRows {
    /// Of ``Network/priorParts``.
    let parts: Range<Int>
    let gradients: FloatRegion
    /// Floats of a row.
    let length: Int
    /// That of the first part.
    let row: Int

    /// The row of a part, counted from the first of these.
    func gradient(_ part: Int) -> FloatRegion { gradients[(row + part) * length..<(row + part + 1) * length] }
}
