import CBLAS
import Glibc

/// Weighted Gaussians at work on many points: the two halves of an EM step, in Double.
package struct GaussianComponents: Sendable {
    /// Coordinates of a point.
    package let size: Int
    /// ln of each component's weight; −∞ for one that has none.
    package let logWeights: [Double]
    /// (components, size).
    package let means: [Double]
    /// Of each component's covariance.
    package let factors: [CholeskyFactor]

    package init(size: Int, logWeights: [Double], means: [Double], factors: [CholeskyFactor]) {
        precondition(
            means.count == logWeights.count * size && factors.count == logWeights.count
                && factors.allSatisfy { $0.size == size }, "\(logWeights.count) components")
        self.size = size
        self.logWeights = logWeights
        self.means = means
        self.factors = factors
    }

    package var count: Int { logWeights.count }

    /// ln Σₖ wₖ N(x; μₖ, Σₖ) of every point, and each component's share of it.
    ///
    /// ln N = −½ (size · ln 2π + ln det Σ + ‖L⁻¹(x − μ)‖²), with L⁻¹ applied by `dtrsm`; sums of exponentials relative to the largest.
    /// O(n · components · size²).
    ///
    /// - Parameter points: (n, size)
    /// - Returns: the logarithms, (n), and the shares, (components, n)
    package func expectation(of points: [Float], pool: WorkerPool) -> (logs: [Double], shares: [Double]) {
        OpenBLAS.prepare()
        let total = points.count / size
        var logs = [Double](repeating: 0, count: total)
        var shares = [Double](repeating: 0, count: total * count)
        let constants = (0..<count).map {
            logWeights[$0] - 0.5 * (Double(size) * log(2 * .pi) + factors[$0].logDeterminant)
        }
        points.withUnsafeBufferPointer { points in
            logs.withUnsafeMutableBufferPointer { logs in
                shares.withUnsafeMutableBufferPointer { shares in
                    pool.run(parts: (total + Self.pointsAtOnce - 1) / Self.pointsAtOnce) { _, part in
                        let first = part * Self.pointsAtOnce
                        let range = first..<min(first + Self.pointsAtOnce, total)
                        logDensities(points, range, constants, total, shares)
                        for point in range { logs[point] = normalise(shares, point, total) }
                    }
                }
            }
        }
        return (logs, shares)
    }

    /// ln of weight times density of the points in `range`, each component's at its own row of `result`.
    private func logDensities(
        _ points: UnsafeBufferPointer<Float>, _ range: Range<Int>, _ constants: [Double], _ total: Int,
        _ result: UnsafeMutableBufferPointer<Double>
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * size) { centred in
            for component in 0..<count {
                for (row, point) in range.enumerated() {
                    for axis in 0..<size {
                        centred[row * size + axis] =
                            Double(points[point * size + axis]) - means[component * size + axis]
                    }
                }
                factors[component].lower.withUnsafeBufferPointer { lower in
                    cblas_dtrsm(
                        CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(range.count),
                        Int32(size), 1, lower.baseAddress, Int32(size), centred.baseAddress, Int32(size))
                }
                for (row, point) in range.enumerated() {
                    var squares = 0.0
                    for axis in 0..<size {
                        squares += centred[row * size + axis] * centred[row * size + axis]
                    }
                    result[component * total + point] = constants[component] - 0.5 * squares
                }
            }
        }
    }

    /// Turns a point's logarithms into shares that add up to 1, and returns ln of their sum.
    private func normalise(
        _ shares: UnsafeMutableBufferPointer<Double>, _ point: Int, _ total: Int
    ) -> Double {
        var largest = -Double.infinity
        for component in 0..<count { largest = max(largest, shares[component * total + point]) }
        var sum = 0.0
        for component in 0..<count {
            let share = exp(shares[component * total + point] - largest)
            shares[component * total + point] = share
            sum += share
        }
        for component in 0..<count { shares[component * total + point] /= sum }
        return largest + log(sum)
    }

    private static let pointsAtOnce = 256
}
