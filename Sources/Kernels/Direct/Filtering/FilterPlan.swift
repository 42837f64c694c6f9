import CTiles

/// The order in which tiles compute pairs of outputs, in both directions, with three products for four: which combinations of the input are made,
/// which products are taken with them, and which sums these go into.
///
/// Along one axis a pair is three products, and its two outputs share one of them. Along both, the products of four outputs are the nine of rows
/// with columns, numbered 1 (x₋ − x₀), 2 (x₀) and 3 (x₊ − x₀) along each:
///
///     outputs   left                     right
///     upper     11 + 12 + 21 + 22        12 + 13 + 22 + 23
///     lower     21 + 22 + 31 + 32        22 + 23 + 32 + 33
///
/// in eight chains, where the first leaves its sums midway for another to start from:
///
///     22 ─┬─ 12 ──► upper = 22 + 12        21 ──► left        upper + left ── 11 ──► output     upper + right ── 13 ──► output
///         └──────── 32 ──► lower           23 ──► right       lower + left ── 31 ──► output     lower + right ── 33 ──► output
///
/// The middle tap, which no other shares a place with, adds its products to the same chains from image to grid; from grid to image its outputs
/// lie between the others, and are chains of their own. Of 36 products 25 are left.
///
/// A block is a pair of rows: what is made of it stays in the first-level cache unless it is kept, and so do the sums that chains hand on.
struct FilterPlan: Sendable {
    private(set) var blocks: [vae_block] = []
    /// Where what is made of all blocks has a place; nil where each block's takes that of the one before.
    private var kept: PairedImage?
    private var making: FilterCombinations
    private(set) var chains: [vae_chain] = []
    private(set) var runs: [vae_filtered_run] = []
    private let axes: (rows: PairedAxis, columns: PairedAxis)
    private let input: TilePlan.Side
    private let output: TilePlan.Side
    /// Images whose positions are computed side by side, where a row of pairs is too short to fill a tile; 1 where it is not.
    let images: Int
    /// Floats that are made of a block of one image, or of all that is kept of it.
    private(set) var madeCount = 0
    /// Floats of sums that chains hand on, which come first in the scratch.
    var handedOnCount: Int { 4 * axes.columns.pairs * images * output.channels }
    /// Floats of scratch: those, and what is made of a block.
    var scratchCount: Int { handedOnCount + images * madeCount }

    // Measured on Zen 5: rows of fewer positions leave tiles half empty, and of many weights, which leave the caches, a tile of more positions
    // reads less; but what is made of several images has to stay there as well.
    private static let fewestPositions = 8
    private static let mostPositions = 16
    static let manyWeights = 1 << 14
    private static let mostImages = 8

    /// - Parameters:
    ///   - rows, columns: the pairs along each axis
    ///   - singlesApart: whether the middle tap has outputs of its own, beside those of the pair
    ///   - severalImages: false where there are too few to go across them
    ///   - keeping: whether all that is made of an image is there in the end, as `PairedImage` has it
    init(
        rows: PairedAxis, columns: PairedAxis, from input: TilePlan.Side, to output: TilePlan.Side,
        singlesApart: Bool, severalImages: Bool, keeping: Bool
    ) {
        axes = (rows, columns)
        self.input = input
        self.output = output
        let limit =
            input.channels * output.channels < Self.manyWeights
            ? Self.fewestPositions : Self.mostPositions + 1
        images = severalImages && columns.pairs < limit ? Self.mostImages : 1
        making = FilterCombinations(width: input.width, channels: input.channels)
        if keeping {
            let kept = PairedImage(
                rows: rows, columns: columns, width: input.width, channels: input.channels,
                first: handedOnCount)
            (self.kept, madeCount) = (kept, kept.count)
        }
        for pair in 0..<rows.pairs {
            let (firstCombination, firstChain) = (making.combinations.count, chains.count)
            making.made = handedOnCount
            append(pair, singlesApart: singlesApart)
            if kept == nil { madeCount = max(madeCount, making.made - handedOnCount) }
            blocks.append(
                vae_block(
                    first_combination: firstCombination,
                    combinations: making.combinations.count - firstCombination,
                    first_chain: firstChain, chains: chains.count - firstChain))
        }
        guard images > 1 else { return }
        for index in runs.indices { runs[index].step = runs[index].is_made ? madeCount : input.count }
    }

