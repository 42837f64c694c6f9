import Kernels

extension Network {
    /// Micro-batches of a VampPrior's pseudo-inputs.
    var pseudoBatches: MicroBatches {
        let count = topology.prior.pseudoInputs == nil ? 0 : configuration.prior.components
        return MicroBatches(0..<count, size: microBatch)
    }

    /// Gradients of the pseudo-inputs' way through the encoder, beside those of the shards: few, and not by threads.
    var priorParts: Int { min(Self.mostPriorParts, pseudoBatches.count) }

    private static let mostPriorParts = 4
}

/// A learned prior at work: its components are made of the parameters once a step, and their gradient goes back to the parameters when all
/// images have added to it.
extension Engine {
    /// Brings the prior's components up to date with the parameters. Allocates nothing.
    func preparePrior(_ weights: Weights) {
        let prior = network.topology.prior
        guard let mixture = prior.mixture else { return }
        let components = weights.parameters[prior.components]
        if prior.pseudoInputs != nil {
            let batches = network.pseudoBatches
            pool.run(parts: batches.count, with: (self, weights, batches)) { context, worker, part in
                let (engine, weights, batches) = context
                engine.encodePseudoInputs(batches[part], weights, engine.workspaces[worker])
            }
            mixture.setEqualWeights(components)
        } else {
            mixture.setWeights(logits: weights.parameters[prior.own[0]], components)
            components[mixture.means].copy(from: weights.parameters[prior.own[1]])
            components[mixture.logVariances].copy(from: weights.parameters[prior.own[2]])
        }
        mixture.prepare(components)
    }

    /// Some pseudo-inputs through the encoder, to means and log-variances of the prior.
    private func encodePseudoInputs(_ range: Range<Int>, _ weights: Weights, _ workspace: Workspace) {
        network.encode(pseudoInputs: range, weights, workspace)
        let (prior, size) = (network.topology.prior, network.configuration.latentSize)
        guard let mixture = prior.mixture else { return }
        let components = weights.parameters[prior.components]
        let place = range.lowerBound * size..<range.upperBound * size
        components[mixture.means][place].copy(from: workspace.mean.prefix(place.count))
        components[mixture.logVariances][place].copy(from: workspace.logVariance.prefix(place.count))
    }

    /// The gradient by the prior's components, added up over the shards, brought back to the parameters: into the first shard's gradient, and
    /// where it goes through the encoder into those behind the shards'. Allocates nothing.
    /// - Parameters:
    ///   - gradients: rows of `length`, the shards' first
    ///   - shards: rows that are the shards'
    ///   - sharing: how threads share what goes through the encoder; nil where each part of it is a thread's
    func finishPriorGradient(
        _ weights: Weights, _ gradients: FloatRegion, length: Int, shards: Int, _ sharing: SharedPseudoInputs?
    ) {
        let prior = network.topology.prior
        guard let mixture = prior.mixture else { return }
        PairwiseSum.addRows(gradients, count: shards, length: length, range: prior.components)
        let first = gradients.prefix(length)
        let sums = first[prior.components]
        guard prior.pseudoInputs != nil else {
            mixture.addLogitGradient(
                sums, components: weights.parameters[prior.components], into: first[prior.own[0]])
            first[prior.own[1]].add(sums[mixture.means])
            first[prior.own[2]].add(sums[mixture.logVariances])
            return
        }
        let rows = PriorRows(
            parts: 0..<network.priorParts, gradients: gradients, length: length, row: shards)
        backwardPseudoInputs(weights, rows, sharing)
    }

    /// The gradient by a VampPrior's components, in the first row, brought back through the encoder. Allocates nothing.
    /// - Parameter sharing: with which all threads share it; nil where each part is a thread's
    func backwardPseudoInputs(_ weights: Weights, _ rows: PriorRows, _ sharing: SharedPseudoInputs?) {
        if let sharing { return sharing.backward(self, weights, rows) }
        pool.run(parts: rows.parts.count, with: (self, weights, rows)) { context, worker, part in
            let (engine, weights, rows) = context
            let (network, batches) = (engine.network, engine.network.pseudoBatches)
            let gradient = rows.gradient(part)
            gradient.fill(with: 0)
            let first = rows.parts.lowerBound + part
            for batch in stride(from: first, to: batches.count, by: network.priorParts) {
                network.backward(
                    pseudoInputs: batches[batch], from: rows.gradients, into: gradient, weights,
                    engine.workspaces[worker])
            }
        }
    }
}

/// Pseudo-inputs in a workspace.
extension Network {
    /// Some pseudo-inputs through the encoder.
    func encode(pseudoInputs range: Range<Int>, _ weights: Weights, _ workspace: Workspace) {
        guard let all = topology.prior.pseudoInputs else { return }
        let size = configuration.imageShape.count
        workspace.images.prefix(range.count * size).copy(
            from: weights.parameters[all][range.lowerBound * size..<range.upperBound * size])
        encode(weights, workspace, count: range.count)
    }

    /// The gradient by the components that some pseudo-inputs have become, to where the way back begins.
    func takePriorGradient(_ range: Range<Int>, from sums: FloatRegion, _ workspace: Workspace) {
        let (prior, size) = (topology.prior, configuration.latentSize)
        guard let mixture = prior.mixture, let mean = workspace.meanGradient,
            let logVariance = workspace.logVarianceGradient
        else { return }
        let place = range.lowerBound * size..<range.upperBound * size
        let components = sums[prior.components]
        mean.prefix(place.count).copy(from: components[mixture.means][place])
        logVariance.prefix(place.count).copy(from: components[mixture.logVariances][place])
    }

    /// Adds the gradient by some pseudo-inputs, which the way back has left.
    func addImageGradient(_ range: Range<Int>, _ workspace: Workspace, into gradient: FloatRegion) {
        guard let all = topology.prior.pseudoInputs, let images = workspace.imagesGradient else { return }
        let values = configuration.imageShape.count
        gradient[all][range.lowerBound * values..<range.upperBound * values].add(
            images.prefix(range.count * values))
    }

    /// Some pseudo-inputs through the encoder and back.
    fileprivate func backward(
        pseudoInputs range: Range<Int>, from sums: FloatRegion, into gradient: FloatRegion,
        _ weights: Weights, _ workspace: Workspace
    ) {
        encode(pseudoInputs: range, weights, workspace)
        takePriorGradient(range, from: sums, workspace)
        let pass = BackwardPass(count: range.count, gradients: gradient, accumulating: true, klScale: 0)
        for index in backwardOrder where index < topology.latent {
            workspace.nodes[index].layer.backward(workspace.nodes[index].binding, weights, pass)
        }
        addImageGradient(range, workspace, into: gradient)
    }
}
