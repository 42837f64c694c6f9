/// im2col with differences: the products of a convolution of 3×3 taps and stride 2 as nine matrix products, with 25 multiplications
/// for 36 ("minimal filtering": Winograd, *Arithmetic Complexity of Computations*, 1980).
///
/// Along one axis two neighbouring outputs a·x₀ + b·x₁ + c·x₂ and a·x₂ + b·x₃ + c·x₄ are
/// (x₀ − x₂)·a + x₁·b + x₂·(a + c) and (x₄ − x₂)·c + x₃·b + x₂·(a + c): five products, of which one is part of both. Along both axes
/// that makes tiles of 2×2 positions with 25 values each, times the channels: a row of the lowered matrix. Those that count for the same
/// positions lie side by side and are one matrix product, of whose results a position sums four: its own, one that it shares with its
/// neighbour in its row, one with that in its column, and one that all four have.
///
/// Every step is linear, so the way up is the transpose of the way down, step by step, and the gradient of the weights is that of their sums.
struct PairedLowering: Sendable {
    /// The values of a pair along one axis, in the order of the lowered row: of the first position alone (x₀ − x₂, x₁), of the second
    /// alone (x₄ − x₂, x₃), and of both (x₂); with the taps whose sum each is multiplied by.
    static let taps: [[Int]] = [[0], [1], [2], [1], [0, 2]]
    /// The values of the first position, of the second, and of both.
    static let parts: [Range<Int>] = [0..<2, 2..<4, 4..<5]
    static let values = 25
    /// Products.
    static let groups = 9

    /// Values that count for the same positions of a tile: a product of their own.
    struct Group: Sendable {
        /// Which part along each axis.
        let row: Int
        let column: Int
        /// Columns of the lowered matrix, and rows of the weights.
        let range: Range<Int>
    }

    let geometry: ConvolutionGeometry
    let filters: Int
    let groups: [Group]
    let tileRows: Int
    let tileColumns: Int
    /// Pixels of a tile row, with the one that the last tile shares with none.
    var lineCount: Int { (4 * tileColumns + 1) * geometry.channels }

    /// nil where there is no pair along both axes, or channels do not fill vectors.
    init?(_ geometry: ConvolutionGeometry, filters: Int) {
        guard geometry.kernelHeight == 3, geometry.kernelWidth == 3, geometry.stride == 2,
            geometry.gridHeight >= 2, geometry.gridWidth >= 2, geometry.channels % 16 == 0
        else { return nil }
        self.geometry = geometry
        self.filters = filters
        tileRows = (geometry.gridHeight + 1) / 2
        tileColumns = (geometry.gridWidth + 1) / 2
        var groups: [Group] = []
        var end = 0
        for row in 0..<3 {
            for column in 0..<3 {
                let start = end
                end += Self.parts[row].count * Self.parts[column].count * geometry.channels
                groups.append(Group(row: row, column: column, range: start..<end))
            }
        }
        self.groups = groups
    }

    /// Tiles of one image: rows of its lowered matrix.
    var tiles: Int { tileRows * tileColumns }
    /// Floats of a row of the lowered matrix.
    var rowCount: Int { Self.values * geometry.channels }
    /// Floats of the weights' sums, (25 · channels, filters), and of their gradient.
    var weightCount: Int { rowCount * filters }
    /// Multiplications for one image in each direction.
    var multiplications: Int { tiles * weightCount }

    /// Where the values of row value `row` and column value `column` of a pair begin in a lowered row.
    func offset(_ row: Int, _ column: Int) -> Int {
        let (y, x) = (Self.part(of: row), Self.part(of: column))
        let inner =
            (row - Self.parts[y].lowerBound) * Self.parts[x].count + column - Self.parts[x].lowerBound
        return groups[3 * y + x].range.lowerBound + inner * geometry.channels
    }

    private static func part(of value: Int) -> Int { value < 2 ? 0 : value < 4 ? 1 : 2 }

    // MARK: Weights

    /// The sums of taps that the values are multiplied by: (3, 3, channels, filters) to (25 · channels, filters).
    func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        let size = geometry.channels * filters
        precondition(kernel.count == 9 * size && packed.count == weightCount)
        for row in 0..<5 {
            for column in 0..<5 {
                let start = offset(row, column) * filters
                let target = packed[start..<start + size]
                var isFirst = true
                for y in Self.taps[row] {
                    for x in Self.taps[column] {
                        let tap = kernel[(3 * y + x) * size..<(3 * y + x + 1) * size]
                        if isFirst { target.copy(from: tap) } else { target.add(tap) }
                        isFirst = false
                    }
                }
            }
        }
    }

    /// The gradient of the kernel from that of the sums: its transpose.
    func unpack(_ sums: FloatRegion, into gradient: FloatRegion, accumulating: Bool) {
        let size = geometry.channels * filters
        precondition(gradient.count == 9 * size && sums.count == weightCount)
        let all = UnsafePointer(sums.base)
        for tap in 0..<9 {
            let (a, b) = (Self.sums(with: tap / 3), Self.sums(with: tap % 3))
            let first = all + offset(a.0, b.0) * filters, second = all + offset(a.0, b.1) * filters
            let third = all + offset(a.1, b.0) * filters, fourth = all + offset(a.1, b.1) * filters
            let target = gradient.base + tap * size
            Vectors.forEach(size) { at in
                let sum = at.read(first) + at.read(second) + (at.read(third) + at.read(fourth))
                at.write(accumulating ? at.read(target) + sum : sum, to: target)
            } one: { index in
                let sum = first[index] + second[index] + (third[index] + fourth[index])
                target[index] = accumulating ? target[index] + sum : sum
            }
        }
    }

    /// The two values of a pair that a tap is multiplied with.
    private static func sums(with tap: Int) -> (Int, Int) { tap == 0 ? (0, 4) : tap == 1 ? (1, 3) : (2, 4) }
}
