import CTiles

/// The gradient of the weights by minimal filtering, in four parts that share no weight: the corners of the kernel, the middles of its rows, those of its
/// columns, and its centre, with 9, 6, 6 and 4 of the 25 products.
struct FilteredGradient: Sendable {
    let parts: [Part]
    private let tiles: Tiles
    private let imageCount: Int
    private let gridCount: Int
    private let image: PairedImage
    private let grid: PairedGrid
    /// What all parts need, made once.
    private let whole: (image: [vae_combination], grid: [vae_combination])
    /// Floats of a matrix, [channels × filters].
    private let matrixCount: Int

    /// The weights of some lines of the kernel along each axis.
    struct Part: Sendable {
        let taps: FilterTaps
        /// Of the sixteen, those of the products of this part.
        let matrices: Range<Int>
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
        let image = PairedImage(
            rows: pairs.rows, columns: pairs.columns, width: geometry.width, channels: geometry.channels)
        let grid = PairedGrid(
            rows: pairs.rows, columns: pairs.columns, width: geometry.gridWidth, filters: filters)
        self.tiles = tiles
        imageCount = geometry.imageCount
        gridCount = geometry.positions * filters
        matrixCount = matrix
        (self.image, self.grid) = (image, grid)
        let all = PairedTaps.allCases
        whole = (image.combinations(all, all, pairs: 0..<pairs.rows.pairs), grid.combinations(all, all))
        var matrices = 0
        parts = FilterTaps.allParts.map { taps in
            defer { matrices += taps.matrices }
            return Part(
                taps: taps, matrices: matrices..<matrices + taps.matrices,
                walk: FilterWalk(
                    taps, image, grid, pairs: pairs.rows.pairs, geometry: geometry, filters: filters),
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

    /// Floats of scratch for the gradient of `count` images, or for a part of it.
    /// - Parameter imagesAreMade: whether what it needs of the images is made elsewhere
    func scratchCount(images count: Int, imagesAreMade: Bool = false) -> Int {
        productCount + block(of: count) * (grid.count + (imagesAreMade ? 0 : image.count))
    }

    private var productCount: Int { FilteredConvolution.matrices * matrixCount }

    /// Images whose combinations are made at once.
    private func block(of count: Int) -> Int {
        min(count, max(1, Self.cachedFloats / (imageCount + gridCount + image.count + grid.count)))
    }

    /// kernelGradient (+)= Σ over images and positions of image under the kernel · grid.
    /// - Parameter part: one of the `parts`, other weights staying as they are; nil for all
    func sum(
        _ part: Int?, _ images: FloatRegion, _ grids: FloatRegion, count: Int,
        into kernelGradient: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        multiply(part, images, nil, grids, count: count, accumulating: false, scratch: scratch)
        finish(
            part, images, grids, count: count, into: kernelGradient, accumulating: accumulating,
            scratch: scratch)
    }

    /// The products of pairs, in the scratch.
    /// - Parameters:
    ///   - made: what the images are made into, image by image; nil has it made here
    ///   - accumulating: adds to what the scratch holds of the images before
    func multiply(
        _ part: Int?, _ images: FloatRegion, _ made: FloatRegion?, _ grids: FloatRegion, count: Int,
        accumulating: Bool, scratch: FloatRegion
    ) {
        let (table, block, gridsMade) = (tiles.table.pointee, block(of: count), scratch.base + productCount)
        precondition(scratch.count >= scratchCount(images: count, imagesAreMade: made != nil))
        precondition((made ?? scratch).count >= (made == nil ? 0 : count * image.count))
        let combinations = part.map { (parts[$0].walk.image, parts[$0].walk.grid) } ?? whole
        for first in stride(from: 0, to: count, by: block) {
            let some = min(block, count - first)
            let (image, grid) = (images.base + first * imageCount, grids.base + first * gridCount)
            let imagesMade =
                made.map { $0.base + first * self.image.count } ?? gridsMade + block * self.grid.count
            for index in 0..<some {
                if made == nil {
                    table.combine(
                        combinations.0, combinations.0.count, image + index * imageCount,
                        imagesMade + index * self.image.count)
                }
                table.combine(
                    combinations.1, combinations.1.count, grid + index * gridCount,
                    gridsMade + index * self.grid.count)
            }
            for part in parts(part) {
                part.walk.forEachWalk { walk, imageIsMade, gridIsMade in
                    table.weight_gradient(
                        walk, imageIsMade ? imagesMade : image, gridIsMade ? gridsMade : grid, some,
                        accumulating || first > 0, scratch.base + part.matrices.lowerBound * matrixCount)
                }
            }
        }
    }

    private func parts(_ part: Int?) -> ArraySlice<Part> { part.map { parts[$0...$0] } ?? parts[...] }

    /// What pairs leave over of all images, and the products in the scratch gathered to the gradients of taps.
    func finish(
        _ part: Int?, _ images: FloatRegion, _ grids: FloatRegion, count: Int,
        into kernelGradient: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        let table = tiles.table.pointee
        for part in parts(part) {
            let products = scratch[
                part.matrices.lowerBound * matrixCount..<part.matrices.upperBound * matrixCount]
            if let rest = part.rest {
                if !accumulating {
                    part.taps.forEach { _, tap in kernelGradient[matrix(tap)].fill(with: 0) }
                }
                rest.withWalk { walk in
                    table.weight_gradient(walk, images.base, grids.base, count, true, kernelGradient.base)
                }
            }
            table.combine(part.gathering, part.gathering.count, products.base, products.base)
            part.taps.forEach { number, tap in
                let (sum, target) = (products[matrix(number)], kernelGradient[matrix(tap)])
                if accumulating || part.rest != nil { target.add(sum) } else { target.copy(from: sum) }
            }
        }
    }

    private func matrix(_ number: Int) -> Range<Int> { number * matrixCount..<(number + 1) * matrixCount }
}
