import CTiles

/// The three products of a convolution between an image and a grid, by register tiles that read the images where they lie.
///
/// It is the matrix product that im2col makes possible, without the matrix: a tile's rows are positions, and the values
/// under their kernels are read through strides ("implicit" GEMM; Dukhan 2019, "The Indirect Convolution Algorithm", goes the
/// same way through pointers). No matrix is written, no padding is multiplied, and bias and rectification happen in
/// registers. Images of few channels are the exception: of these a padded copy is made (`PaddedImage`).
///
/// Weights are (kernelHeight, kernelWidth, channels, filters) with the channels of the image and the filters of the grid.
package final class DirectConvolution: Sendable {
    private let geometry: ConvolutionGeometry
    private let filters: Int
    private let tiles: Tiles
    /// So few channels that vectors of them would mostly be empty: the image is padded on the way down, and summed channel
    /// by channel on the way up.
    private let isThin: Bool

    private let padded: PaddedImage?
    private let downPlan: TilePlan
    private let upPlan: TilePlan
    private let walk: TileWalk
    /// What the gradient's parts take of it.
    private let walkParts: [Range<Int>]
    private static let mostParts = 4
    /// What computes the products with fewer multiplications; nil where it can't, or shall not.
    package let filtered: FilteredConvolution?

    /// Images and grids that the weights' gradient reads again for every tile: half of a second-level cache of 512 KiB.
    private static let cachedFloats = 64 << 10

    init(_ geometry: ConvolutionGeometry, filters: Int, tiles: Tiles) {
        isThin = geometry.channels <= Tiles.mostThinColumns
        self.geometry = geometry
        self.filters = filters
        self.tiles = tiles
        let rows = TapAxis(
            imageSize: geometry.height, gridSize: geometry.gridHeight, kernel: geometry.kernelHeight,
            stride: geometry.stride, padding: geometry.paddingTop)
        let columns = TapAxis(
            imageSize: geometry.width, gridSize: geometry.gridWidth, kernel: geometry.kernelWidth,
            stride: geometry.stride, padding: geometry.paddingLeft)
        filtered =
            tiles.areFiltering
            ? FilteredConvolution(geometry, filters: filters, rows: rows, columns: columns, tiles: tiles)
            : nil
        let image = TilePlan.Side(
            width: geometry.width, channels: geometry.channels, count: geometry.imageCount)
        let grid = TilePlan.Side(
            width: geometry.gridWidth, channels: filters, count: geometry.positions * filters)
        func weights(_ y: Int, _ x: Int) -> Int {
            (y * geometry.kernelWidth + x) * geometry.channels * filters
        }
        upPlan = TilePlan(rows: rows.up, columns: columns.up, from: grid, to: image, weights: weights)
        if isThin {
            let padded = PaddedImage(geometry)
            self.padded = padded
            downPlan = TilePlan(padded: padded, geometry: geometry, filters: filters)
            walk = TileWalk(padded: padded, geometry: geometry, filters: filters)
        } else {
            padded = nil
            downPlan = TilePlan(
                rows: rows.down, columns: columns.down, from: image, to: grid, weights: weights)
            walk = TileWalk(
                rows: rows, columns: columns, geometry: geometry, filters: filters, weights: weights)
        }
        walkParts = walk.parts(atMost: Self.mostParts)
    }

    var downArithmetic: Arithmetic {
        filtered?.downward?.arithmetic ?? Arithmetic(.tiles, flop: 2 * downPlan.multiplications)
    }
    var upArithmetic: Arithmetic {
        filtered?.upward?.arithmetic ?? Arithmetic(.tiles, flop: 2 * upPlan.multiplications)
    }
    var gradientArithmetic: Arithmetic {
        filtered?.gradient?.arithmetic ?? Arithmetic(.tiles, flop: 2 * walk.multiplications)
    }

    /// Floats of scratch that any of the products needs for `count` images.
    func scratchCount(images count: Int) -> Int {
        filtered?.scratchCount(images: count) ?? (padded?.count ?? 0) * count
    }

    /// Floats of the kernel as the products want it besides its own form: `down` alone, or all; 0 where they take the kernel as it is.
    func packedCount(up: Bool) -> Int { packedDownCount + (up ? packedUpCount : 0) }

    private var packedDownCount: Int { filtered?.downward == nil ? 0 : filtered?.packedCount ?? 0 }
    private var packedUpCount: Int {
        if let filtered, filtered.upward != nil { return filtered.packedCount }
        return isThin ? 0 : geometry.patch * filters
    }

    /// Gives the kernel that form, for `down` alone or for all by the room that there is: each tap's [channels × filters] as
    /// [filters × channels], so that the way up reads whole vectors of channels, or the matrices of minimal filtering.
    func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        precondition(
            kernel.count == geometry.patch * filters
                && (packed.count == packedDownCount || packed.count == packedCount(up: true)))
        if packedDownCount > 0 {
            filtered?.pack(kernel, transposed: false, into: packed.prefix(packedDownCount))
        }
        guard packed.count > packedDownCount, packedUpCount > 0 else { return }
        let up = packed[packedDownCount..<packed.count]
        if let filtered, filtered.upward != nil { return filtered.pack(kernel, transposed: true, into: up) }
        let taps = geometry.kernelHeight * geometry.kernelWidth
        tiles.table.pointee.transpose(kernel.base, taps, geometry.channels, filters, up.base)
    }

    /// grid = f(bias + kernel ∗ image): (count, height, width, channels) to (count, gridHeight, gridWidth, filters), overwritten
    /// or, when `accumulating`, added to.
    /// - Parameter packed: what `pack` made of the kernel; not read where that is 0 floats
    package func down(
        _ images: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion?,
        activation: Activation, into grids: FloatRegion, accumulating: Bool = false, scratch: FloatRegion
    ) {
        let size = geometry.positions * filters
        precondition(
            images.count >= count * geometry.imageCount && grids.count >= count * size
                && kernel.count == geometry.patch * filters && (bias?.count ?? filters) == filters)
        defer { activation.applyAfterTiles(grids.prefix(count * size)) }
        if let downward = filtered?.downward {
            return downward.run(
                images, count: count, packed: packed.prefix(packedDownCount), bias: bias,
                rectifying: activation == .rectified,
                into: grids, accumulating: accumulating, scratch: scratch)
        }
        var (source, sourceSize) = (images, geometry.imageCount)
        if let padded {
            padded.copy(images, count, into: scratch)
            (source, sourceSize) = (scratch, padded.count)
        }
        downPlan.withPlan { plan in
            for index in 0..<count {
                tiles.table.pointee.implicit_gemm(
                    plan, source.base + index * sourceSize, kernel.base, bias?.base, accumulating,
                    activation == .rectified, grids.base + index * size)
            }
        }
    }

    /// image = f(bias + kernelᵀ ∗ grid): (count, gridHeight, gridWidth, filters) to (count, height, width, channels), overwritten
    /// or, when `accumulating`, added to.
    /// - Parameter packed: what `pack` made of the kernel; not read where that is 0 floats
    package func up(
        _ grids: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion?,
        activation: Activation, into images: FloatRegion, accumulating: Bool = false, scratch: FloatRegion
    ) {
        let size = geometry.positions * filters
        precondition(
            images.count >= count * geometry.imageCount && grids.count >= count * size
                && kernel.count == geometry.patch * filters
                && (bias?.count ?? geometry.channels) == geometry.channels)
        defer { activation.applyAfterTiles(images.prefix(count * geometry.imageCount)) }
        let packed = packed[packedDownCount..<packed.count]
        if let upward = filtered?.upward {
            return upward.run(
                grids, count: count, packed: packed, bias: bias, rectifying: activation == .rectified,
                into: images, accumulating: accumulating, scratch: scratch)
        }
        let weights = isThin ? kernel : packed
        precondition(weights.count == kernel.count)
        upPlan.withPlan { plan in
            for index in 0..<count {
                let (grid, image) = (grids.base + index * size, images.base + index * geometry.imageCount)
                if isThin {
                    tiles.table.pointee.narrow_product(
                        plan, grid, weights.base, bias?.base, accumulating, activation == .rectified, image)
                } else {
                    tiles.table.pointee.implicit_gemm(
                        plan, grid, weights.base, bias?.base, accumulating, activation == .rectified, image)
                }
            }
        }
    }

    /// The gradients of `up`: `down` of the images' gradients, and the kernel's gradient, with what both need of the images made once.
    package func downWithKernelGradient(
        _ images: FloatRegion, _ grids: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion,
        into gridGradients: FloatRegion, accumulatingGrids: Bool, kernelGradient: FloatRegion,
        accumulating: Bool, scratch: FloatRegion
    ) {
        let size = geometry.positions * filters
        precondition(
            images.count >= count * geometry.imageCount && grids.count >= count * size
                && gridGradients.count >= count * size && kernelGradient.count == geometry.patch * filters)
        let isDone = filtered?.downWithGradient(
            images, grids, count: count, packed: packed.prefix(packedDownCount), into: gridGradients,
            accumulatingGrids: accumulatingGrids, kernelGradient: kernelGradient, accumulating: accumulating,
            scratch: scratch)
        if isDone == true { return }
        self.kernelGradient(
            images, grids, count: count, into: kernelGradient, accumulating: accumulating, scratch: scratch)
        down(
            images, count: count, kernel: kernel, packed: packed, bias: nil, activation: .identity,
            into: gridGradients, accumulating: accumulatingGrids, scratch: scratch)
    }

    /// Parts of the weights' gradient that share no weight.
    package var gradientParts: Int { filtered?.gradient?.parts.count ?? walkParts.count }

    /// kernelGradient (+)= Σ over images and positions of image under the kernel · grid.
    /// - Parameter part: one of the `gradientParts`, the others' weights staying as they are; nil for all
    package func kernelGradient(
        _ images: FloatRegion, _ grids: FloatRegion, count: Int, into gradient: FloatRegion,
        accumulating: Bool, scratch: FloatRegion, part: Int? = nil
    ) {
        precondition(
            images.count >= count * geometry.imageCount && grids.count >= count * geometry.positions * filters
                && gradient.count == geometry.patch * filters)
        if let filtered = filtered?.gradient {
            return filtered.sum(
                part, images, grids, count: count, into: gradient, accumulating: accumulating,
                scratch: scratch)
        }
        var source = images
        if let padded {
            padded.copy(images, count, into: scratch)
            source = scratch
        }
        let (imageSize, gridSize) = (padded?.count ?? geometry.imageCount, geometry.positions * filters)
        let block = max(1, Self.cachedFloats / (imageSize + gridSize))
        walk.withWalk(part.map { walkParts[$0] }) { walk in
            for first in stride(from: 0, to: count, by: block) {
                tiles.table.pointee.weight_gradient(
                    walk, source.base + first * imageSize, grids.base + first * gridSize,
                    min(block, count - first), accumulating || first > 0, gradient.base)
            }
        }
    }
}
