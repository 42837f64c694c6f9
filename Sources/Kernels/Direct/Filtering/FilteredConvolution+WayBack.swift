/// The way back of a transposed convolution: the differences that its gradient is taken down with are those that the weights' gradient reads.
extension FilteredConvolution {
    /// Floats of scratch for `downWithGradient` of `count` images; 0 where it can't be.
    func sharedScratchCount(images count: Int) -> Int {
        guard let filter = downward?.keepingFilter, let gradient else { return 0 }
        return filter.scratchCount
            + gradient.scratchCount(images: min(count, filter.images), imagesAreMade: true)
    }

    /// The gradient of a grid and that of the weights, from the same differences of the image.
    /// - Returns: whether it could: both are filtered
    func downWithGradient(
        _ images: FloatRegion, _ grids: FloatRegion, count: Int, packed: FloatRegion,
        into gridGradients: FloatRegion, accumulatingGrids: Bool, kernelGradient: FloatRegion,
        accumulating: Bool, scratch: FloatRegion
    ) -> Bool {
        guard let downward, let filter = downward.keepingFilter, let gradient else { return false }
        precondition(scratch.count >= sharedScratchCount(images: count))
        let made = scratch[filter.handedOnCount..<filter.scratchCount]
        let rest = scratch[filter.scratchCount..<scratch.count]
        let table = tiles.table.pointee
        for first in stride(from: 0, to: count, by: filter.images) {
            let some = min(filter.images, count - first)
            let image = images[first * geometry.imageCount..<(first + some) * geometry.imageCount]
            filter.withFilter { plan in
                table.filtered_gemm(
                    plan, image.base, some, packed.base, nil, accumulatingGrids, false, scratch.base,
                    gridGradients.base + first * downward.to.count)
            }
            gradient.multiply(
                nil, image, made, grids[first * downward.to.count..<(first + some) * downward.to.count],
                count: some, accumulating: first > 0, scratch: rest)
        }
        downward.runRest(
            images, count: count, packed: packed, bias: nil, rectifying: false, into: gridGradients,
            accumulating: accumulatingGrids)
        gradient.finish(
            nil, images, grids, count: count, into: kernelGradient, accumulating: accumulating, scratch: rest)
        return true
    }
}
