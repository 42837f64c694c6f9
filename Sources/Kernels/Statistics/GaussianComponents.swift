import CBLAS

/// Weighted Gaussians at work on many points: the first half of an EM step, in Double.
package struct GaussianComponents: Sendable {
    /// Coordinates of a point.
    package let size: Int
    package let count: Int
    /// The Cholesky factor of each component's covariance.
    package let factors: [CholeskyFactor]
    /// About which points are taken: the means' mean.
    private let centre: [Double]
    /// (components · size, size): each component's L⁻¹, one below the other.
    private let whitening: [Double]
    /// (components · size): L⁻¹ (μ − centre).
    private let whitenedMeans: [Double]
    /// ln w − ½ (size · ln 2π + ln det Σ).
    private let constants: [Double]

    /// - Parameters:
    ///   - logWeights: ln of each component's weight; −∞ for one that has none
    ///   - means: (components, size)
    package init(size: Int, logWeights: [Double], means: [Double], factors: [CholeskyFactor]) {
        let count = logWeights.count
        precondition(
            count > 0 && means.count == count * size && factors.count == count
                && factors.allSatisfy { $0.size == size }, "\(count) components")
        self.size = size
        self.count = count
        self.factors = factors
        centre = (0..<size).map { axis in
            stride(from: axis, to: means.count, by: size).reduce(0) { $0 + means[$1] } / Double(count)
        }
        whitening = factors.flatMap(\.inverseLower)
        var whitenedMeans = [Double](repeating: 0, count: means.count)
        for row in 0..<count * size {
            for axis in 0..<size {
                whitenedMeans[row] +=
                    whitening[row * size + axis] * (means[row / size * size + axis] - centre[axis])
            }
        }
        self.whitenedMeans = whitenedMeans
        constants = (0..<count).map {
            logWeights[$0] - 0.5 * (Double(size) * Elementary.log(2 * .pi) + factors[$0].logDeterminant)
        }
    }

    /// ln Σₖ wₖ N(x; μₖ, Σₖ) of every point, and each component's share of it.
    ///
    /// ln N = −½ (size · ln 2π + ln det Σ + ‖L⁻¹(x − μ)‖²), with one `dgemm` for the L⁻¹ x of many components and points; sums of
    /// exponentials relative to the largest. O(n · components · size²).
    ///
    /// - Parameter points: (n, size)
    /// - Returns: the logarithms, (n), and the shares, (components, n)
    package func expectation(of points: [Float], pool: WorkerPool) -> (logs: [Double], shares: [Double]) {
        OpenBLAS.prepare()
        let total = points.count / size
        var logs = [Double](repeating: 0, count: total)
        var shares = [Double](repeating: 0, count: total * count)
        points.withUnsafeBufferPointer { points in
            logs.withUnsafeMutableBufferPointer { logs in
                shares.withUnsafeMutableBufferPointer { shares in
                    guard let from = points.baseAddress, let to = shares.baseAddress else { return }
                    pool.run(parts: (total + Self.pointsAtOnce - 1) / Self.pointsAtOnce) { _, part in
                        let first = part * Self.pointsAtOnce
                        let rows = min(Self.pointsAtOnce, total - first)
                        logDensities(from + first * size, rows, to + first, stride: total)
                        for point in first..<first + rows {
                            logs[point] = normalise(to + point, stride: total)
                        }
                    }
                }
            }
        }
        return (logs, shares)
    }

    /// ln of weight times density of `rows` points, each component's `stride` after that of the one before.
    private func logDensities(
        _ points: UnsafePointer<Float>, _ rows: Int, _ result: UnsafeMutablePointer<Double>, stride: Int
    ) {
        let together = min(count, max(1, Self.columnsAtOnce / size))
        let capacity = rows * size * (1 + together)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: capacity) { space in
            guard let centred = space.baseAddress else { return }
            let whitened = centred + rows * size
            for row in 0..<rows {
                for axis in 0..<size {
                    centred[row * size + axis] = Double(points[row * size + axis]) - centre[axis]
                }
            }
            for first in Swift.stride(from: 0, to: count, by: together) {
                let components = first..<min(first + together, count)
                let width = components.count * size
                whitening.withUnsafeBufferPointer { whitening in
                    cblas_dgemm(
                        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(width), Int32(size), 1,
                        centred,
                        Int32(size), whitening.baseAddress.map { $0 + first * size * size }, Int32(size), 0,
                        whitened, Int32(width))
                }
                whitenedMeans.withUnsafeBufferPointer { means in
                    guard let means = means.baseAddress else { return }
                    for row in 0..<rows {
                        for component in components {
                            let place = (component - first) * size
                            let squares = Self.squaredDistance(
                                whitened + row * width + place, means + component * size, size)
                            result[component * stride + row] = constants[component] - 0.5 * squares
                        }
                    }
                }
            }
        }
    }

    /// Σ (aⱼ − bⱼ)², in four lanes.
    @inline(__always)
    private static func squaredDistance(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ size: Int
    ) -> Double {
        var lanes = SIMD4<Double>()
        var axis = 0
        while axis + 4 <= size {
            let difference =
                UnsafeRawPointer(a + axis).loadUnaligned(as: SIMD4<Double>.self)
                - UnsafeRawPointer(b + axis).loadUnaligned(as: SIMD4<Double>.self)
            lanes += difference * difference
            axis += 4
        }
        var sum = lanes.sum()
        while axis < size {
            sum += (a[axis] - b[axis]) * (a[axis] - b[axis])
            axis += 1
        }
        return sum
    }

    /// Turns a point's logarithms into shares that add up to 1, and returns ln of their sum.
    private func normalise(_ shares: UnsafeMutablePointer<Double>, stride: Int) -> Double {
        var largest = -Double.infinity
        for component in 0..<count { largest = max(largest, shares[component * stride]) }
        var sum = 0.0
        for component in 0..<count {
            let exponent = shares[component * stride] - largest
            // Below the smallest number: spares the call.
            let share = exponent < -746 ? 0 : Elementary.exp(exponent)
            shares[component * stride] = share
            sum += share
        }
        for component in 0..<count { shares[component * stride] /= sum }
        return largest + Elementary.log(sum)
    }

    private static let pointsAtOnce = 256
    /// Columns of one product: a block of points stays in a core's caches.
    private static let columnsAtOnce = 256
}
