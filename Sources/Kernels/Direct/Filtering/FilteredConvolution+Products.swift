extension FilteredConvolution.Direction {
    /// grid = f(bias + kernel ∗ image), or image = f(bias + kernelᵀ ∗ grid), as `DirectConvolution` has them, without the activations that tiles
    /// do not know.
    /// - Parameter packed: the kernel's matrices for this direction
    func run(
        _ input: FloatRegion, count: Int, packed: FloatRegion, bias: FloatRegion?, rectifying: Bool,
        into output: FloatRegion, accumulating: Bool, scratch: FloatRegion
    ) {
        let table = tiles.table.pointee
        precondition(
            packed.count == matrices * from.channels * to.channels && scratch.count >= scratchCount)
        var first = 0
        while first < count {
            let filter = filter(images: count - first)
            let some = min(filter.images, count - first)
            filter.withFilter { plan in
                table.filtered_gemm(
                    plan, input.base + first * from.count, some, packed.base, bias?.base, accumulating,
                    rectifying, scratch.base, output.base + first * to.count)
            }
            first += some
        }
        runRest(
            input, count: count, packed: packed, bias: bias, rectifying: rectifying, into: output,
            accumulating: accumulating)
    }

    /// The outputs that pairs leave over.
    func runRest(
        _ input: FloatRegion, count: Int, packed: FloatRegion, bias: FloatRegion?, rectifying: Bool,
        into output: FloatRegion, accumulating: Bool
    ) {
        let table = tiles.table.pointee
        rest?.withPlan { plan in
            for index in 0..<count {
                table.implicit_gemm(
                    plan, input.base + index * from.count, packed.base, bias?.base, accumulating, rectifying,
                    output.base + index * to.count)
            }
        }
    }
}