    /// Multiplications of one image.
    var multiplications: Int {
        chains.reduce(0) { $0 + (images > 1 ? 1 : $1.positions) * $1.runs } * input.channels * output.channels
    }

    /// Lends the plan to C.
    func withFilter(_ body: (UnsafePointer<vae_filter>) -> Void) {
        blocks.withUnsafeBufferPointer { blocks in
            making.combinations.withUnsafeBufferPointer { combinations in
                chains.withUnsafeBufferPointer { chains in
                    runs.withUnsafeBufferPointer { runs in
                        var filter = vae_filter(
                            blocks: blocks.baseAddress, block_count: blocks.count,
                            combinations: combinations.baseAddress, chains: chains.baseAddress,
                            runs: runs.baseAddress, run_length: input.channels, columns: output.channels,
                            is_across_images: images > 1, input_size: input.count,
                            made_size: madeCount)
                        body(&filter)
                    }
                }
            }
        }
    }
}

// MARK: Products and their sums

extension FilterPlan {
    private static var nowhere: vae_place { vae_place(side: VAE_NOWHERE, first: 0, step: 0) }

    private mutating func chain(
        _ positions: Int, from start: vae_place? = nil, and other: vae_place? = nil, bias: Bool = false,
        _ first: [vae_filtered_run], midway: vae_place? = nil, _ rest: [vae_filtered_run] = [],
        to end: vae_place, isResult: Bool = false
    ) {
        // Across images each position of a row is a chain of its own.
        for position in 0..<(images > 1 ? positions : 1) {
            func here(_ place: vae_place?) -> vae_place {
                guard var place else { return Self.nowhere }
                guard images > 1 else { return place }
                place.first += position * place.step
                place.step = place.side == VAE_OUTPUT ? output.count : output.channels
                return place
            }
            chains.append(
                vae_chain(
                    positions: positions, first_run: runs.count, runs: first.count + rest.count,
                    start: here(start), other_start: here(other), midway: here(midway),
                    runs_before_midway: first.count, end: here(end), takes_bias: bias, is_result: isResult))
            runs += (first + rest).map { run in
                var run = run
                run.input += position * run.step
                return run
            }
        }
    }

    /// Sums that are handed on, one of four.
    private func handedOn(_ index: Int) -> vae_place {
        vae_place(
            side: VAE_SCRATCH, first: index * axes.columns.pairs * images * output.channels,
            step: images * output.channels)
    }

    /// A line of outputs: from a row and a column on, every so many columns.
    private func outputs(row: Int, column: Int, step: Int) -> vae_place {
        vae_place(
            side: VAE_OUTPUT, first: (row * output.width + column) * output.channels,
            step: step * output.channels)
    }

    /// The lines of a pair of rows, once its differences are made.
    private mutating func lines(ofPair pair: Int) -> FilterProducts.Lines {
        let (rows, columns) = axes
        if let kept {
            let all = PairedTaps.allCases
            making.combinations += kept.combinations(all, all, pairs: pair..<pair + 1)
            return kept.lines(ofPair: pair)
        }
        func line(_ row: FilterCombinations.Rows, in making: inout FilterCombinations) -> FilterProducts.Line
        {
            FilterProducts.Line(
                row: row, before: making.columnDifferences(.before, row, columns),
                after: making.columnDifferences(.after, row, columns))
        }
        let middle = rows.middle + pair * rows.distance
        let ends = [PairSide.before, .after].map { making.differences($0, rows, of: pair) }
        let lines = [ends[0], making.rows(middle, step: 1, count: 1), ends[1]].map { line($0, in: &making) }
        let singles = (0..<2).map { output in
            let row = rows.single + pair * rows.distance + output * rows.singleStep
            return row == middle ? lines[1] : line(making.rows(row, step: 1, count: 1), in: &making)
        }
        return FilterProducts.Lines(pair: lines, singles: singles)
    }

