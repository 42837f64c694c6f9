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
    private let downFilter: FilterPlan
    private let downRest: TilePlan?
    private let upFilter: FilterPlan
    private let upRest: TilePlan?
    private let walk: FilterWalk
    private let walkRest: TileWalk?

    /// Images and grids, with what is made of them, that the weights' gradient reads again for every tile: half of a second-level cache of 512 KiB.
    private static let cachedFloats = 64 << 10
    private static let matrices = PairedTaps.allCases.count * PairedTaps.allCases.count

    /// - Returns: nil for another kernel or stride, for thin sides, and for maps without a pair
    init?(_ geometry: ConvolutionGeometry, filters: Int, rows: TapAxis, columns: TapAxis, tiles: Tiles) {
        let down = (rows: rows.pairsDown, columns: columns.pairsDown)
        let up = (rows: rows.pairsUp, columns: columns.pairsUp)
        guard geometry.kernelHeight == 3, geometry.kernelWidth == 3, geometry.stride == 2,
            min(geometry.channels, filters) > Tiles.mostThinColumns,
            [down.rows, down.columns, up.rows, up.columns].allSatisfy({ $0.pairs > 0 })
        else { return nil }
        self.geometry = geometry
        self.filters = filters
        self.tiles = tiles
        let image = TilePlan.Side(
            width: geometry.width, channels: geometry.channels, count: geometry.imageCount)
        let grid = TilePlan.Side(
            width: geometry.gridWidth, channels: filters, count: geometry.positions * filters)
        let matrix = geometry.channels * filters
        /// A tap's own matrix.
        func weights(_ y: Int, _ x: Int) -> Int {
            let taps: [PairedTaps] = [.first, .middle, .last]
            return (taps[y].rawValue * PairedTaps.allCases.count + taps[x].rawValue) * matrix
        }
        downFilter = FilterPlan(
            rows: down.rows, columns: down.columns, from: image, to: grid, singlesApart: false)
        downRest = TilePlan(
            rows: rows.down, columns: columns.down, outside: (down.rows.outputs, down.columns.outputs),
            from: image, to: grid, weights: weights)
        upFilter = FilterPlan(rows: up.rows, columns: up.columns, from: grid, to: image, singlesApart: true)
        upRest = TilePlan(
            rows: rows.up, columns: columns.up, outside: (up.rows.outputs, up.columns.outputs), from: grid,
            to: image, weights: weights)
        walk = FilterWalk(rows: down.rows, columns: down.columns, geometry: geometry, filters: filters)
        walkRest = TileWalk(
            rows: rows, columns: columns, outside: (down.rows.outputs, down.columns.outputs),
            geometry: geometry, filters: filters
        ) { y, x in (y * 3 + x) * matrix }
    }

    private var matrixCount: Int { geometry.channels * filters }
    /// Floats of the packed kernel for one direction.
    var packedCount: Int { Self.matrices * matrixCount }

    /// Images whose combinations are made at once for the weights' gradient.
    private func block(of count: Int) -> Int {
        let floats = geometry.imageCount + geometry.positions * filters + walk.imageCount + walk.gridCount
        return min(count, max(1, Self.cachedFloats / floats))
    }

    /// Floats of scratch that any of the products needs for `count` images.
    func scratchCount(images count: Int) -> Int {
        max(
            downFilter.scratchCount, upFilter.scratchCount,
            packedCount + block(of: count) * (walk.imageCount + walk.gridCount))
    }

    /// The sixteen matrices for the way down, and where there is room their transposes for the way up.
    func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        precondition(kernel.count == geometry.patch * filters && packed.count >= packedCount)
        let taps: [PairedTaps] = [.first, .middle, .last]
        for (y, row) in taps.enumerated() {
            for (x, column) in taps.enumerated() {
                packed[matrix(row, column)].copy(
                    from: kernel[(y * 3 + x) * matrixCount..<(y * 3 + x + 1) * matrixCount])
            }
        }
        let lines: [PairedTaps] = [.first, .last, .middle]
        combine(
            lines.map { ((.first, $0), (.last, $0), (.both, $0)) }
                + PairedTaps.allCases.map { (($0, .first), ($0, .last), ($0, .both)) }, in: packed)
        guard packed.count >= 2 * packedCount else { return }
        tiles.table.pointee.transpose(
            packed.base, Self.matrices, geometry.channels, filters, packed.base + packedCount)
    }

    private typealias Matrix = (rows: PairedTaps, columns: PairedTaps)

    private func matrix(_ rows: PairedTaps, _ columns: PairedTaps) -> Range<Int> {
        let index = rows.rawValue * PairedTaps.allCases.count + columns.rawValue
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
    /// grid = f(bias + kernel ∗ image), as `DirectConvolution.down`, without the activations that tiles do not know.
    func down(
        _ images: FloatRegion, count: Int, packed: FloatRegion, bias: FloatRegion?, rectifying: Bool,
        into grids: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        precondition(packed.count >= packedCount && scratch.count >= downFilter.scratchCount)
        run(
            downFilter, downRest, images, geometry.imageCount, count: count,
            weights: packed.prefix(packedCount),
            bias: bias, accumulating: accumulating, rectifying: rectifying, into: grids,
            geometry.positions * filters, scratch: scratch)
    }

    /// image = f(bias + kernelᵀ ∗ grid), as `DirectConvolution.up`.
    func up(
        _ grids: FloatRegion, count: Int, packed: FloatRegion, bias: FloatRegion?, rectifying: Bool,
        into images: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        precondition(packed.count >= 2 * packedCount && scratch.count >= upFilter.scratchCount)
        run(
            upFilter, upRest, grids, geometry.positions * filters, count: count,
            weights: packed[packedCount..<2 * packedCount], bias: bias, accumulating: accumulating,
            rectifying: rectifying, into: images, geometry.imageCount, scratch: scratch)
    }

    private func run(
        _ filter: FilterPlan, _ rest: TilePlan?, _ input: FloatRegion, _ inputCount: Int, count: Int,
        weights: FloatRegion, bias: FloatRegion?, accumulating: Bool, rectifying: Bool,
        into output: FloatRegion, _ outputCount: Int, scratch: FloatRegion
    ) {
        let table = tiles.table.pointee
        filter.withFilter { plan in
            for index in stride(from: 0, to: count, by: filter.images) {
                table.filtered_gemm(
                    plan, input.base + index * inputCount, min(filter.images, count - index), weights.base,
                    bias?.base, accumulating, rectifying, scratch.base, output.base + index * outputCount)
            }
        }
        rest?.withPlan { plan in
            for index in 0..<count {
                table.implicit_gemm(
                    plan, input.base + index * inputCount, weights.base, bias?.base, accumulating, rectifying,
                    output.base + index * outputCount)
            }
        }
    }

    /// kernelGradient (+)= Σ over images and positions of image under the kernel · grid.
    func kernelGradient(
        _ images: FloatRegion, _ grids: FloatRegion, count: Int, into gradient: FloatRegion,
        accumulating: Bool, scratch: FloatRegion
    ) {
        let table = tiles.table.pointee
        let (imageSize, gridSize) = (geometry.imageCount, geometry.positions * filters)
        let block = block(of: count)
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
            guard let walkRest else { continue }
            if first == 0, !accumulating { gradient.fill(with: 0) }
            walkRest.withWalk { walk in
                table.weight_gradient(walk, image, grid, some, true, gradient.base)
            }
        }
        gather(products, into: gradient, accumulating: accumulating || walkRest != nil)
    }

    /// Nine gradients of the sums of sixteen products.
    private func gather(_ products: FloatRegion, into gradient: FloatRegion, accumulating: Bool) {
        let lines: [PairedTaps] = [.first, .last, .middle]
        combine(
            PairedTaps.allCases.flatMap { row in
                [
                    ((row, .first), (row, .both), (row, .first)), ((row, .last), (row, .both), (row, .last)),
                ]
            }
                + lines.flatMap { column in
                    [
                        ((.first, column), (.both, column), (.first, column)),
                        ((.last, column), (.both, column), (.last, column)),
                    ]
                }, in: products)
        let taps: [PairedTaps] = [.first, .middle, .last]
        for (y, row) in taps.enumerated() {
            for (x, column) in taps.enumerated() {
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
