import CTiles

/// The three products of a convolution of three by three taps and stride 2, by minimal filtering: 25 multiplications where direct tiles have 36.
///
/// Outputs are computed in pairs along both axes (`PairedAxis`); those that are left over at the edges by direct tiles. The rounding is
/// another than theirs: differences of up to four inputs and sums of up to four weights are rounded before they are multiplied. Along an axis an
/// output is a product of two inputs with one weight, one of an input with two weights and, on the way down, that of the middle tap: 2 + 2 + 1
/// magnitudes for three. So with C channels it is off by at most (9 C + 10)·ε·25 C·max|x|·max|w|, ε = 2⁻²⁴, where direct tiles have 9 C for 25 C.
///
/// Weights are packed as sixteen matrices, [channels × filters]: taps 0, 0 + 2, 2 and 1 of the rows, with the same of the columns.
package struct FilteredConvolution: Sendable {
    let geometry: ConvolutionGeometry
    let filters: Int
    let tiles: Tiles
    let downward: Direction?
    let upward: Direction?
    let gradient: Gradient?
    /// The sums of taps, once all nine are there, and of the gradients of sums.
    let packing: [vae_combination]
    let gathering: [vae_combination]

    /// One direction: what the pairs do not cover is computed directly.
    struct Direction {
        let tiles: Tiles
        let from: TilePlan.Side
        let to: TilePlan.Side
        let filter: FilterPlan
        let rest: TilePlan?
        var matrices: Int { FilteredConvolution.matrices }

        var arithmetic: Arithmetic {
            Arithmetic(.filtered, flop: 2 * (filter.multiplications + (rest?.multiplications ?? 0)))
        }
    }

    struct Gradient {
        let walk: FilterWalk
        let rest: TileWalk?

        var arithmetic: Arithmetic {
            Arithmetic(.filtered, flop: 2 * (walk.multiplications + (rest?.multiplications ?? 0)))
        }
    }

    /// Images and grids, with what is made of them, that the weights' gradient reads again for every tile: half of a second-level cache of 512 KiB.
    private static let cachedFloats = 64 << 10
    static let matrices = PairedTaps.allCases.count * PairedTaps.allCases.count
    /// The lines of a kernel.
    static let taps: [PairedTaps] = [.first, .middle, .last]

    /// - Returns: nil where all products are better computed directly
    init?(_ geometry: ConvolutionGeometry, filters: Int, rows: TapAxis, columns: TapAxis, tiles: Tiles) {
        guard geometry.kernelHeight == 3, geometry.kernelWidth == 3, geometry.stride == 2 else { return nil }
        self.geometry = geometry
        self.filters = filters
        self.tiles = tiles
        let image = TilePlan.Side(
            width: geometry.width, channels: geometry.channels, count: geometry.imageCount)
        let grid = TilePlan.Side(
            width: geometry.gridWidth, channels: filters, count: geometry.positions * filters)
        let down = (rows: rows.pairsDown, columns: columns.pairsDown)
        let up = (rows: rows.pairsUp, columns: columns.pairsUp)
        let matrix = geometry.channels * filters
        func weights(_ y: Int, _ x: Int) -> Int { Self.index(Self.taps[y], Self.taps[x]) * matrix }
        downward =
            Self.paysDown(down, geometry.channels, filters)
            ? Direction(
                tiles: tiles, from: image, to: grid,
                filter: FilterPlan(
                    rows: down.rows, columns: down.columns, from: image, to: grid, singlesApart: false),
                rest: TilePlan(
                    rows: rows.down, columns: columns.down,
                    outside: (down.rows.outputs, down.columns.outputs), from: image, to: grid,
                    weights: weights)) : nil
        upward =
            Self.paysUp(up, rows, columns, geometry.channels, filters)
            ? Direction(
                tiles: tiles, from: grid, to: image,
                filter: FilterPlan(
                    rows: up.rows, columns: up.columns, from: grid, to: image, singlesApart: true),
                rest: TilePlan(
                    rows: rows.up, columns: columns.up, outside: (up.rows.outputs, up.columns.outputs),
                    from: grid, to: image, weights: weights)) : nil
        gradient =
            Self.paysGradient(down, geometry.channels, filters)
            ? Gradient(
                walk: FilterWalk(
                    rows: down.rows, columns: down.columns, geometry: geometry, filters: filters),
                rest: TileWalk(
                    rows: rows, columns: columns, outside: (down.rows.outputs, down.columns.outputs),
                    geometry: geometry, filters: filters
                ) { y, x in (y * 3 + x) * matrix }) : nil
        packing = Self.packing(matrix)
        gathering = Self.gathering(matrix)
        guard downward != nil || upward != nil || gradient != nil else { return nil }
    }

    /// Floats of the packed kernel for one direction.
    var packedCount: Int { Self.matrices * matrixCount }

    var matrixCount: Int { geometry.channels * filters }
    static func index(_ rows: PairedTaps, _ columns: PairedTaps) -> Int {
        rows.rawValue * PairedTaps.allCases.count + columns.rawValue
    }

    /// Floats of scratch that any of the products needs for `count` images.
    func scratchCount(images count: Int) -> Int {
        max(
            downward?.filter.scratchCount ?? 0, upward?.filter.scratchCount ?? 0,
            gradient.map { packedCount + block(of: count, $0) * ($0.walk.imageCount + $0.walk.gridCount) }
                ?? 0)
    }

    /// Images whose combinations are made at once for the weights' gradient.
    func block(of count: Int, _ gradient: Gradient) -> Int {
        let made = gradient.walk.imageCount + gradient.walk.gridCount
        return min(
            count, max(1, Self.cachedFloats / (geometry.imageCount + geometry.positions * filters + made)))
    }
}
