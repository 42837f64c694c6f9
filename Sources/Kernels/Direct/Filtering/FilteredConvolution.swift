import CTiles

/// The three products of a convolution of three by three taps and stride 2, by minimal filtering: 25 multiplications where direct tiles have 36.
///
/// Outputs are computed in pairs along both axes (`PairedAxis`); those that are left over at the edges by direct tiles. The rounding is
/// another than theirs: a difference of two inputs and a sum of up to four weights are rounded before they are multiplied. With ε = 2⁻²⁴ and K
/// channels, an output is off by at most (K + 12)·ε times the sum of the magnitudes of all that is multiplied, which is at most nine times
/// that of the direct products of a pair.
///
/// Weights are packed as sixteen matrices, [channels × filters]: taps 0, 0 + 2, 2 and 1 of the rows, with the same of the columns.
package struct FilteredConvolution: Sendable {
    private let geometry: ConvolutionGeometry
    private let filters: Int
    private let tiles: Tiles
    private let downward: Direction?
    private let upward: Direction?
    private let gradient: Gradient?

    /// One direction: what the pairs do not cover is computed directly.
    private struct Direction {
        let filter: FilterPlan
        let rest: TilePlan?

        var arithmetic: Arithmetic {
            Arithmetic(.filtered, flop: 2 * (filter.multiplications + (rest?.multiplications ?? 0)))
        }
    }

    private struct Gradient {
        let walk: FilterWalk
        let rest: TileWalk?

        var arithmetic: Arithmetic {
            Arithmetic(.filtered, flop: 2 * (walk.multiplications + (rest?.multiplications ?? 0)))
        }
    }

    /// Images and grids, with what is made of them, that the weights' gradient reads again for every tile: half of a second-level cache of 512 KiB.
    private static let cachedFloats = 64 << 10
    private static let matrices = PairedTaps.allCases.count * PairedTaps.allCases.count
    /// The lines of a kernel.
    private static let taps: [PairedTaps] = [.first, .middle, .last]

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
                filter: FilterPlan(
                    rows: down.rows, columns: down.columns, from: image, to: grid, singlesApart: false),
                rest: TilePlan(
                    rows: rows.down, columns: columns.down,
                    outside: (down.rows.outputs, down.columns.outputs), from: image, to: grid,
                    weights: weights)) : nil
        upward =
            Self.paysUp(up, rows, columns, geometry.channels, filters)
            ? Direction(
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
        guard filtersDown || filtersUp || filtersGradient else { return nil }
    }

    /// Which of the products are computed here.
    package var filtersDown: Bool { downward != nil }
    package var filtersUp: Bool { upward != nil }
    package var filtersGradient: Bool { gradient != nil }

    var downArithmetic: Arithmetic? { downward?.arithmetic }
    var upArithmetic: Arithmetic? { upward?.arithmetic }
    var gradientArithmetic: Arithmetic? { gradient?.arithmetic }

    /// Floats of the packed kernel for one direction.
    var packedCount: Int { Self.matrices * matrixCount }

    private var matrixCount: Int { geometry.channels * filters }
    private static func index(_ rows: PairedTaps, _ columns: PairedTaps) -> Int {
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
    private func block(of count: Int, _ gradient: Gradient) -> Int {
        let made = gradient.walk.imageCount + gradient.walk.gridCount
        return min(
            count, max(1, Self.cachedFloats / (geometry.imageCount + geometry.positions * filters + made)))
    }
}

// MARK: Where it pays

extension FilteredConvolution {
    private typealias Pairs = (rows: PairedAxis, columns: PairedAxis)

    // Measured on Zen 5 with AVX-512 and AVX2, grids of 2 to 32 and 8 to 512 channels a side. Shapes alone decide, so that bits do.
    private static let fewestChannels = 16
    private static let fewestFilters = 32

    private static func paysDown(_ pairs: Pairs, _ channels: Int, _ filters: Int) -> Bool {
        channels >= fewestChannels && filters >= fewestFilters
            && min(pairs.rows.pairs, pairs.columns.pairs) > 0
    }

