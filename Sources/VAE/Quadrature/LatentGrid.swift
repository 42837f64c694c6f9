import Kernels

/// A grid over a latent space of a few dimensions, cut into blocks of 64 points that can be halved again and again.
///
/// A block of level 0 is a box of the lattice that covers the prior's mass; each of its 2ᵈ halves at the next level has as many points, at half
/// the distance. Points are the middles of equal cells: a sum over them times the cells' volume is the midpoint rule.
struct LatentGrid: Sendable {
    /// A box of the lattice of a level.
    struct Block: Hashable, Comparable {
        let level: Int
        /// Its number along each dimension; 0 for dimensions that there are not.
        let place: SIMD3<Int32>

        static func < (left: Block, right: Block) -> Bool {
            for axis in 0..<3 where left.place[axis] != right.place[axis] {
                return left.place[axis] < right.place[axis]
            }
            return left.level < right.level
        }
    }

    /// Dimensions, 1 to 3.
    let size: Int
    /// The corner of block 0, and the sides of a block of level 0.
    private let corner, sides: [Double]
    /// Blocks of level 0 along each dimension, and points of a block.
    private let across, points: Int

    /// The most dimensions that there are grids of.
    static let mostDimensions = 3
    static let pointsPerBlock = 64
    /// The prior's standard deviations about its means that blocks of level 0 cover: all but 6·10⁻⁷ of its mass in each dimension.
    private static let reach = 5.0

    init(_ prior: PriorComponents) {
        size = prior.size
        (across, points) = [(16, 64), (16, 8), (12, 4)][size - 1]
        var (corner, sides): ([Double], [Double]) = ([], [])
        for axis in 0..<size {
            var (low, high) = (Double.infinity, -Double.infinity)
            for component in 0..<prior.count {
                let index = component * size + axis
                let reach = Self.reach * prior.variances[index].squareRoot()
                low = min(low, prior.means[index] - reach)
                high = max(high, prior.means[index] + reach)
            }
            corner.append(low)
            sides.append((high - low) / Double(across))
        }
        (self.corner, self.sides) = (corner, sides)
    }

    /// All blocks of level 0.
    var blocks: [Block] {
        (0..<(0..<size).reduce(1) { count, _ in count * across }).map { number in
            var (rest, place) = (number, SIMD3<Int32>())
            for axis in 0..<size {
                place[axis] = Int32(rest % across)
                rest /= across
            }
            return Block(level: 0, place: place)
        }
    }

    /// Whether a block of level 0 is one of ``blocks``; the lattice goes on beyond them.
    func covers(_ block: Block) -> Bool {
        (0..<size).allSatisfy { (0..<Int32(across)).contains(block.place[$0]) }
    }

    /// The block of a level in which a point lies; nil where it is so far away that nothing is there.
    func block(at point: [Double], level: Int) -> Block? {
        var place = SIMD3<Int32>()
        for axis in 0..<size {
            let number = ((point[axis] - corner[axis]) / side(axis, level)).rounded(.down)
            guard abs(number) < 1e7 else { return nil }
            place[axis] = Int32(number)
        }
        return Block(level: level, place: place)
    }

    /// The blocks of the same level about one, itself among them.
    func neighbours(of block: Block) -> [Block] {
        offsets(3).map { Block(level: block.level, place: block.place &+ $0 &- Self.ones(size)) }
    }

    /// The halves of a block.
    func children(of block: Block) -> [Block] {
        offsets(2).map { Block(level: block.level + 1, place: block.place &* 2 &+ $0) }
    }

    /// The points of a block, (64, size).
    func points(of block: Block) -> [Float] {
        offsets(Int32(points)).flatMap { offset in
            (0..<size).map { axis in
                let side = side(axis, block.level)
                let within = (Double(offset[axis]) + 0.5) / Double(points)
                return Float(corner[axis] + (Double(block.place[axis]) + within) * side)
            }
        }
    }

    /// ln of the volume that a point of a level stands for.
    func logVolume(_ level: Int) -> Double {
        (0..<size).reduce(0) { $0 + Elementary.log(spacing($1, level)) }
    }

    /// The distance of two points along a dimension.
    func spacing(_ axis: Int, _ level: Int) -> Double { side(axis, level) / Double(points) }

    private func side(_ axis: Int, _ level: Int) -> Double { sides[axis] / Double(1 << level) }

    /// All places with numbers below `count`.
    private func offsets(_ count: Int32) -> [SIMD3<Int32>] {
        var all = [SIMD3<Int32>()]
        for axis in 0..<size {
            all = all.flatMap { place in
                (0..<count).map { number in
                    var place = place
                    place[axis] = number
                    return place
                }
            }
        }
        return all
    }

    private static func ones(_ size: Int) -> SIMD3<Int32> {
        var ones = SIMD3<Int32>()
        for axis in 0..<size { ones[axis] = 1 }
        return ones
    }
}
