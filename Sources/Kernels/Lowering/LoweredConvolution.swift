/// The three products of a convolution between an image and a grid, lowered to `sgemm` by im2col and its transpose.
///
/// Images are lowered and multiplied a few at a time, so that what one step writes lies in the second-level cache when the next
/// reads it. Weights are (kernelHeight, kernelWidth, channels, filters), as a matrix [patch × filters].
struct LoweredConvolution: Sendable {
    let geometry: ConvolutionGeometry
    let filters: Int
    private let pixelSums: PixelSums
    /// The lowering with fewer multiplications; nil where all are made.
    let paired: PairedLowering?

    init(_ geometry: ConvolutionGeometry, filters: Int) {
        self.geometry = geometry
        self.filters = filters
        pixelSums = PixelSums(geometry)
        paired = Self.isPaired(geometry, filters) ? PairedLowering(geometry, filters: filters) : nil
    }

    /// Whether fewer multiplications are faster, measured on grids of 7 to 16: at odd sizes the last pairs are half empty, and with few channels
    /// differences and sums take longer than the multiplications that they save. Shapes alone decide, so that bits do not
    /// depend on the processor.
    private static func isPaired(_ geometry: ConvolutionGeometry, _ filters: Int) -> Bool {
        let (height, width) = (geometry.gridHeight, geometry.gridWidth)
        let padded = (height + height % 2) * (width + width % 2)
        return min(height, width) >= 8 && min(geometry.channels, filters) >= 32
            && 100 * padded <= 108 * height * width
    }

    /// How the products of one image are computed, in each direction.
    var arithmetic: Arithmetic {
        paired.map { Arithmetic(.filteredSgemm, flop: 2 * $0.multiplications) }
            ?? Arithmetic(.sgemm, flop: 2 * geometry.positions * geometry.patch * filters)
    }

    /// The images of a call in the blocks that go through together.
    func blocks(of count: Int) -> Blocks { Blocks(count, size: imagesPerBlock(of: count)) }

    /// Lowered images and sums of grids of a block: some hundred rows of every product, which for the kernels of AVX-512 is small.
    private static let blockFloats = 160 << 10

    /// Rows that products with kernels that pack nothing have at most, where an image has no more by itself.
    private static let unpackedRows = 98

    private func imagesPerBlock(of count: Int) -> Int {
        guard let paired else {
            let most = geometry.imagesPerBlock(of: count)
            guard !geometry.storesPlanes, OpenBLAS.hasSmallKernels else { return most }
            return min(most, max(1, Self.unpackedRows / geometry.positions))
        }
        let size = paired.tiles * (paired.rowCount + PairedLowering.groups * filters)
        return min(count, max(1, Self.blockFloats / size))
    }

    // MARK: Memory

    /// Parts of the scratch.
    private struct Scratch {
        let lowered: FloatRegion
        /// Sums of grids, lines of images, and the gradient of the weights' sums.
        let sums, lines, weights: FloatRegion
    }

    /// Floats of scratch that any of the products needs for `count` images.
    func scratchCount(images count: Int) -> Int {
        let images = imagesPerBlock(of: count)
        guard let paired else { return images * geometry.loweredCount }
        return images * paired.tiles * paired.rowCount + paired.sumsCount(images) + paired.linesCount
            + paired.weightCount
    }

    private func parts(of scratch: FloatRegion, count: Int, _ paired: PairedLowering) -> Scratch {
        let sums = count * paired.tiles * paired.rowCount
        let lines = sums + paired.sumsCount(count)
        let weights = scratch.count - paired.weightCount
        return Scratch(
            lowered: scratch[0..<sums], sums: scratch[sums..<lines],
            lines: scratch[lines..<lines + paired.linesCount], weights: scratch[weights..<scratch.count])
    }

    // MARK: Whole calls

    /// grid = f(bias + kernel ∗ image): (count, height, width, channels) to (count, gridHeight, gridWidth, filters), overwritten.
    func down(
        _ images: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion,
        activation: Activation, into grids: FloatRegion, scratch: FloatRegion
    ) {
        for block in blocks(of: count) {
            lower(images[block.images(of: geometry.imageCount)], count: block.count, into: scratch)
            let sums = grids[block.images(of: gridCount)]
            downLowered(
                count: block.count, kernel: kernel, packed: packed, into: sums, accumulating: false,
                scratch: scratch)
            activation.addBiasAndApply(sums, rows: block.count * geometry.positions, bias: bias)
        }
    }

