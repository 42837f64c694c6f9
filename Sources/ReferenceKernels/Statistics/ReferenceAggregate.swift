import Glibc

extension Reference {
    /// ln (1/N) Σₙ N(z; μₙ, diag σₙ²) of one point, from the definition of the Gaussian; `mean` and `logVariance` are (N, size).
    package static func logAggregateDensity(_ point: [Double], mean: [Double], logVariance: [Double])
        -> Double
    {
        let (size, count) = (point.count, mean.count / point.count)
        let exponents = (0..<count).map { component in
            (0..<size).reduce(0.0) { sum, dimension in
                let index = component * size + dimension
                let distance = point[dimension] - mean[index]
                return sum - 0.5
                    * (distance * distance / exp(logVariance[index]) + logVariance[index] + log(2 * Double.pi))
            }
        }
        let largest = exponents.max() ?? 0
        return largest + log(exponents.reduce(0) { $0 + exp($1 - largest) } / Double(count))
    }
}
