import Kernels

extension Network {
    /// Micro-batches of a VampPrior's pseudo-inputs.
    fileprivate var pseudoBatches: MicroBatches {
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
        load(pseudoInputs: range, weights, workspace)
        network.encode(weights, workspace, count: range.count)
        let (prior, size) = (network.topology.prior, network.configuration.latentSize)
        guard let mixture = prior.mixture else { return }
        let components = weights.parameters[prior.components]
        let place = range.lowerBound * size..<range.upperBound * size
        components[mixture.means][place].copy(from: workspace.mean.prefix(place.count))
        components[mixture.logVariances][place].copy(from: workspace.logVariance.prefix(place.count))
    }

    private func load(pseudoInputs range: Range<Int>, _ weights: Weights, _ workspace: Workspace) {
        guard let all = network.topology.prior.pseudoInputs else { return }
        let size = network.configuration.imageShape.count
        workspace.images.prefix(range.count * size).copy(
            from: weights.parameters[all][range.lowerBound * size..<range.upperBound * size])
    }

    /// The gradient by the prior's components, added up over the shards, brought back to the parameters: into the first shard's gradient, and
    /// where it goes through the encoder into those behind the shards'. Allocates nothing.
    /// - Parameters:
    ///   - gradients: rows of `length`, the shards' first
    ///   - shards: rows that are the shards'
    func finishPriorGradient(_ weights: Weights, _ gradients: FloatRegion, length: Int, shards: Int) {
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
        backwardPseudoInputs(0..<network.priorParts, weights, gradients, length: length, row: shards)
    }

    /// The gradient by a VampPrior's components, in the first row, brought back through the encoder. Allocates nothing.
    /// - Parameters:
    ///   - parts: of the pseudo-inputs' gradients, some of ``Network/priorParts``
    ///   - gradients: rows of `length`
    ///   - row: where the first of the parts goes
    func backwardPseudoInputs(
        _ parts: Range<Int>, _ weights: Weights, _ gradients: FloatRegion, length: Int, row: Int
    ) {
        let (batches, first) = (network.pseudoBatches, parts.lowerBound)
        pool.run(parts: parts.count, with: (self, weights, batches, gradients, length, row, first)) {
            context, worker, index in
            let (engine, weights, batches, gradients, length, row, first) = context
            let (part, place) = (first + index, (row + index) * length)
            let gradient = gradients[place..<place + length]
            gradient.fill(with: 0)
            for batch in stride(from: part, to: batches.count, by: engine.network.priorParts) {
                engine.backward(
                    pseudoInputs: batches[batch], from: gradients.prefix(length), into: gradient, weights,
                    engine.workspaces[worker])
            }
        }
    }

    /// Some pseudo-inputs through the encoder and back.
    private func backward(
        pseudoInputs range: Range<Int>, from sums: FloatRegion, into gradient: FloatRegion,
        _ weights: Weights, _ workspace: Workspace
    ) {
        let prior = network.topology.prior
        guard let all = prior.pseudoInputs, let mixture = prior.mixture, let mean = workspace.meanGradient,
            let logVariance = workspace.logVarianceGradient, let images = workspace.imagesGradient
        else { return }
        load(pseudoInputs: range, weights, workspace)
        network.encode(weights, workspace, count: range.count)
        let size = network.configuration.latentSize
        let place = range.lowerBound * size..<range.upperBound * size
        let components = sums[prior.components]
        mean.prefix(place.count).copy(from: components[mixture.means][place])
        logVariance.prefix(place.count).copy(from: components[mixture.logVariances][place])
        let pass = BackwardPass(count: range.count, gradients: gradient, accumulating: true, klScale: 0)
        for index in network.backwardOrder where index < network.topology.latent {
            workspace.nodes[index].layer.backward(workspace.nodes[index].binding, weights, pass)
        }
        let values = network.configuration.imageShape.count
        gradient[all][range.lowerBound * values..<range.upperBound * values].add(
            images.prefix(range.count * values))
    }
}
