/// The three products of a convolution between an image and a grid, lowered to `sgemm` by im2col and its transpose.
///
/// Images are lowered and multiplied a few at a time, so that what one step writes lies in the second-level cache when the next
/// reads it. Weights are (kernelHeight, kernelWidth, channels, filters), as a matrix [patch × filters].
struct LoweredConvolution: Sendable {
    private let geometry: ConvolutionGeometry
    private let filters: Int
    private let pixelSums: PixelSums

    init(_ geometry: ConvolutionGeometry, filters: Int) {
        self.geometry = geometry
        self.filters = filters
        pixelSums = PixelSums(geometry)
    }

    /// Floats of scratch that any of the products needs for `count` images.
    func scratchCount(images count: Int) -> Int { geometry.imagesPerBlock(of: count) * geometry.loweredCount }

    /// The images of a call in the blocks that go through together.
    func blocks(of count: Int) -> Blocks { Blocks(count, geometry) }

    /// grid = f(bias + kernel ∗ image): (count, height, width, channels) to (count, gridHeight, gridWidth, filters), overwritten.
    func down(
        _ images: FloatRegion, count: Int, kernel: FloatRegion, bias: FloatRegion, activation: Activation,
        into grids: FloatRegion, scratch: FloatRegion
    ) {
        for block in blocks(of: count) {
            lower(images[block.images(of: geometry.imageCount)], count: block.count, into: scratch)
            let sums = grids[block.images(of: gridCount)]
            downLowered(scratch, count: block.count, kernel: kernel, into: sums, accumulating: false)
            activation.addBiasAndApply(sums, rows: block.count * geometry.positions, bias: bias)
        }
    }

    /// image = f(bias + kernelᵀ ∗ grid): (count, gridHeight, gridWidth, filters) to (count, height, width, channels), overwritten
    /// or, when `accumulating`, added to.
    func up(
        _ grids: FloatRegion, count: Int, kernel: FloatRegion, bias: FloatRegion?, activation: Activation,
        into images: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        let weights = Matrix(kernel, rows: geometry.patch, columns: filters)
        for block in blocks(of: count) {
            let rows = block.count * geometry.positions
            let target = images[block.images(of: geometry.imageCount)]
            // M = positions, N = patch, K = filters: what each position hands to the pixels under it.
            multiply(
                Matrix(grids[block.images(of: gridCount)], rows: rows, columns: filters), weights.transposed,
                into: geometry.loweredMatrix(scratch, count: block.count))
            pixelSums(
                scratch, count: block.count, bias: bias, rectifying: activation == .rectified, into: target,
                accumulating: accumulating)
            activation.applyAfterTiles(target)
        }
    }

    /// im2col of the images of a block.
    func lower(_ images: FloatRegion, count: Int, into scratch: FloatRegion) {
        geometry.im2col(images, count: count, into: scratch)
    }

    /// grids (+)= kernel ∗ image of a block's lowered images.
    func downLowered(
        _ lowered: FloatRegion, count: Int, kernel: FloatRegion, into grids: FloatRegion, accumulating: Bool
    ) {
        // M = positions, N = filters, K = patch: every place of the kernel against every filter.
        multiply(
            geometry.loweredMatrix(lowered, count: count),
            Matrix(kernel, rows: geometry.patch, columns: filters),
            into: Matrix(grids, rows: count * geometry.positions, columns: filters),
            accumulating: accumulating)
    }

    /// kernelGradient (+)= Σ over a block's images and positions of lowered image · grid.
    func kernelGradient(
        _ lowered: FloatRegion, _ grids: FloatRegion, count: Int, into gradient: FloatRegion,
        accumulating: Bool
    ) {
        // M = patch, N = filters, K = positions: a weight's gradient sums over every position it was used at.
        multiply(
            geometry.loweredMatrix(lowered, count: count).transposed,
            Matrix(grids, rows: count * geometry.positions, columns: filters),
            into: Matrix(gradient, rows: geometry.patch, columns: filters), accumulating: accumulating)
    }

    /// Values of one grid.
    private var gridCount: Int { geometry.positions * filters }
}

/// The images of a call cut into the blocks that are lowered and multiplied at once.
struct Blocks: Sequence, IteratorProtocol {
    struct Block {
        let start: Int
        let count: Int

        /// The range of the block's images in a region with `size` values an image.
        func images(of size: Int) -> Range<Int> { start * size..<(start + count) * size }
    }

    private let total: Int
    private let step: Int
    private var start = 0

    init(_ count: Int, _ geometry: ConvolutionGeometry) {
        total = count
        step = geometry.imagesPerBlock(of: count)
    }

    mutating func next() -> Block? {
        guard start < total else { return nil }
        defer { start += step }
        return Block(start: start, count: Swift.min(step, total - start))
    }
}
