import Kernels

/// When kernels are packed within a step: each by the thread that has updated the last of its parameters, while others update the rest.
struct KernelPacking: Sendable {
    /// Of each chunk of the parameters the packed nodes that have some of it, by their numbers among the network's.
    let nodesOfChunk: [[Int]]
    /// Nodes whose parameters are in chunks, and those whose are not, such as a codebook's.
    let ofChunks, others: [Int]
    /// Chunks of each node that have not been updated yet.
    private let left: Countdowns

    init(_ network: Network, chunks: [Range<Int>]) {
        let kernels = network.packedNodes.map { network.plan.nodes[$0].parameters[0] }
        let nodesOfChunk = chunks.map { chunk in kernels.indices.filter { kernels[$0].overlaps(chunk) } }
        let counts = kernels.indices.map { node in nodesOfChunk.count { $0.contains(node) } }
        ofChunks = counts.indices.filter { counts[$0] > 0 }
        others = counts.indices.filter { counts[$0] == 0 }
        left = Countdowns(counts)
        self.nodesOfChunk = nodesOfChunk
    }

    /// Calls `body` with each node whose last parameters were those of a chunk that is done.
    func finish(_ chunk: Int, _ body: (_ node: Int) -> Void) {
        for node in nodesOfChunk[chunk] where left.countDown(node) { body(node) }
    }
}