    /// Where pairs leave little over: of five by five places four by four are in pairs, and what is left takes as long.
    private static func paysUp(
        _ pairs: Pairs, _ rows: TapAxis, _ columns: TapAxis, _ channels: Int, _ filters: Int
    ) -> Bool {
        func covers(_ axis: PairedAxis, _ whole: TapAxis) -> Bool { 14 * axis.pairs >= 6 * whole.gridSize }
        return channels >= fewestChannels && filters >= fewestFilters
            && covers(pairs.rows, rows) && covers(pairs.columns, columns)
    }

    /// Where sums over pairs are long beside the sixteen matrices that they go into.
    private static func paysGradient(_ pairs: Pairs, _ channels: Int, _ filters: Int) -> Bool {
        let fewest = min(pairs.rows.pairs, pairs.columns.pairs)
        return channels >= 2 * fewestChannels && filters >= fewestFilters
            && (fewest > 3 || (fewest == 3 && channels * filters <= 1 << 13))
    }
}

// MARK: Matrices

extension FilteredConvolution {
    /// The sixteen matrices of the kernel, for the way down or transposed for the way up.
    func pack(_ kernel: FloatRegion, transposed: Bool, into packed: FloatRegion) {
        precondition(kernel.count == geometry.patch * filters && packed.count >= packedCount)
        let table = tiles.table.pointee
        for (y, row) in Self.taps.enumerated() {
            for (x, column) in Self.taps.enumerated() {
                let tap = kernel[(y * 3 + x) * matrixCount..<(y * 3 + x + 1) * matrixCount]
                let matrix = packed[matrix(row, column)]
                if transposed {
                    table.transpose(tap.base, 1, geometry.channels, filters, matrix.base)
                } else {
                    matrix.copy(from: tap)
                }
            }
        }
        combine(
            Self.taps.map { ((.first, $0), (.last, $0), (.both, $0)) }
                + PairedTaps.allCases.map { (($0, .first), ($0, .last), ($0, .both)) }, in: packed)
    }

    private typealias Matrix = (rows: PairedTaps, columns: PairedTaps)

    private func matrix(_ rows: PairedTaps, _ columns: PairedTaps) -> Range<Int> {
        let index = Self.index(rows, columns)
        return index * matrixCount..<(index + 1) * matrixCount
    }

    /// Adds up pairs of matrices, one after another.
    private func combine(_ sums: [(Matrix, Matrix, result: Matrix)], in matrices: FloatRegion) {
        let combinations = sums.map { first, second, result in
            vae_combination(
                first: matrix(first.rows, first.columns).lowerBound,
                second: matrix(second.rows, second.columns).lowerBound,
                result: matrix(result.rows, result.columns).lowerBound, step: 0, result_step: 0, count: 1,
                length: matrixCount, first_is_made: true, second_is_made: true, first_is_zero: false,
                is_sum: true)
        }
        tiles.table.pointee.combine(combinations, combinations.count, matrices.base, matrices.base)
    }
}

// MARK: Products

extension FilteredConvolution {
    /// grid = f(bias + kernel ∗ image), as `DirectConvolution.down`, without the activations that tiles do not know; where it is filtered.
    func down(
        _ images: FloatRegion, count: Int, packed: FloatRegion, bias: FloatRegion?, rectifying: Bool,
        into grids: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        run(
            downward!, images, geometry.imageCount, count: count, packed: packed, bias: bias,
            accumulating: accumulating, rectifying: rectifying, into: grids, geometry.positions * filters,
            scratch: scratch)
    }

    /// image = f(bias + kernelᵀ ∗ grid), as `DirectConvolution.up`; where it is filtered.
    func up(
        _ grids: FloatRegion, count: Int, packed: FloatRegion, bias: FloatRegion?, rectifying: Bool,
        into images: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        run(
            upward!, grids, geometry.positions * filters, count: count, packed: packed, bias: bias,
            accumulating: accumulating, rectifying: rectifying, into: images, geometry.imageCount,
            scratch: scratch)
    }

