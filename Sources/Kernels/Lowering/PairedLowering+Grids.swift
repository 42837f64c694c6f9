extension PairedLowering {
    /// Floats of the sums of `count` grids.
    func sumsCount(_ count: Int) -> Int { Self.groups * count * tiles * filters }

    /// The sums of the nine groups among those of `count` grids, (tiles, filters) each.
    func sums(_ region: FloatRegion, _ group: Int, count: Int) -> FloatRegion {
        let size = count * tiles * filters
        return region[group * size..<(group + 1) * size]
    }

    /// For each group the sum of the positions of a tile that it counts for: (count, gridHeight, gridWidth, filters) to (9, count, tiles, filters).
    /// Positions beyond the grid are zero.
    func sum(_ grids: FloatRegion, count: Int, into sums: FloatRegion) {
        precondition(
            grids.count >= count * geometry.positions * filters && sums.count >= sumsCount(count))
        let size = count * tiles * filters
        for index in 0..<count * tiles {
            let at = corner(index)
            let g = grids.base + at.offset
            let (right, below) = (filters, geometry.gridWidth * filters)
            let target = sums.base + index * filters
            if at.isWhole {
                Vectors.forEach(filters) { at in
                    let (a, b) = (at.read(g), at.read(g + right))
                    let (c, d) = (at.read(g + below), at.read(g + below + right))
                    let (upper, lower) = (a + b, c + d)
                    at.write(a, to: target)
                    at.write(b, to: target + size)
                    at.write(upper, to: target + 2 * size)
                    at.write(c, to: target + 3 * size)
                    at.write(d, to: target + 4 * size)
                    at.write(lower, to: target + 5 * size)
                    at.write(a + c, to: target + 6 * size)
                    at.write(b + d, to: target + 7 * size)
                    at.write(upper + lower, to: target + 8 * size)
                } one: { index in
                    sumOne(g, right, below, true, true, index, into: target, size)
                }
            } else {
                for index in 0..<filters {
                    sumOne(g, right, below, at.hasRight, at.hasBelow, index, into: target, size)
                }
            }
        }
    }

    @inline(__always)
    private func sumOne(
        _ g: UnsafeMutablePointer<Float>, _ right: Int, _ below: Int, _ hasRight: Bool, _ hasBelow: Bool,
        _ index: Int, into target: UnsafeMutablePointer<Float>, _ size: Int
    ) {
        let a = g[index]
        let b = hasRight ? g[right + index] : 0
        let c = hasBelow ? g[below + index] : 0
        let d = hasRight && hasBelow ? g[below + right + index] : 0
        let all = (a, b, a + b, c, d, c + d, a + c, b + d, (a + b) + (c + d))
        let target = target + index
        (target[0], target[size], target[2 * size]) = (all.0, all.1, all.2)
        (target[3 * size], target[4 * size], target[5 * size]) = (all.3, all.4, all.5)
        (target[6 * size], target[7 * size], target[8 * size]) = (all.6, all.7, all.8)
    }

    /// The transpose of `sum`: what each position has of the nine groups' results; overwritten, or added to when `accumulating`.
    func spread(_ sums: FloatRegion, count: Int, into grids: FloatRegion, accumulating: Bool) {
        precondition(
            grids.count >= count * geometry.positions * filters && sums.count >= sumsCount(count))
        let size = count * tiles * filters
        for index in 0..<count * tiles {
            let at = corner(index)
            let source = UnsafePointer(sums.base + index * filters)
            for position in 0..<4 {
                let (y, x) = (position / 2, position % 2)
                if y == 1, !at.hasBelow { continue }
                if x == 1, !at.hasRight { continue }
                let target = grids.base + at.offset + (y * geometry.gridWidth + x) * filters
                let own = source + (3 * y + x) * size
                let (beside, below) = (source + (3 * y + 2) * size, source + (6 + x) * size)
                let all = source + 8 * size
                Vectors.forEach(filters) { at in
                    let sum = at.read(own) + at.read(beside) + (at.read(below) + at.read(all))
                    at.write(accumulating ? at.read(target) + sum : sum, to: target)
                } one: { index in
                    let sum = own[index] + beside[index] + (below[index] + all[index])
                    target[index] = accumulating ? target[index] + sum : sum
                }
            }
        }
    }

    /// The first position of a tile, counted over all images, in the grids, and which others of it there are.
    @inline(__always)
    private func corner(_ tile: Int) -> (offset: Int, hasRight: Bool, hasBelow: Bool, isWhole: Bool) {
        let (image, inside) = (tile / tiles, tile % tiles)
        let (y, x) = (2 * (inside / tileColumns), 2 * (inside % tileColumns))
        let (hasRight, hasBelow) = (x + 1 < geometry.gridWidth, y + 1 < geometry.gridHeight)
        return (
            ((image * geometry.gridHeight + y) * geometry.gridWidth + x) * filters, hasRight, hasBelow,
            hasRight && hasBelow
        )
    }
}
