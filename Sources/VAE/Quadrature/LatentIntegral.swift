import Kernels

/// ∫ p(z)·p(x|z) dz of one image as the sum of the blocks that its grid has been refined to.
struct LatentIntegral {
    /// A block that counts, with ln of its integral.
    struct Leaf {
        let block: LatentGrid.Block
        let sum: Double
        /// Whether it holds the mean of q(z|x) and its points lie further apart than q is wide.
        let holdsMean: Bool
    }

    private(set) var leaves: [Leaf]
    /// ln of what the blocks that do not count add up to.
    private let rest: Double
    /// ln of the whole.
    private(set) var total: Double
    /// What the last refinement of the blocks that count changed in it, in nats; infinite before the first.
    private var change = Double.infinity
    /// The share in it of blocks that were not refined when others of their level were.
    private var skipped = 0.0

    /// Blocks of level 0 with less than e⁻¹⁶ of the whole are not refined: a mode that is narrower than the distance of the points still shows on its
    /// flanks. Of finer ones those with less than 10⁻⁶ are not.
    private static let (first, later) = (-16.0, -13.8)
    /// Of an image whose integral changes by no more, in nats, no block is refined any further.
    private static let settled = 0.01
    /// Halvings after which a mode is taken to be a point.
    private static let mostLevels = 12

    init(_ leaves: [Leaf]) {
        total = Self.logSum(leaves.map(\.sum))
        let bound = total + Self.first
        let counts = leaves.map { $0.sum >= bound || $0.holdsMean }
        self.leaves = zip(leaves, counts).filter(\.1).map(\.0)
        rest = Self.logSum(zip(leaves, counts).filter { !$0.1 }.map(\.0.sum))
    }

    /// The blocks of a level that are to be refined.
    func open(_ level: Int) -> [LatentGrid.Block] {
        guard total.isFinite, level < Self.mostLevels else { return [] }
        let hasSettled = change <= Self.settled
        let bound = total + (level == 0 ? Self.first : Self.later)
        return leaves.filter { leaf in
            // Among blocks that count a single finer one would not make up with its neighbours for what each has at its sides: all are refined, or none.
            leaf.block.level == level && (leaf.sum >= bound ? !hasSettled : leaf.holdsMean)
        }.map(\.block)
    }

    /// Puts finer blocks in the place of those of a level that they are halves of.
    mutating func replace(_ blocks: [LatentGrid.Block], at level: Int, by finer: [Leaf]) {
        let replaced = Set(blocks)
        let isWhole = change > Self.settled
        let others = leaves.filter { $0.block.level == level && !replaced.contains($0.block) }
        leaves = leaves.filter { !replaced.contains($0.block) } + finer
        let before = total
        total = Self.logSum(leaves.map(\.sum) + [rest])
        let moved = abs(total - before)
        guard isWhole else {
            // Around the encoder's mean alone: all other blocks are as they were.
            change = max(change, moved)
            return
        }
        change = moved
        skipped += Elementary.exp(Self.logSum(others.map(\.sum) + (level == 0 ? [rest] : [])) - total)
    }

    /// A bound of the error of ``total``, in nats, where the grid is as fine as the modes.
    ///
    /// The midpoint rule is of second order: halving the distance leaves a quarter of the error or less, so that the change was three quarters of the coarser
    /// grid's error or more, and a third of the change is what the finer one has at most. Where the integrand is smooth across blocks the error falls
    /// exponentially, and is far less. Blocks that were not refined with the others may be wrong by all that they are.
    var error: Double { change / 3 + skipped }

    static func logSum(_ terms: [Double]) -> Double {
        var largest = -Double.infinity
        for term in terms {
            if term.isNaN { return term }
            largest = max(largest, term)
        }
        guard largest.isFinite else { return largest }
        return largest + Elementary.log(terms.reduce(0) { $0 + Elementary.exp($1 - largest) })
    }
}