    private func run(
        _ direction: Direction, _ input: FloatRegion, _ inputCount: Int, count: Int, packed: FloatRegion,
        bias: FloatRegion?, accumulating: Bool, rectifying: Bool, into output: FloatRegion,
        _ outputCount: Int, scratch: FloatRegion
    ) {
        let (table, filter) = (tiles.table.pointee, direction.filter)
        precondition(packed.count == packedCount && scratch.count >= filter.scratchCount)
        filter.withFilter { plan in
            for index in stride(from: 0, to: count, by: filter.images) {
                table.filtered_gemm(
                    plan, input.base + index * inputCount, min(filter.images, count - index), packed.base,
                    bias?.base, accumulating, rectifying, scratch.base, output.base + index * outputCount)
            }
        }
        direction.rest?.withPlan { plan in
            for index in 0..<count {
                table.implicit_gemm(
                    plan, input.base + index * inputCount, packed.base, bias?.base, accumulating, rectifying,
                    output.base + index * outputCount)
            }
        }
    }

    /// kernelGradient (+)= Σ over images and positions of image under the kernel · grid; where it is filtered.
    func kernelGradient(
        _ images: FloatRegion, _ grids: FloatRegion, count: Int, into kernelGradient: FloatRegion,
        accumulating: Bool, scratch: FloatRegion
    ) {
        let (table, gradient) = (tiles.table.pointee, gradient!)
        let walk = gradient.walk
        let (imageSize, gridSize) = (geometry.imageCount, geometry.positions * filters)
        let block = block(of: count, gradient)
        precondition(scratch.count >= packedCount + block * (walk.imageCount + walk.gridCount))
        let products = scratch.prefix(packedCount)
        let madeOfImages = scratch.base + packedCount
        let madeOfGrids = madeOfImages + block * walk.imageCount
        for first in stride(from: 0, to: count, by: block) {
            let some = min(block, count - first)
            let (image, grid) = (images.base + first * imageSize, grids.base + first * gridSize)
            for index in 0..<some {
                table.combine(
                    walk.image, walk.image.count, image + index * imageSize,
                    madeOfImages + index * walk.imageCount)
                table.combine(
                    walk.grid, walk.grid.count, grid + index * gridSize, madeOfGrids + index * walk.gridCount)
            }
            walk.forEachWalk { walk, imageIsMade, gridIsMade in
                table.weight_gradient(
                    walk, imageIsMade ? madeOfImages : image, gridIsMade ? madeOfGrids : grid, some,
                    first > 0, products.base)
            }
        }
        if let rest = gradient.rest {
            if !accumulating { kernelGradient.fill(with: 0) }
            rest.withWalk { walk in
                table.weight_gradient(walk, images.base, grids.base, count, true, kernelGradient.base)
            }
        }
        gather(products, into: kernelGradient, accumulating: accumulating || gradient.rest != nil)
    }

    /// Nine gradients of the sums of sixteen products.
    private func gather(_ products: FloatRegion, into gradient: FloatRegion, accumulating: Bool) {
        combine(
            PairedTaps.allCases.flatMap { row in
                [
                    ((row, .first), (row, .both), (row, .first)), ((row, .last), (row, .both), (row, .last)),
                ]
            }
                + Self.taps.flatMap { column in
                    [
                        ((.first, column), (.both, column), (.first, column)),
                        ((.last, column), (.both, column), (.last, column)),
                    ]
                }, in: products)
        for (y, row) in Self.taps.enumerated() {
            for (x, column) in Self.taps.enumerated() {
                let tap = gradient[(y * 3 + x) * matrixCount..<(y * 3 + x + 1) * matrixCount]
                if accumulating {
                    tap.add(products[matrix(row, column)])
                } else {
                    tap.copy(from: products[matrix(row, column)])
                }
            }
        }
    }
}
