/// im2col and col2im of images with one channel, a plane of positions for each tap of the kernel.
///
/// A row of a plane is a row of the image, shifted by the tap and, for strides above 1, thinned out: long runs where the
/// positions' own rows would give runs of one kernel width.
extension ConvolutionGeometry {
    /// (n, height, width) to (kernelHeight · kernelWidth, n, gridHeight, gridWidth).
    func im2colPlanes(_ images: FloatRegion, count: Int, into lowered: FloatRegion) {
        var target = lowered.base
        for tap in 0..<patch {
            let columns = visiblePlaces(tap % kernelWidth - paddingLeft)
            for row in 0..<count * gridHeight {
                let y = row % gridHeight * stride + tap / kernelWidth - paddingTop
                if y < 0 || y >= height || columns.isEmpty {
                    target.update(repeating: 0, count: gridWidth)
                } else {
                    let source = images.base + (row / gridHeight * height + y) * width
                    let first = columns.lowerBound * stride + tap % kernelWidth - paddingLeft
                    target.update(repeating: 0, count: columns.lowerBound)
                    copyStrided(source + first, into: target + columns.lowerBound, columns.count)
                    (target + columns.upperBound).update(repeating: 0, count: gridWidth - columns.upperBound)
                }
                target += gridWidth
            }
        }
    }

    /// images = f(bias + the planes' values, each at the pixel it came from), f the rectification or nothing; overwritten, or added
    /// to when `accumulating`. A row of an image takes all of its values while it is in the first-level cache.
    func col2imPlanes(
        _ lowered: FloatRegion, count: Int, bias: Float, rectifying: Bool, into images: FloatRegion,
        accumulating: Bool
    ) {
        let plane = count * positions
        for row in 0..<count * height {
            let (image, y) = (row / height, row % height)
            let line = images.base + row * width
            if !accumulating { line.update(repeating: bias, count: width) }
            for kernelY in 0..<kernelHeight {
                let offset = y + paddingTop - kernelY
                guard offset >= 0, offset % stride == 0, offset / stride < gridHeight else { continue }
                let source = UnsafePointer(lowered.base) + (image * gridHeight + offset / stride) * gridWidth
                for kernelX in 0..<kernelWidth {
                    let columns = visiblePlaces(kernelX - paddingLeft)
                    guard !columns.isEmpty else { continue }
                    scatter(
                        source + (kernelY * kernelWidth + kernelX) * plane + columns.lowerBound,
                        addingTo: line + columns.lowerBound * stride + kernelX - paddingLeft, columns.count)
                }
            }
            if rectifying { for x in 0..<width { line[x] = rectify(line[x]) } }
        }
    }

    /// The grid columns at which a tap `offset` columns right of the position falls on the image.
    private func visiblePlaces(_ offset: Int) -> Range<Int> {
        let first = offset < 0 ? (stride - 1 - offset) / stride : 0
        let end = width > offset ? min((width - offset + stride - 1) / stride, gridWidth) : 0
        return min(first, gridWidth)..<max(end, min(first, gridWidth))
    }

    /// target[i] = source[stride · i].
    @inline(__always)
    private func copyStrided(
        _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        switch stride {
        case 1: target.update(from: source, count: count)
        case 2: for index in 0..<count { target[index] = source[2 &* index] }
        default: for index in 0..<count { target[index] = source[stride &* index] }
        }
    }

    /// target[stride · i] += source[i].
    @inline(__always)
    private func scatter(
        _ source: UnsafePointer<Float>, addingTo target: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        switch stride {
        case 1: for index in 0..<count { target[index] += source[index] }
        default: for index in 0..<count { target[stride &* index] += source[index] }
        }
    }
}
