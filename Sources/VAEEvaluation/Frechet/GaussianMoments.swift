import Kernels
import VAECore

/// Mean and covariance of a set of points, in Double.
package struct GaussianMoments: Sendable, Equatable {
    /// (size).
    package let mean: [Double]
    /// (size, size), row by row; n − 1 degrees of freedom.
    package let covariance: [Double]
    /// Points.
    package let count: Int

    /// O(n · size²), the same for any number of threads.
    /// - Throws: `invalidArgument` when there are fewer than two points.
    package init(of points: Points, threads: Int = Machine.physicalCores) throws(VAEError) {
        let (size, count) = (points.size, points.count)
        guard count > 1 else {
            throw VAEError(
                .invalidArgument, "points", "have no covariance", expected: "two or more", found: "\(count)")
        }
        var mean = [Double](repeating: 0, count: size)
        for (index, value) in points.coordinates.enumerated() { mean[index % size] += Double(value) }
        for axis in 0..<size { mean[axis] /= Double(count) }
        covariance = Scatter.of(
            points: points.coordinates, size: size, centres: mean, pool: try makePool(threads)
        ).map { $0 / Double(count - 1) }
        self.mean = mean
        self.count = count
    }

    /// The Fréchet distance between two Gaussians with these moments, squared as is the custom:
    /// ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½) (Dowson and Landau 1982, "The Fréchet distance between multivariate normal distributions").
    ///
    /// The trace of (Σ₁Σ₂)^½ is that of (Σ₁^½ Σ₂ Σ₁^½)^½, which is the sum of the singular values of Σ₁^½ Σ₂^½: taken so
    /// (LAPACK `dsyevd` for the two roots, `dgesdd`), no covariance needs an inverse, and none of a lower rank turns rounding into
    /// something complex or negative. O(size³).
    ///
    /// - Throws: `invalidArgument` when the two have different sizes; `invalidData` when a moment is not finite.
    package func frechetDistance(to other: GaussianMoments) throws(VAEError) -> Double {
        let size = mean.count
        guard other.mean.count == size else {
            throw VAEError(
                .invalidArgument, "features", "differ in number", expected: "\(size)",
                found: "\(other.mean.count)")
        }
        let product = Self.product(try squareRoot(), try other.squareRoot(), size)
        let overlap = try factorising("the product of two covariances") { () throws(FactorizationError) in
            try SingularValues(product, rows: size, columns: size).values.reduce(0, +)
        }
        var distance = 0.0
        for axis in 0..<size {
            let difference = mean[axis] - other.mean[axis]
            distance += difference * difference
            distance += covariance[axis * size + axis] + other.covariance[axis * size + axis]
        }
        // Of equal moments rounding alone is left, of either sign.
        return max(distance - 2 * overlap, 0)
    }

    /// Σ^½ = Q Λ^½ Qᵀ, with eigenvalues that rounding made negative taken as 0.
    private func squareRoot() throws(VAEError) -> [Double] {
        let size = mean.count
        let eigen = try factorising("a covariance") { () throws(FactorizationError) in
            try SymmetricEigen(covariance, size: size)
        }
        var scaled = [Double](repeating: 0, count: size * size)
        var vectors = scaled
        for (index, vector) in eigen.vectors.enumerated() {
            let root = max(eigen.values[index], 0).squareRoot()
            for row in 0..<size {
                scaled[row * size + index] = vector[row] * root
                vectors[index * size + row] = vector[row]
            }
        }
        return Self.product(scaled, vectors, size)
    }

    /// a · b of two (size, size) matrices.
    private static func product(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
        var result = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for inner in 0..<size {
                let factor = a[row * size + inner]
                for column in 0..<size {
                    result[row * size + column] += factor * b[inner * size + column]
                }
            }
        }
        return result
    }
}
