import Glibc

/// The statistics of an evaluation as plain loops in Double: what the kernels must agree with.
extension Reference {
    /// Σ (xⱼ − yⱼ)², added up in the order of the coordinates.
    package static func squaredDistance(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Double {
        zip(x, y).reduce(0) { sum, pair in
            let difference = Double(pair.0) - Double(pair.1)
            return sum + difference * difference
        }
    }

    /// The indices of the k points nearest to each query, the nearest first, and their squared distances; of equal distances the lower index.
    package static func neighbours(
        of queries: [Float], among points: [Float], size: Int, k: Int, leavingOneOut: Bool = false
    ) -> (indices: [Int32], squaredDistances: [Double]) {
        var (indices, distances) = ([Int32](), [Double]())
        for query in 0..<queries.count / size {
            let pairs = (0..<points.count / size).filter { !leavingOneOut || $0 != query }.map { point in
                (
                    squaredDistance(
                        queries[query * size..<(query + 1) * size], points[point * size..<(point + 1) * size]),
                    Int32(point)
                )
            }
            for pair in pairs.sorted(by: <).prefix(k) {
                distances.append(pair.0)
                indices.append(pair.1)
            }
        }
        return (indices, distances)
    }

    /// Σ wᵢ (xᵢ − cᵢ)(xᵢ − cᵢ)ᵀ, (size, size); `centred` holds xᵢ − cᵢ, (n, size).
    package static func scatter(_ centred: [Double], weights: [Double]? = nil, size: Int) -> [Double] {
        var result = [Double](repeating: 0, count: size * size)
        for point in 0..<centred.count / size {
            for row in 0..<size {
                for column in 0..<size {
                    result[row * size + column] +=
                        (weights?[point] ?? 1) * centred[point * size + row] * centred[point * size + column]
                }
            }
        }
        return result
    }

    /// Σ of the Euclidean distances from each point to those of each group, (n, groups).
    package static func distanceSums(_ points: [Float], size: Int, groups: [Int], groupCount: Int) -> [Double]
    {
        var sums = [Double](repeating: 0, count: groups.count * groupCount)
        for point in groups.indices {
            for (other, group) in groups.enumerated() {
                let square = squaredDistance(
                    points[point * size..<(point + 1) * size], points[other * size..<(other + 1) * size])
                sums[point * groupCount + group] += square.squareRoot()
            }
        }
        return sums
    }

    /// ln N(x; mean, L Lᵀ), with L⁻¹(x − mean) by forward substitution.
    package static func logDensity(_ x: ArraySlice<Float>, mean: ArraySlice<Double>, lower: [Double])
        -> Double
    {
        let size = mean.count
        var (white, sum) = ([Double](), 0.0)
        for (row, pair) in zip(x, mean).enumerated() {
            var value = Double(pair.0) - pair.1
            for column in 0..<row { value -= lower[row * size + column] * white[column] }
            white.append(value / lower[row * size + row])
            sum += white[row] * white[row] + 2 * log(lower[row * size + row]) + log(2 * .pi)
        }
        return -0.5 * sum
    }
}
