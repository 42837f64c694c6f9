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
            packed.count == matrices * from.channels * to.channels && scratch.count >= filter.scratchCount)
        filter.withFilter { plan in
            for index in stride(from: 0, to: count, by: filter.images) {
                table.filtered_gemm(
                    plan, input.base + index * from.count, min(filter.images, count - index), packed.base,
                    bias?.base, accumulating, rectifying, scratch.base, output.base + index * to.count)
            }
        }
        rest?.withPlan { plan in
            for index in 0..<count {
                table.implicit_gemm(
                    plan, input.base + index * from.count, packed.base, bias?.base, accumulating, rectifying,
                    output.base + index * to.count)
            }
        }
    }
}

extension FilteredConvolution {
    /// kernelGradient (+)= Σ over images and positions of image under the kernel · grid.
    func sum(
        _ gradient: Gradient, _ images: FloatRegion, _ grids: FloatRegion, count: Int,
        into kernelGradient: FloatRegion,
        accumulating: Bool, scratch: FloatRegion
    ) {
        let table = tiles.table.pointee
        let walk = gradient.walk
        let (imageSize, gridSize) = (geometry.imageCount, geometry.positions * filters)
        let block = block(of: count, gradient)
        precondition(scratch.count >= packedCount + block * (walk.imageCount + walk.gridCount))
        let products = scratch.prefix(packedCount)
        let madeOfImages = scratch.base + packedCount
        let madeOfGrids = madeOfImages + block * walk.imageCount
        for first in stride(from: 0, to: count, by: block) {
            let some = min(block, count - first)
            let (image, grid) = (images.base + first * imageSize, grids.base + first * gridSize)
            for index in 0..<some {
                table.combine(
                    walk.image, walk.image.count, image + index * imageSize,
                    madeOfImages + index * walk.imageCount)
                table.combine(
                    walk.grid, walk.grid.count, grid + index * gridSize, madeOfGrids + index * walk.gridCount)
            }
            walk.forEachWalk { walk, imageIsMade, gridIsMade in
                table.weight_gradient(
                    walk, imageIsMade ? madeOfImages : image, gridIsMade ? madeOfGrids : grid, some,
                    first > 0, products.base)
            }
        }
        if let rest = gradient.rest {
            if !accumulating { kernelGradient.fill(with: 0) }
            rest.withWalk { walk in
                table.weight_gradient(walk, images.base, grids.base, count, true, kernelGradient.base)
            }
        }
        gather(products, into: kernelGradient, accumulating: accumulating || gradient.rest != nil)
    }
}
