/// The sum over a batch's shards when ranks have some of them each: the fixed tree of ``PairwiseSum``, of which every rank adds whole subtrees
/// before anything is sent, and whoever has their sums the rest.
///
/// The tree knows the number of shards alone, so that the bits are those of one process, for any number of ranks.
struct SharedSum: Sendable, Equatable {
    /// A subtree that one rank adds up: the gradients at `leaves`.
    struct Subtree: Sendable, Equatable {
        let rank: Int
        let leaves: Range<Int>
    }

    /// In the order of their leaves.
    let subtrees: [Subtree]
    /// The additions that are left, one after the other: of a subtree, by its number, another is added to it.
    let additions: [(target: Int, source: Int)]

    /// The shards of a rank: a contiguous part, of which there is one for each rank that differs by one from others at most.
    static func leaves(of rank: Int, of ranks: Int, among count: Int) -> Range<Int> {
        count * rank / ranks..<count * (rank + 1) / ranks
    }

    /// - Parameters:
    ///   - count: shards
    ///   - ranks: among which they are shared
    ///   - others: gradients behind those of the shards, in the same tree, or of many shards in one over their sum; shared among ranks, too
    init(of count: Int, ranks: Int, behind others: Int = 0) {
        let shards = (0..<ranks).map { Self.leaves(of: $0, of: ranks, among: count) }
        let behind = (0..<ranks).map { rank in
            let leaves = Self.leaves(of: rank, of: ranks, among: others)
            return count + leaves.lowerBound..<count + leaves.upperBound
        }
        let isOneTree = others == 0 || count <= GradientWaves.fewest
        var nodes =
            isOneTree ? Self.nodes([shards, behind], of: count + others) : Self.nodes([shards], of: count)
        var additions = Self.additions(above: nodes)
        if !isOneTree {
            // One process has the sum of all shards in one row, before those that are behind.
            let single = behind.enumerated().flatMap { rank, leaves in leaves.map { (rank, $0) } }
            let last = single.enumerated().map { index, leaf in
                Node(
                    level: 0, index: index + 1, subtree: nodes.count + index, rank: leaf.0,
                    leaves: leaf.1..<leaf.1 + 1)
            }
            let sum = Node(level: 0, index: 0, subtree: 0, rank: nodes[0].rank, leaves: 0..<count)
            additions += Self.additions(above: [sum] + last)
            nodes += last
        }
        subtrees = nodes.map { Subtree(rank: $0.rank, leaves: $0.leaves) }
        self.additions = additions
    }

    /// The largest subtrees of which each lies within some leaves that a rank has.
    /// - Parameter parts: leaves of each rank, and again some behind those
    private static func nodes(_ parts: [[Range<Int>]], of count: Int) -> [Node] {
        var nodes: [Node] = []
        for (rank, leaves) in parts.flatMap({ Array($0.enumerated()) }) {
            var first = leaves.lowerBound
            while first < leaves.upperBound {
                // The largest subtree that begins here and ends within the part.
                var level = 0
                while first.isMultiple(of: 2 << level), first + 1 << level < count,
                    min(first + 2 << level, count) <= leaves.upperBound
                {
                    level += 1
                }
                let end = min(first + 1 << level, count)
                nodes.append(
                    Node(
                        level: level, index: first >> level, subtree: nodes.count, rank: rank,
                        leaves: first..<end))
                first = end
            }
        }
        return nodes
    }

    private struct Node {
        var level: Int
        /// Its place among the nodes of its level.
        var index: Int
        /// Where its sum is.
        let subtree: Int
        let rank: Int
        let leaves: Range<Int>
    }

    /// The additions of the tree above some nodes, level by level.
    private static func additions(above nodes: [Node]) -> [(target: Int, source: Int)] {
        var (nodes, level) = (nodes, 0)
        var additions: [(target: Int, source: Int)] = []
        while nodes.count > 1 {
            var above: [Node] = []
            for node in nodes {
                guard node.level == level else {
                    above.append(node)
                    continue
                }
                if node.index.isMultiple(of: 2) {
                    var parent = node
                    parent.level += 1
                    parent.index /= 2
                    above.append(parent)
                } else if let left = above.last {
                    // The left one of the pair has gone up already.
                    additions.append((left.subtree, node.subtree))
                }
            }
            nodes = above
            level += 1
        }
        return additions
    }

    static func == (first: SharedSum, second: SharedSum) -> Bool {
        first.subtrees == second.subtrees && first.additions.elementsEqual(second.additions, by: ==)
    }
}
