import CTiles

/// The gradient of the weights by minimal filtering, in four parts that share no weight: the corners of the kernel, the middles of its rows, those of its
/// columns, and its centre, with 9, 6, 6 and 4 of the 25 products.
struct FilteredGradient: Sendable {
    let parts: [Part]
    private let tiles: Tiles
    private let imageCount: Int
    private let gridCount: Int
    /// Floats of a matrix, [channels × filters].
    private let matrixCount: Int

    /// The weights of some lines of the kernel along each axis.
    struct Part: Sendable {
        let taps: FilterTaps
        let walk: FilterWalk
        /// The positions that pairs leave over.
        let rest: TileWalk?
        /// The gradient of both taps added to that of each.
        let gathering: [vae_combination]
    }

    /// Images and grids, with what is made of them, that are read again for every tile: half of a second-level cache of 512 KiB.
    private static let cachedFloats = 64 << 10

    init(
        _ pairs: FilteredConvolution.Pairs, rows: TapAxis, columns: TapAxis, geometry: ConvolutionGeometry,
        filters: Int, tiles: Tiles
    ) {
        let matrix = geometry.channels * filters
        self.tiles = tiles
        imageCount = geometry.imageCount
        gridCount = geometry.positions * filters
        matrixCount = matrix
        parts = FilterTaps.allParts.map { taps in
            Part(
                taps: taps,
                walk: FilterWalk(
                    rows: pairs.rows, columns: pairs.columns, taps: taps, geometry: geometry, filters: filters
                ),
                rest: TileWalk(
                    rows: rows, columns: columns, outside: (pairs.rows.outputs, pairs.columns.outputs),
                    geometry: geometry, filters: filters, taps: taps.contains
                ) { y, x in (y * 3 + x) * matrix },
                gathering: taps.gathering(matrix))
        }
    }

    var arithmetic: Arithmetic {
        Arithmetic(
            .filtered,
            flop: 2 * parts.reduce(0) { $0 + $1.walk.multiplications + ($1.rest?.multiplications ?? 0) })
    }

    /// Floats of scratch for a part of the gradient of `count` images.
    func scratchCount(images count: Int) -> Int {
        parts.reduce(0) {
            max(
                $0,
                $1.taps.matrices * matrixCount + block(of: count, $1)
                    * ($1.walk.imageCount + $1.walk.gridCount))
        }
    }

    /// Images whose combinations are made at once.
    private func block(of count: Int, _ part: Part) -> Int {
        let made = part.walk.imageCount + part.walk.gridCount
        return min(count, max(1, Self.cachedFloats / (imageCount + gridCount + made)))
    }

    /// kernelGradient (+)= Σ over images and positions of image under the kernel · grid, for one of the `parts`; other weights stay as they are.
    func sum(
        _ number: Int, _ images: FloatRegion, _ grids: FloatRegion, count: Int,
        into kernelGradient: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        let part = parts[number]
        let (table, walk) = (tiles.table.pointee, part.walk)
        let block = block(of: count, part)
        let productCount = part.taps.matrices * matrixCount
        precondition(scratch.count >= productCount + block * (walk.imageCount + walk.gridCount))
        let products = scratch.prefix(productCount)
        let madeOfImages = scratch.base + productCount
        let madeOfGrids = madeOfImages + block * walk.imageCount
        for first in stride(from: 0, to: count, by: block) {
            let some = min(block, count - first)
            let (image, grid) = (images.base + first * imageCount, grids.base + first * gridCount)
            for index in 0..<some {
                table.combine(
                    walk.image, walk.image.count, image + index * imageCount,
                    madeOfImages + index * walk.imageCount)
                table.combine(
                    walk.grid, walk.grid.count, grid + index * gridCount, madeOfGrids + index * walk.gridCount
                )
            }
            walk.forEachWalk { walk, imageIsMade, gridIsMade in
                table.weight_gradient(
                    walk, imageIsMade ? madeOfImages : image, gridIsMade ? madeOfGrids : grid, some,
                    first > 0, products.base)
            }
        }
        var adds = accumulating
        if let rest = part.rest {
            if !accumulating {
                part.taps.forEach { _, tap in kernelGradient[matrix(tap)].fill(with: 0) }
            }
            rest.withWalk { walk in
                table.weight_gradient(walk, images.base, grids.base, count, true, kernelGradient.base)
            }
            adds = true
        }
        table.combine(part.gathering, part.gathering.count, products.base, products.base)
        part.taps.forEach { number, tap in
            let (sum, target) = (products[matrix(number)], kernelGradient[matrix(tap)])
            if adds { target.add(sum) } else { target.copy(from: sum) }
        }
    }

    private func matrix(_ number: Int) -> Range<Int> { number * matrixCount..<(number + 1) * matrixCount }
}

/// Some lines of a 3×3 kernel along each axis: those of its ends, which are filtered together, or the middle.
struct FilterTaps: Sendable {
    let rows: [PairedTaps]
    let columns: [PairedTaps]

    private static let ends: [PairedTaps] = [.first, .both, .last]
    /// Every tap of the kernel once.
    static let allParts = [ends, [.middle]].flatMap { rows in
        [ends, [.middle]].map { FilterTaps(rows: rows, columns: $0) }
    }

    /// Products with the sums of taps: their matrices come row by row.
    var matrices: Int { rows.count * columns.count }

    /// Whether the tap in a row and a column of the kernel is among these.
    func contains(_ y: Int, _ x: Int) -> Bool { Self.isIn(rows, y) && Self.isIn(columns, x) }

    private static func isIn(_ lines: [PairedTaps], _ line: Int) -> Bool { (line == 1) == (lines.count == 1) }

    /// Calls `body` with each tap's matrix among the products, and its number in the kernel.
    func forEach(_ body: (_ product: Int, _ tap: Int) -> Void) {
        for row in stride(from: 0, to: rows.count, by: 2) {
            for column in stride(from: 0, to: columns.count, by: 2) {
                let (y, x) = (rows.count == 1 ? 1 : row, columns.count == 1 ? 1 : column)
                body(row * columns.count + column, y * 3 + x)
            }
        }
    }

    /// The gradient of both taps added to that of each, along the columns and then along the rows.
    fileprivate func gathering(_ matrix: Int) -> [vae_combination] {
        var sums: [vae_combination] = []
        func add(_ second: Int, to first: Int) {
            sums.append(
                vae_combination(
                    first: first * matrix, second: second * matrix, result: first * matrix, step: 0,
                    result_step: 0, count: 1, length: matrix, first_is_made: true, second_is_made: true,
                    first_is_zero: false, is_sum: true))
        }
        if columns.count > 1 {
            for row in rows.indices {
                for end in [0, 2] { add(row * columns.count + 1, to: row * columns.count + end) }
            }
        }
        if rows.count > 1 {
            for column in stride(from: 0, to: columns.count, by: 2) {
                for end in [0, 2] { add(columns.count + column, to: end * columns.count + column) }
            }
        }
        return sums
    }
}
