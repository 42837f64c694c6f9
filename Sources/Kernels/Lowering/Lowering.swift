/// im2col in NHWC; its transpose, col2im, is `PixelSums`.
///
/// The lowered matrix has a row for each place of the kernel, [positions × patch], and in a row the values under the
/// kernel in the order (ky, kx, channel). One kernel row is then a run of `kernelWidth · channels` floats that
/// also lie side by side in the image, and is copied as a whole.
///
/// With one channel those runs would be too short to be worth a loop. The matrix is then stored transposed, a plane of
/// positions for each tap of the kernel, [patch × positions]: see Lowering+Planes.
extension ConvolutionGeometry {
    /// The lowered matrix of `count` images in `region`, [count · positions × patch] however it is stored.
    package func loweredMatrix(_ region: FloatRegion, count: Int) -> Matrix {
        storesPlanes
            ? Matrix(region, rows: patch, columns: count * positions).transposed
            : Matrix(region, rows: count * positions, columns: patch)
    }

    /// Whether the lowered matrix is stored transposed.
    package var storesPlanes: Bool { channels == 1 }

    /// Copies `count` images, (n, height, width, channels), to their lowered matrix;
    /// zero where the kernel hangs over the edge.
    package func im2col(_ images: FloatRegion, count: Int, into lowered: FloatRegion) {
        precondition(
            images.count >= count * imageCount && lowered.count >= count * loweredCount, "im2col of \(count)")
        if storesPlanes { return im2colPlanes(images, count: count, into: lowered) }
        let run = kernelWidth * channels
        for image in 0..<count {
            let source = images.base + image * imageCount
            var target = lowered.base + image * loweredCount
            for gridY in 0..<gridHeight {
                for gridX in 0..<gridWidth {
                    let columns = visibleColumns(gridX)
                    let before = columns.skipped * channels
                    let inside = columns.count * channels
                    for kernelY in 0..<kernelHeight {
                        let y = gridY * stride + kernelY - paddingTop
                        if y < 0 || y >= height || inside == 0 {
                            zero(target, run)
                        } else {
                            let from = source + (y * width + columns.first) * channels
                            if inside == run {
                                move(from, to: target, run)
                            } else {
                                zero(target, before)
                                move(from, to: target + before, inside)
                                zero(target + before + inside, run - before - inside)
                            }
                        }
                        target += run
                    }
                }
            }
        }
    }

    /// The kernel columns that fall on the image at `gridX`: how many come before the edge, where the
    /// first lies, and how many there are.
    @inline(__always)
    private func visibleColumns(_ gridX: Int) -> (skipped: Int, first: Int, count: Int) {
        let left = gridX * stride - paddingLeft
        let first = max(left, 0)
        return (first - left, first, max(min(left + kernelWidth, width) - first, 0))
    }
}

// Runs are short, 3 to a few hundred floats, and there are thousands of them in an image. Vectors of a fixed width cost
// less here than a call of memcpy or a loop that the compiler widens behind checks for overlap.

private typealias Wide = SIMD16<Float>

@inline(__always)
private func move(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
    let (from, to) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
    let end = count &* 4
    var position = 0
    while position &+ 64 <= end {
        to.storeBytes(
            of: from.loadUnaligned(fromByteOffset: position, as: Wide.self), toByteOffset: position,
            as: Wide.self)
        position &+= 64
    }
    while position &+ 16 <= end {
        to.storeBytes(
            of: from.loadUnaligned(fromByteOffset: position, as: SIMD4<Float>.self), toByteOffset: position,
            as: SIMD4<Float>.self)
        position &+= 16
    }
    if count & 2 != 0 {
        to.storeBytes(
            of: from.loadUnaligned(fromByteOffset: position, as: SIMD2<Float>.self), toByteOffset: position,
            as: SIMD2<Float>.self)
        position &+= 8
    }
    if count & 1 != 0 { target[count &- 1] = source[count &- 1] }
}

@inline(__always)
private func zero(_ target: UnsafeMutablePointer<Float>, _ count: Int) {
    for index in 0..<count { target[index] = 0 }
}
