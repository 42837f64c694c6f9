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
    let gradient: FilteredGradient?
    /// The sums of taps, once all nine are there.
    let packing: [vae_combination]

    /// One direction: what the pairs do not cover is computed directly.
    struct Direction {
        let tiles: Tiles
        let from: TilePlan.Side
        let to: TilePlan.Side
        let filter: FilterPlan
        /// The same row by row for fewer images than a row has pairs, where the other goes across images; nil where it does not.
        let rowFilter: FilterPlan?
        /// The one of them that keeps all that is made of the input; nil where nobody else needs it.
        let keepingFilter: FilterPlan?
        let rest: TilePlan?
        private let pairs: Int
        var matrices: Int { FilteredConvolution.matrices }

        /// - Parameter singlesApart: whether the middle tap has outputs of its own, beside those of the pair
        init(
            _ pairs: Pairs, from: TilePlan.Side, to: TilePlan.Side, singlesApart: Bool, rest: TilePlan?,
            keeping: Bool = false, tiles: Tiles
        ) {
            func plan(severalImages: Bool, keeping: Bool = false) -> FilterPlan {
                FilterPlan(
                    rows: pairs.rows, columns: pairs.columns, from: from, to: to, singlesApart: singlesApart,
                    severalImages: severalImages, keeping: keeping)
            }
            self.tiles = tiles
            self.from = from
            self.to = to
            self.rest = rest
            self.pairs = pairs.columns.pairs
            filter = plan(severalImages: true)
            rowFilter = filter.images > 1 ? plan(severalImages: false) : nil
            let goesAcross = !FilteredConvolution.keepsByRows(pairs, from.channels, to.channels)
            keepingFilter = keeping ? plan(severalImages: goesAcross, keeping: true) : nil
        }

        /// The plan that fills tiles better with so many images.
        func filter(images: Int) -> FilterPlan {
            if let rowFilter, images < min(pairs, filter.images) { return rowFilter }
            return filter
        }

        /// Floats of scratch.
        var scratchCount: Int { max(filter.scratchCount, rowFilter?.scratchCount ?? 0) }

        var arithmetic: Arithmetic {
            Arithmetic(.filtered, flop: 2 * (filter.multiplications + (rest?.multiplications ?? 0)))
        }
    }

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
        let filtersGradient = Self.paysGradient(down, geometry.channels, filters)
        downward =
            Self.paysDown(down, geometry.channels, filters)
            ? Direction(
                down, from: image, to: grid, singlesApart: false,
                rest: TilePlan(
                    rows: rows.down, columns: columns.down,
                    outside: (down.rows.outputs, down.columns.outputs), from: image, to: grid,
                    weights: weights), keeping: filtersGradient, tiles: tiles) : nil
        upward =
            Self.paysUp(up, rows, columns, geometry.channels, filters)
            ? Direction(
                up, from: grid, to: image, singlesApart: true,
                rest: TilePlan(
                    rows: rows.up, columns: columns.up, outside: (up.rows.outputs, up.columns.outputs),
                    from: grid, to: image, weights: weights), tiles: tiles) : nil
        gradient =
            filtersGradient
            ? FilteredGradient(
                down, rows: rows, columns: columns, geometry: geometry, filters: filters, tiles: tiles) : nil
        packing = Self.packing(matrix)
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
            downward?.scratchCount ?? 0, upward?.scratchCount ?? 0,
            gradient?.scratchCount(images: count) ?? 0, sharedScratchCount(images: count))
    }
}
