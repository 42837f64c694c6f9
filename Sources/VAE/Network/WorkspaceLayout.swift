import Kernels

/// When each value of a plan, its gradient and what layers keep are needed, and where they lie in a workspace.
///
/// Time counts calls: the nodes forward, the loss, the nodes back. A value is needed from the call that writes it to the last that
/// reads it; two that are never needed together may lie in the same place, unless threads share the workspace's images and each is at another call.
struct WorkspaceLayout {
    /// A region that the arena places.
    struct Block {
        let number: Int
        let count: Int
    }

    let values: [Block]
    /// nil where none is needed.
    private(set) var gradients: [Block?]
    /// Floats that each node keeps from the forward to the backward pass.
    let kept: [Block]
    /// Shared by all nodes, each within its call.
    let scratch: Block
    let reconstruction, klDivergence, commitment, likelihoodGradients: Block
    /// Of each draw, and of each image what takes the divergence's place: empty where it has a closed form.
    let logPrior, shares, penalty: Block
    /// What it takes to bring an image in, needed before the first node only.
    let loading: Block
    let offsets: [Int]
    /// Floats of all together.
    let count: Int

    /// - Parameters:
    ///   - loading: floats of scratch to bring an image in
    ///   - isShared: whether everything has a place of its own, but for scratch, which the threads bring along
    init(_ network: Network, capacity: Int, training: Bool, loading: Int = 0, isShared: Bool = false) {
        let (plan, topology) = (network.plan, network.topology)
        let (loss, rows) = (plan.nodes.count, capacity * network.draws)
        // Without a way back, nothing is read after the node that it is for.
        var backward = Array(plan.nodes.indices)
        if training {
            for (position, node) in network.backwardOrder.enumerated() {
                backward[node] = loss + 1 + position
            }
        }
        let always = 0...loss + plan.nodes.count
        let needs = plan.nodes.map { node in
            node.layer.needs(
                images: topology.isOfDraws(node.output) ? rows : capacity,
                givesInputGradient: plan.givesInputGradient(node))
        }
        // What comes in has a row for each draw as well, since the decoder's side reads it, too.
        func size(_ value: Int) -> Int {
            plan.values[value].count * (topology.isOfDraws(value) ? rows : capacity)
        }
        var arena = Arena()
        func reserve(_ count: Int, _ time: ClosedRange<Int>) -> Block {
            Block(number: arena.reserve(count, during: time), count: count)
        }

        // What callers bring and take stays where it is.
        var lasting: Set = [
            topology.images, topology.noise, topology.mean, topology.logVariance, topology.z,
        ]
        if let labels = topology.labels { lasting.insert(labels) }
        var producers = [Int?](repeating: nil, count: plan.values.count)
        for (index, node) in plan.nodes.enumerated() { producers[node.output] = index }
        values = plan.values.enumerated().map { index, value in
            guard !isShared, !lasting.contains(index), let producer = producers[index] else {
                return reserve(size(index), always)
            }
            var last = index == topology.output ? loss : producer
            for reader in value.readers {
                last = max(last, reader)
                if plan.nodes[reader].layer.backwardReads.contains(.inputs) {
                    last = max(last, backward[reader])
                }
            }
            // The output layer has no activation: the gradient that it is given may take the place of what the loss has read.
            if index == topology.output || plan.nodes[producer].layer.backwardReads.contains(.output) {
                last = max(last, backward[producer])
            }
            return reserve(size(index), producer...last)
        }
        precondition(
            plan.values[topology.output].readers.isEmpty
                && plan.nodes.last { $0.output == topology.output }?.layer.backwardReads.contains(.output)
                    == false,
            "an output whose gradient needs a place of its own")
        gradients = plan.values.map { _ in nil }
        if training {
            for (index, value) in plan.values.enumerated() where value.wantsGradient {
                guard index != topology.output else {
                    gradients[index] = values[index]
                    continue
                }
                let first = value.readers.map { backward[$0] }.min() ?? loss
                let last = isShared ? nil : producers[index].map { backward[$0] }
                gradients[index] = reserve(size(index), last.map { first...$0 } ?? always)
            }
        }
        kept = plan.nodes.indices.map {
            reserve(needs[$0].kept, isShared ? always : $0...max($0, backward[$0]))
        }
        scratch = reserve(isShared ? 0 : needs.reduce(0) { max($0, $1.scratch) }, always)
        reconstruction = reserve(rows, always)
        klDivergence = reserve(capacity, always)
        let sampled = network.isSampled
        logPrior = reserve(sampled ? rows : 0, always)
        shares = reserve(sampled ? rows : 0, always)
        penalty = reserve(sampled ? capacity : 0, always)
        commitment = reserve(topology.quantisation == nil ? 0 : capacity, always)
        likelihoodGradients = reserve(training ? rows * topology.likelihoodParameters.count : 0, always)
        self.loading = reserve(loading, 0...0)
        (offsets, count) = arena.place()
    }
}
