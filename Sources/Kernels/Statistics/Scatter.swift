import CBLAS

/// Sums of outer products in Double, Σᵢ (xᵢ − c)(xᵢ − c)ᵀ: what covariances are made of.
///
/// The result is cut into panels that the workers take; each adds all rows up in their order, so that bits do not depend on threads.
package enum Scatter {
    /// The scatter of `rows` rows of 8-bit pixels, scaled to [0, 1], about `mean`. O(rows · size²), `dgemm`.
    /// - Parameters:
    ///   - pixels: (rows, size)
    ///   - mean: (size)
    /// - Returns: (size, size), symmetric
    package static func of(pixels: [UInt8], mean: [Double], pool: WorkerPool) -> [Double] {
        let size = mean.count
        return pixels.withUnsafeBufferPointer { pixels in
            mean.withUnsafeBufferPointer { mean in
                sum(rows: pixels.count / size, size: size, pool: pool) { row, from, target in
                    for axis in from..<size {
                        target[axis] = Double(pixels[row * size + axis]) / 255 - mean[axis]
                    }
                }
            }
        }
    }

    /// The inner products (xᵢ − mean)·(xₖ − mean) of all pairs of rows of 8-bit pixels, scaled to [0, 1]. O(rows² · size).
    /// - Returns: (rows, rows), symmetric
    package static func gram(ofPixels pixels: [UInt8], mean: [Double], pool: WorkerPool) -> [Double] {
        let (size, rows) = (mean.count, pixels.count / mean.count)
        return pixels.withUnsafeBufferPointer { pixels in
            mean.withUnsafeBufferPointer { mean in
                // The scatter of the transpose: a row for every pixel.
                sum(rows: size, size: rows, pool: pool) { pixel, from, target in
                    for row in from..<rows {
                        target[row] = Double(pixels[row * size + pixel]) / 255 - mean[pixel]
                    }
                }
            }
        }
    }

    /// The inner products (xᵢ − mean)·(xₖ − mean) of all pairs of rows of floats. O(rows² · size).
    /// - Returns: (rows, rows), symmetric
    package static func gram(ofPoints points: [Float], mean: [Double], pool: WorkerPool) -> [Double] {
        let (size, rows) = (mean.count, points.count / mean.count)
        return points.withUnsafeBufferPointer { points in
            mean.withUnsafeBufferPointer { mean in
                sum(rows: size, size: rows, pool: pool) { axis, from, target in
                    for row in from..<rows { target[row] = Double(points[row * size + axis]) - mean[axis] }
                }
            }
        }
    }

    /// The scatter of points, each about the centre of its group.
    /// - Parameters:
    ///   - points: (rows, size)
    ///   - centres: (groups, size)
    ///   - groups: each point's group; nil: all belong to the only one
    /// - Returns: (size, size), symmetric
    package static func of(
        points: [Float], size: Int, centres: [Double], groups: [Int]? = nil, pool: WorkerPool
    ) -> [Double] {
        points.withUnsafeBufferPointer { points in
            sum(rows: points.count / size, size: size, pool: pool) { row, from, target in
                let centre = (groups?[row] ?? 0) * size
                for axis in from..<size {
                    target[axis] = Double(points[row * size + axis]) - centres[centre + axis]
                }
            }
        }
    }

    private static let panel = 128
    private static let rowsAtOnce = 256

    /// - Parameter fill: writes the entries of a row from a given one on
    private static func sum(
        rows: Int, size: Int, pool: WorkerPool,
        fill: (_ row: Int, _ from: Int, _ target: UnsafeMutablePointer<Double>) -> Void
    ) -> [Double] {
        OpenBLAS.prepare()
        var result = [Double](repeating: 0, count: size * size)
        result.withUnsafeMutableBufferPointer { result in
            guard let base = result.baseAddress else { return }
            pool.run(parts: (size + panel - 1) / panel) { _, part in
                let from = part * panel
                let height = min(panel, size - from)
                withUnsafeTemporaryAllocation(of: Double.self, capacity: rowsAtOnce * size) { block in
                    guard let block = block.baseAddress else { return }
                    for first in stride(from: 0, to: rows, by: rowsAtOnce) {
                        let count = min(rowsAtOnce, rows - first)
                        for row in 0..<count { fill(first + row, from, block + row * size) }
                        cblas_dgemm(
                            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(height), Int32(size - from),
                            Int32(count), 1, block + from, Int32(size), block + from, Int32(size), 1,
                            base + from * size + from, Int32(size))
                    }
                }
            }
            for row in 0..<size {
                for column in 0..<row { base[row * size + column] = base[column * size + row] }
            }
        }
        return result
    }
}
