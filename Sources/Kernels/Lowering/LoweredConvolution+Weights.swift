/// The forms of the kernel that products want besides its own: where there are fewer multiplications the sums of taps, and for the way up all of it
/// transposed, since OpenBLAS multiplies rows by columns faster than rows by rows.
extension LoweredConvolution {
    /// Floats of what `pack` makes, for `down` alone or for `up` as well.
    func packedCount(up: Bool) -> Int { sumsCount + (up ? upwardCount : 0) }

    private var sumsCount: Int { paired?.weightCount ?? 0 }
    /// None of images with one channel, whose lowered matrix lies transposed.
    private var upwardCount: Int {
        geometry.storesPlanes ? 0 : paired?.weightCount ?? geometry.patch * filters
    }

    /// Makes these forms, once for all calls with the same kernel.
    func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        precondition(packed.count == packedCount(up: false) || packed.count == packedCount(up: true))
        paired?.pack(kernel, into: packed.prefix(sumsCount))
        guard packed.count > sumsCount else { return }
        if let paired {
            for group in paired.groups {
                transpose(weights(packed, group), into: packed[upwardRange(group)])
            }
        } else {
            transpose(
                Matrix(kernel, rows: geometry.patch, columns: filters), into: packed.prefix(upwardCount))
        }
    }

    /// The weights of a group's values, [values × filters].
    func weights(_ region: FloatRegion, _ group: PairedLowering.Group) -> Matrix {
        Matrix(
            region[group.range.lowerBound * filters..<group.range.upperBound * filters],
            rows: group.range.count, columns: filters)
    }

    /// The same transposed, [filters × values].
    func upward(_ packed: FloatRegion, _ group: PairedLowering.Group) -> Matrix {
        Matrix(packed[upwardRange(group)], rows: filters, columns: group.range.count)
    }

    /// The kernel transposed, [filters × patch].
    func upward(_ kernel: FloatRegion, _ packed: FloatRegion) -> Matrix {
        geometry.storesPlanes
            ? Matrix(kernel, rows: geometry.patch, columns: filters).transposed
            : Matrix(packed, rows: filters, columns: geometry.patch)
    }

    private func upwardRange(_ group: PairedLowering.Group) -> Range<Int> {
        sumsCount + group.range.lowerBound * filters..<sumsCount + group.range.upperBound * filters
    }
}
