import CTiles

/// The order in which tiles walk over images and grids for the gradient of the weights between them.
struct TileWalk: @unchecked Sendable {
    private let overlaps: [vae_overlap]
    /// Its pointer is nil but within `withWalk`: it is safe to send.
    private let strides: vae_walk

    /// Tap by tap, over the positions at which it falls on the image.
    init(
        rows: TapAxis, columns: TapAxis, geometry: ConvolutionGeometry, filters: Int,
        weights: (Int, Int) -> Int
    ) {
        self.init(geometry: geometry, filters: filters) { y, x in
            let (down, across) = (rows.overlap(y), columns.overlap(x))
            // The tap may never meet the image: its gradient is a sum of nothing.
            return [down.isEmpty || across.isEmpty ? (0..<0, 0..<0) : (down, across)]
        } weights: {
            weights($0, $1)
        }
    }

    /// The same of some taps over the positions outside a rectangle of them; nil where there are none. Weights are to be added to: a tap may have several
    /// overlaps, or none.
    init?(
        rows: TapAxis, columns: TapAxis, outside rectangle: (rows: Range<Int>, columns: Range<Int>),
        geometry: ConvolutionGeometry, filters: Int, taps: (Int, Int) -> Bool, weights: (Int, Int) -> Int
    ) {
        self.init(geometry: geometry, filters: filters) { y, x in
            guard taps(y, x) else { return [] }
            let across = columns.overlap(x)
            let beside = columns.overlaps(x, outside: rectangle.columns)
            let within = rows.overlap(y).clamped(to: rectangle.rows)
            return rows.overlaps(y, outside: rectangle.rows).map { ($0, across) }
                + (within.isEmpty ? [] : beside.map { (within, $0) })
        } weights: {
            weights($0, $1)
        }
        guard !overlaps.isEmpty else { return nil }
    }

    /// - Parameter positions: rectangles of grid positions, rows and columns, at which a tap of the kernel falls on the image
    private init(
        geometry: ConvolutionGeometry, filters: Int,
        positions: (_ y: Int, _ x: Int) -> [(Range<Int>, Range<Int>)], weights: (Int, Int) -> Int
    ) {
        let (rowSize, stride) = (geometry.width * geometry.channels, geometry.stride)
        var overlaps: [vae_overlap] = []
        for y in 0..<geometry.kernelHeight {
            for x in 0..<geometry.kernelWidth {
                for (down, across) in positions(y, x) {
                    let top = down.lowerBound * stride + y - geometry.paddingTop
                    let left = across.lowerBound * stride + x - geometry.paddingLeft
                    overlaps.append(
                        vae_overlap(
                            image: down.isEmpty ? 0 : top * rowSize + left * geometry.channels,
                            grid: (down.lowerBound * geometry.gridWidth + across.lowerBound) * filters,
                            width: across.count, height: down.count, weights: weights(y, x)))
                }
            }
        }
        self.overlaps = overlaps
        strides = vae_walk(
            overlaps: nil, overlap_count: 0, run_length: geometry.channels, columns: filters,
            image_step: stride * geometry.channels, image_row: stride * rowSize,
            image_size: geometry.imageCount, grid_step: filters, grid_row: geometry.gridWidth * filters,
            grid_size: geometry.positions * filters)
    }

    /// Kernel row by kernel row, over all positions of a padded image.
    init(padded: PaddedImage, geometry: ConvolutionGeometry, filters: Int) {
        let runLength = geometry.kernelWidth * geometry.channels
        overlaps = (0..<geometry.kernelHeight).map { row in
            vae_overlap(
                image: row * padded.rowCount, grid: 0, width: geometry.gridWidth, height: geometry.gridHeight,
                weights: row * runLength * filters)
        }
        strides = vae_walk(
            overlaps: nil, overlap_count: 0, run_length: runLength, columns: filters,
            image_step: geometry.stride * geometry.channels, image_row: geometry.stride * padded.rowCount,
            image_size: padded.count, grid_step: filters, grid_row: geometry.gridWidth * filters,
            grid_size: geometry.positions * filters)
    }

    /// Multiplications of one image.
    var multiplications: Int {
        overlaps.reduce(0) { $0 + $1.width * $1.height } * strides.run_length * strides.columns
    }

    /// Parts that share no weight and take about the same time: at most so many.
    func parts(atMost most: Int) -> [Range<Int>] { overlaps.indices.divided(into: most) }

    /// Lends the walk, or some of its overlaps, to C.
    func withWalk(_ part: Range<Int>? = nil, _ body: (UnsafePointer<vae_walk>) -> Void) {
        overlaps.withUnsafeBufferPointer { overlaps in
            let part = part ?? overlaps.indices
            var walk = strides
            walk.overlaps = overlaps.baseAddress.map { $0 + part.lowerBound }
            walk.overlap_count = part.count
            body(&walk)
        }
    }
}
