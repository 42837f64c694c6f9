import CTiles

/// The gradient of the weights from pairs of grid positions, three products for four.
///
/// Two taps, two grid positions g₁ and g₂ and three places of the image: what is a filter on the way forward are the grid's values here.
///
///     gradient of the first tap  x₋·g₁ + x₀·g₂ = (x₋ − x₀)·g₁ + x₀·(g₁ + g₂)
///     gradient of the last       x₀·g₁ + x₊·g₂ = (x₊ − x₀)·g₂ + x₀·(g₁ + g₂)
///
/// Each product is summed over all pairs and images in a matrix of its own; sixteen with those of the middle tap, of which nine gradients are
/// made when all is summed.
struct FilterWalk: @unchecked Sendable {
    /// What these products need made of an image, and of a grid.
    let image: [vae_combination]
    let grid: [vae_combination]
    /// One for each matrix, in their order. Their pointers are nil but within `withWalk`: they are safe to send.
    private let walks: [(vae_overlap, vae_walk, imageIsMade: Bool, gridIsMade: Bool)]

    /// - Parameter taps: the lines of the kernel, along each axis, whose gradients the products are for: the pair's first and last, or the middle
    init(
        _ taps: FilterTaps, _ image: PairedImage, _ grid: PairedGrid, pairs: Int,
        geometry: ConvolutionGeometry, filters: Int
    ) {
        self.image = image.combinations(taps.rows, taps.columns, pairs: 0..<pairs)
        self.grid = grid.combinations(taps.rows, taps.columns)
        let cells = taps.rows.flatMap { row in
            taps.columns.map { (image.places(row, $0), grid.places(row, $0)) }
        }
        walks = cells.enumerated().map { index, cell in
            let (from, to) = cell
            return (
                vae_overlap(
                    image: from.first, grid: to.first, width: from.columns, height: from.count,
                    weights: index * geometry.channels * filters),
                vae_walk(
                    overlaps: nil, overlap_count: 1, run_length: geometry.channels, columns: filters,
                    image_step: from.step, image_row: from.row,
                    image_size: from.isMade ? image.count : geometry.imageCount, grid_step: to.step,
                    grid_row: to.row, grid_size: to.isMade ? grid.count : geometry.positions * filters),
                from.isMade, to.isMade
            )
        }
    }

    /// Multiplications of one image.
    var multiplications: Int {
        walks.reduce(0) { $0 + $1.0.width * $1.0.height * $1.1.run_length * $1.1.columns }
    }

    /// Lends C each walk, with whether it reads what is made of the images and of the grids.
    func forEachWalk(_ body: (UnsafePointer<vae_walk>, _ imageIsMade: Bool, _ gridIsMade: Bool) -> Void) {
        for (overlap, walk, imageIsMade, gridIsMade) in walks {
            withUnsafePointer(to: overlap) { overlap in
                var walk = walk
                walk.overlaps = overlap
                body(&walk, imageIsMade, gridIsMade)
            }
        }
    }
}
