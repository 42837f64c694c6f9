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
    /// What is made of an image, and of a grid.
    let image: [vae_combination]
    let grid: [vae_combination]
    /// Floats of that.
    private(set) var imageCount = 0
    private(set) var gridCount = 0
    /// One for each matrix, in their order. Their pointers are nil but within `withWalk`: they are safe to send.
    private let walks: [(vae_overlap, vae_walk, imageIsMade: Bool, gridIsMade: Bool)]

    /// - Parameter taps: the lines of the kernel, along each axis, whose gradients the products are for: the pair's first and last, or the middle
    init(
        rows: PairedAxis, columns: PairedAxis, taps: FilterTaps, geometry: ConvolutionGeometry, filters: Int
    ) {
        var image = FilterCombinations(width: geometry.width, channels: geometry.channels)
        var grid = FilterCombinations(width: geometry.gridWidth, channels: filters)
        let all = grid.rows(rows.firstOutput, step: 1, count: 2 * rows.pairs)
        var walks: [(vae_overlap, vae_walk, imageIsMade: Bool, gridIsMade: Bool)] = []
        for row in taps.rows {
            // Of an image the rows that this product of rows is taken with, or their differences; of a grid those of the outputs, or their sums.
            let (lines, outputs): (FilterCombinations.Rows, FilterCombinations.Rows) =
                switch row {
                case .first: (image.differences(.before, rows, pairs: 0..<rows.pairs), all.every(2, from: 0))
                case .both: (image.rows(rows.middle, step: rows.distance, count: rows.pairs), grid.sums(all))
                case .last: (image.differences(.after, rows, pairs: 0..<rows.pairs), all.every(2, from: 1))
                case .middle: (image.rows(rows.single, step: rows.singleStep, count: 2 * rows.pairs), all)
                }
            for column in taps.columns {
                let (from, to): (FilterCombinations.Rows, FilterCombinations.Rows) =
                    switch column {
                    case .first, .last:
                        (
                            image.columnDifferences(column == .first ? .before : .after, lines, columns),
                            outputs.at(
                                columns.firstOutput + (column == .first ? 0 : 1), step: 2,
                                count: columns.pairs
                            )
                        )
                    case .both:
                        (
                            lines.at(columns.middle, step: columns.distance, count: columns.pairs),
                            grid.columnSums(outputs, columns)
                        )
                    case .middle:
                        (
                            lines.at(columns.single, step: columns.singleStep, count: 2 * columns.pairs),
                            outputs.at(columns.firstOutput, step: 1, count: 2 * columns.pairs)
                        )
                    }
                walks.append(
                    (
                        vae_overlap(
                            image: from.first, grid: to.first, width: from.columns, height: from.count,
                            weights: walks.count * geometry.channels * filters),
                        vae_walk(
                            overlaps: nil, overlap_count: 1, run_length: geometry.channels, columns: filters,
                            image_step: from.step, image_row: from.row, image_size: 0, grid_step: to.step,
                            grid_row: to.row, grid_size: 0),
                        from.isMade, to.isMade
                    ))
            }
        }
        let sizes = (image.made, grid.made)
        self.walks = walks.map { overlap, walk, imageIsMade, gridIsMade in
            var walk = walk
            walk.image_size = imageIsMade ? sizes.0 : geometry.imageCount
            walk.grid_size = gridIsMade ? sizes.1 : geometry.positions * filters
            return (overlap, walk, imageIsMade, gridIsMade)
        }
        self.image = image.combinations
        self.grid = grid.combinations
        (imageCount, gridCount) = sizes
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
