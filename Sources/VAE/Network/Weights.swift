import Kernels

/// A network's parameters, and the second form in which direct convolutions want some of the kernels.
struct Weights: Sendable {
    let parameters: FloatRegion
    /// What `Network.prepare` makes of the parameters; it has to be called after each of their changes.
    let prepared: FloatRegion
}

extension Network {
    /// Layers that `prepare` has work for.
    var preparedLayers: Int { convolutions.count + transposed.count }

    /// Brings `weights.prepared` up to date for one of the `preparedLayers`; nothing else writes to its part.
    func prepare(_ index: Int, _ weights: Weights) {
        if index < convolutions.count {
            let placed = convolutions[index]
            guard !placed.prepared.isEmpty else { return }
            placed.layer.prepare(
                weights.parameters[placed.weights.kernel], into: weights.prepared[placed.prepared])
        } else {
            let placed = transposed[index - convolutions.count]
            placed.layer.prepare(
                weights.parameters[placed.weights.kernel], into: weights.prepared[placed.prepared])
        }
    }
}
