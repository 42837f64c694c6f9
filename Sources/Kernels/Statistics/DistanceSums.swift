/// Sums of Euclidean distances from every point to each group of points.
package enum DistanceSums {
    /// For every point and every group Σ ‖x − y‖ over the group's points y, in Double; the point itself adds 0. O(n² · size).
    ///
    /// Differences, squares, roots and sums are all in Double: points that lie close together far from the origin lose nothing.
    ///
    /// - Parameters:
    ///   - points: (n, size)
    ///   - groups: each point's group, in `0..<groupCount`
    /// - Returns: (n, groupCount)
    package static func between(
        _ points: [Float], size: Int, groups: [Int], groupCount: Int, pool: WorkerPool
    ) -> [Double] {
        let count = groups.count
        precondition(
            size > 0 && points.count == count * size, "\(points.count) coordinates of \(count) points")
        // Group by group and coordinate by coordinate, so that eight points of a group are one load.
        var starts = [Int](repeating: 0, count: groupCount + 1)
        for group in groups { starts[group + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        var next = starts
        var columns = [Double](repeating: 0, count: count * size)
        for (point, group) in groups.enumerated() {
            for axis in 0..<size { columns[axis * count + next[group]] = Double(points[point * size + axis]) }
            next[group] += 1
        }
        var sums = [Double](repeating: 0, count: count * groupCount)
        points.withUnsafeBufferPointer { points in
            columns.withUnsafeBufferPointer { columns in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let from = points.baseAddress, let to = columns.baseAddress else { return }
                    pool.run(parts: (count + pointsAtOnce - 1) / pointsAtOnce) { _, part in
                        for point in part * pointsAtOnce..<min((part + 1) * pointsAtOnce, count) {
                            for group in 0..<groupCount {
                                sums[point * groupCount + group] = sum(
                                    from + point * size, to, size: size, stride: count,
                                    starts[group]..<starts[group + 1])
                            }
                        }
                    }
                }
            }
        }
        return sums
    }

    private static let pointsAtOnce = 64

    /// Σ ‖point − y‖ over the points y in `range`.
    private static func sum(
        _ point: UnsafePointer<Float>, _ columns: UnsafePointer<Double>, size: Int, stride: Int,
        _ range: Range<Int>
    ) -> Double {
        var lanes = SIMD8<Double>()
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            var squares = SIMD8<Double>()
            for axis in 0..<size {
                let eight = UnsafeRawPointer(columns + axis * stride + index)
                    .loadUnaligned(as: SIMD8<Double>.self)
                let difference = eight - Double(point[axis])
                squares += difference * difference
            }
            lanes += squares.squareRoot()
            index += 8
        }
        var total = lanes.sum()
        while index < range.upperBound {
            var squares = 0.0
            for axis in 0..<size {
                let difference = columns[axis * stride + index] - Double(point[axis])
                squares += difference * difference
            }
            total += squares.squareRoot()
            index += 1
        }
        return total
    }
}
