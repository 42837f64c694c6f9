/// Which parameters a rank has as its own: it adds up their gradient, and takes the optimiser's step on them.
///
/// Parts are contiguous and begin with a chunk of the update, so that whatever one thread does of a chunk is done by one rank. What the
/// optimiser does not train comes behind all else, and belongs to the last rank as far as its sum goes: every rank then takes its step, which
/// is short.
struct ParameterShares: Sendable {
    let ranks: Int
    /// Parameters that the optimiser trains.
    private let optimized: Int
    /// All floats of a gradient.
    let length: Int
    /// Parameters that stay together.
    private let unit: Int

    init(ranks: Int, optimized: Int, length: Int, unit: Int) {
        (self.ranks, self.optimized, self.length, self.unit) = (ranks, optimized, length, unit)
    }

    /// The parameters that a rank takes the optimiser's step on.
    func owned(by rank: Int) -> Range<Int> {
        let units = (optimized + unit - 1) / unit
        return min(optimized, units * rank / ranks * unit)..<min(optimized, units * (rank + 1) / ranks * unit)
    }

    /// The chunks of some size that they are, of which a unit is a multiple.
    func chunks(of rank: Int, size: Int) -> Range<Int> {
        let range = owned(by: rank)
        return range.lowerBound / size..<(range.upperBound + size - 1) / size
    }

    /// The floats of a gradient that a rank adds up.
    func added(by rank: Int) -> Range<Int> {
        let range = owned(by: rank)
        return rank == ranks - 1 ? range.lowerBound..<length : range
    }

    /// Parameters that the optimiser does not train.
    var others: Range<Int> { optimized..<length }
}
