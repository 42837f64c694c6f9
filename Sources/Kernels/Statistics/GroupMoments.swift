import CBLAS

/// Weight, mean and covariance of weighted points: the other half of an EM step, in Double.
package struct GroupMoments: Sendable {
    /// Σᵢ wᵢ.
    package let weight: Double
    /// Σᵢ wᵢ xᵢ / Σᵢ wᵢ, (size).
    package let mean: [Double]
    /// Σᵢ wᵢ (xᵢ − mean)(xᵢ − mean)ᵀ / Σᵢ wᵢ, (size, size), symmetric.
    package let covariance: [Double]

    /// Weights up to this count as 0. They are below the rounding of a sum with one weight of 1, and skipping them
    /// spares most of the work where groups are apart.
    package static let negligible = 1e-16

    /// The moments of several groups of the same points, a worker for each group. O(groups · n · size²) where no weight is negligible.
    ///
    /// - Parameters:
    ///   - points: (n, size)
    ///   - weights: (groups, n)
    /// - Returns: one for each group; nil where all weights are negligible
    package static func of(
        _ points: [Float], size: Int, weights: [Double], groups: Int, pool: WorkerPool
    ) -> [GroupMoments?] {
        OpenBLAS.prepare()
        let count = points.count / size
        precondition(weights.count == groups * count, "\(weights.count) weights of \(count) points")
        var result = [GroupMoments?](repeating: nil, count: groups)
        points.withUnsafeBufferPointer { points in
            weights.withUnsafeBufferPointer { weights in
                result.withUnsafeMutableBufferPointer { result in
                    pool.run(parts: groups) { _, group in
                        let row = UnsafeBufferPointer(rebasing: weights[group * count..<(group + 1) * count])
                        result[group] = GroupMoments(points, size, row)
                    }
                }
            }
        }
        return result
    }

    private init?(_ points: UnsafeBufferPointer<Float>, _ size: Int, _ weights: UnsafeBufferPointer<Double>) {
        guard let points = points.baseAddress else { return nil }
        var weight = 0.0
        var mean = [Double](repeating: 0, count: size)
        mean.withUnsafeMutableBufferPointer { mean in
            for (point, share) in weights.enumerated() where share > Self.negligible {
                weight += share
                for axis in 0..<size { mean[axis] += share * Double(points[point * size + axis]) }
            }
            for axis in 0..<size { mean[axis] /= weight }
        }
        guard weight > 0 else { return nil }
        var scatter = Self.scatter(points, size, weights, about: mean)
        for row in 0..<size {
            for column in row..<size {
                let entry = scatter[row * size + column] / weight
                scatter[row * size + column] = entry
                scatter[column * size + row] = entry
            }
        }
        self.weight = weight
        self.mean = mean
        covariance = scatter
    }

    /// The upper triangle of Σᵢ wᵢ (xᵢ − mean)(xᵢ − mean)ᵀ, a block of rows at a time by `dsyrk`.
    private static func scatter(
        _ points: UnsafePointer<Float>, _ size: Int, _ weights: UnsafeBufferPointer<Double>,
        about mean: [Double]
    ) -> [Double] {
        var result = [Double](repeating: 0, count: size * size)
        result.withUnsafeMutableBufferPointer { result in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: rowsAtOnce * size) { block in
                var rows = 0
                func addUp() {
                    cblas_dsyrk(
                        CblasRowMajor, CblasUpper, CblasTrans, Int32(size), Int32(rows), 1, block.baseAddress,
                        Int32(size), 1, result.baseAddress, Int32(size))
                    rows = 0
                }
                for (point, share) in weights.enumerated() where share > negligible {
                    let root = share.squareRoot()
                    for axis in 0..<size {
                        block[rows * size + axis] = root * (Double(points[point * size + axis]) - mean[axis])
                    }
                    rows += 1
                    if rows == rowsAtOnce { addUp() }
                }
                if rows > 0 { addUp() }
            }
        }
        return result
    }

    private static let rowsAtOnce = 256
}