    /// A pair of rows.
    private mutating func append(_ pair: Int, singlesApart: Bool) {
        let (rows, columns) = axes
        let products = FilterProducts(
            lines: lines(ofPair: pair), rowTaps: rows.taps, columns: columns,
            matrix: input.channels * output.channels)
        /// What only the middle tap adds, where its products go into the pair's outputs.
        func added(_ products: vae_filtered_run...) -> [vae_filtered_run] { singlesApart ? [] : products }

        let pairs = columns.pairs
        let (upper, lower, sides) = (handedOn(0), handedOn(1), [handedOn(2), handedOn(3)])
        chain(
            pairs, bias: true, [products.product(1, .pair(1))], midway: lower,
            [products.product(0, .pair(1))] + added(products.single(0, .pair(1))), to: upper)
        chain(
            pairs, from: lower, [products.product(2, .pair(1))] + added(products.single(1, .pair(1))),
            to: lower)
        for side in 0..<2 {
            chain(
                pairs, [products.product(1, .pair(2 * side))] + added(products.product(1, .single(side))),
                to: sides[side])
        }
        let firstRow = rows.firstOutput + 2 * pair * rows.outputStep
        for a in 0..<2 {
            for b in 0..<2 {
                chain(
                    pairs, from: a == 0 ? upper : lower, and: sides[b],
                    [products.product(2 * a, .pair(2 * b))]
                        + added(
                            products.product(2 * a, .single(b)), products.single(a, .pair(2 * b)),
                            products.single(a, .single(b))),
                    to: outputs(
                        row: firstRow + a * rows.outputStep,
                        column: columns.firstOutput + b * columns.outputStep, step: 2 * columns.outputStep),
                    isResult: true)
            }
        }
        guard singlesApart else { return }
        appendSinglesApart(firstRow, products)
    }

    /// The outputs of the middle tap, which lie between the pairs': of columns, of rows, and of both.
    private mutating func appendSinglesApart(
        _ firstRow: Int, _ products: FilterProducts
    ) {
        let columns = axes.columns
        func between(_ row: Int) -> vae_place {
            outputs(row: firstRow + row, column: columns.firstOutput + 1, step: columns.outputStep)
        }
        // Sums are handed on beside the outputs, which may hold what these are added to: as many as two of the pairs', which are done with.
        let shared = handedOn(0)
        chain(
            2 * columns.pairs, bias: true, [products.product(1, .singles)], midway: shared,
            [products.product(0, .singles)],
            to: between(0), isResult: true)
        chain(
            2 * columns.pairs, from: shared, [products.product(2, .singles)],
            to: between(axes.rows.outputStep), isResult: true)
        for a in 0..<2 {
            let row = firstRow + a * axes.rows.outputStep + 1
            func side(_ b: Int) -> vae_place {
                outputs(
                    row: row, column: columns.firstOutput + b * columns.outputStep,
                    step: 2 * columns.outputStep)
            }
            chain(
                columns.pairs, bias: true, [products.single(a, .pair(1))], midway: shared,
                [products.single(a, .pair(0))],
                to: side(0), isResult: true)
            chain(columns.pairs, from: shared, [products.single(a, .pair(2))], to: side(1), isResult: true)
            chain(
                2 * columns.pairs, bias: true, [products.single(a, .singles)],
                to: outputs(row: row, column: columns.firstOutput + 1, step: columns.outputStep),
                isResult: true)
        }
    }
}
