extension FilteredConvolution {
    typealias Pairs = (rows: PairedAxis, columns: PairedAxis)

    // Measured on Zen 5 with AVX-512 and AVX2, grids of 2 to 32 and 8 to 512 channels a side. Shapes alone decide, so that bits do.
    private static let fewestChannels = 16
    private static let fewestFilters = 32

    static func paysDown(_ pairs: Pairs, _ channels: Int, _ filters: Int) -> Bool {
        channels >= fewestChannels && filters >= fewestFilters
            && min(pairs.rows.pairs, pairs.columns.pairs) > 0
    }

    /// Where pairs leave little over: of five by five places four by four are in pairs, and what is left takes as long.
    static func paysUp(
        _ pairs: Pairs, _ rows: TapAxis, _ columns: TapAxis, _ channels: Int, _ filters: Int
    ) -> Bool {
        func covers(_ axis: PairedAxis, _ whole: TapAxis) -> Bool { 14 * axis.pairs >= 6 * whole.gridSize }
        return channels >= fewestChannels && filters >= fewestFilters
            && covers(pairs.rows, rows) && covers(pairs.columns, columns)
    }

    /// Where sums over pairs are long beside the sixteen matrices that they go into.
    static func paysGradient(_ pairs: Pairs, _ channels: Int, _ filters: Int) -> Bool {
        let fewest = min(pairs.rows.pairs, pairs.columns.pairs)
        return channels >= 2 * fewestChannels && filters >= fewestFilters
            && (fewest > 3 || (fewest == 3 && channels * filters <= 1 << 13))
    }

    /// Where what is kept of one image, which stays in the second-level cache, is worth more than tiles that many images fill: measured on a Xeon with
    /// rows of three pairs and of seven.
    static func keepsByRows(_ pairs: Pairs, _ channels: Int, _ filters: Int) -> Bool {
        pairs.columns.pairs >= 7 && channels * filters < FilterPlan.manyWeights
    }
}