    /// image = f(bias + kernelᵀ ∗ grid): (count, gridHeight, gridWidth, filters) to (count, height, width, channels), overwritten
    /// or, when `accumulating`, added to.
    func up(
        _ grids: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion?,
        activation: Activation, into images: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        for block in blocks(of: count) {
            let target = images[block.images(of: geometry.imageCount)]
            let source = grids[block.images(of: gridCount)]
            let rectifies = activation == .rectified
            if let paired {
                let parts = parts(of: scratch, count: block.count, paired)
                paired.sum(source, count: block.count, into: parts.sums)
                // M = tiles, N = a group's values, K = filters.
                for (index, group) in paired.groups.enumerated() {
                    multiply(
                        tiles(paired.sums(parts.sums, index, count: block.count), block.count, paired),
                        upward(packed, group),
                        into: values(parts.lowered, group, block.count, paired))
                }
                paired.raise(
                    parts.lowered, count: block.count, bias: bias, rectifying: rectifies, into: target,
                    accumulating: accumulating, lines: parts.lines)
            } else {
                // M = positions, N = patch, K = filters: what each position hands to the pixels under it.
                multiply(
                    Matrix(source, rows: block.count * geometry.positions, columns: filters),
                    upward(kernel, packed),
                    into: geometry.loweredMatrix(scratch, count: block.count))
                pixelSums(
                    scratch, count: block.count, bias: bias, rectifying: rectifies, into: target,
                    accumulating: accumulating)
            }
            activation.applyAfterTiles(target)
        }
    }

    // MARK: A block

    /// im2col of the images of a block.
    func lower(_ images: FloatRegion, count: Int, into scratch: FloatRegion) {
        if let paired {
            let parts = parts(of: scratch, count: count, paired)
            return paired.lower(images, count: count, into: parts.lowered, lines: parts.lines)
        }
        geometry.im2col(images, count: count, into: scratch)
    }

    /// grids (+)= kernel ∗ image of a block's lowered images, which `scratch` has.
    func downLowered(
        count: Int, kernel: FloatRegion, packed: FloatRegion, into grids: FloatRegion, accumulating: Bool,
        scratch: FloatRegion
    ) {
        if let paired {
            let parts = parts(of: scratch, count: count, paired)
            // M = tiles, N = filters, K = a group's values.
            for (index, group) in paired.groups.enumerated() {
                multiply(
                    values(parts.lowered, group, count, paired), weights(packed, group),
                    into: tiles(paired.sums(parts.sums, index, count: count), count, paired))
            }
            return paired.spread(parts.sums, count: count, into: grids, accumulating: accumulating)
        }
        // M = positions, N = filters, K = patch: every place of the kernel against every filter.
        multiply(
            geometry.loweredMatrix(scratch, count: count),
            Matrix(kernel, rows: geometry.patch, columns: filters),
            into: Matrix(grids, rows: count * geometry.positions, columns: filters),
            accumulating: accumulating)
    }

    /// kernelGradient (+)= Σ over a block's images and positions of lowered image · grid, of lowered images that `scratch` has.
    /// It is whole after the last block.
    func kernelGradient(
        _ grids: FloatRegion, _ block: Blocks.Block, into gradient: FloatRegion, accumulating: Bool,
        scratch: FloatRegion
    ) {
        if let paired {
            let parts = parts(of: scratch, count: block.count, paired)
            paired.sum(grids, count: block.count, into: parts.sums)
            // M = a group's values, N = filters, K = tiles.
            for (index, group) in paired.groups.enumerated() {
                multiply(
                    values(parts.lowered, group, block.count, paired).transposed,
                    tiles(paired.sums(parts.sums, index, count: block.count), block.count, paired),
                    into: weights(parts.weights, group), accumulating: block.start > 0)
            }
            if block.isLast {
                paired.unpack(parts.weights, into: gradient, accumulating: accumulating)
            }
            return
        }
        // M = patch, N = filters, K = positions: a weight's gradient sums over every position it was used at.
        multiply(
            geometry.loweredMatrix(scratch, count: block.count).transposed,
            Matrix(grids, rows: block.count * geometry.positions, columns: filters),
            into: Matrix(gradient, rows: geometry.patch, columns: filters),
            accumulating: accumulating || block.start > 0)
    }

    /// Values of one grid.
    private var gridCount: Int { geometry.positions * filters }

    private func tiles(_ region: FloatRegion, _ count: Int, _ paired: PairedLowering) -> Matrix {
        Matrix(region, rows: count * paired.tiles, columns: filters)
    }

    private func values(
        _ lowered: FloatRegion, _ group: PairedLowering.Group, _ count: Int, _ paired: PairedLowering
    ) -> Matrix {
        Matrix(
            lowered[group.range.lowerBound..<lowered.count], rows: count * paired.tiles,
            columns: group.range.count, stride: paired.rowCount)
    }
}
