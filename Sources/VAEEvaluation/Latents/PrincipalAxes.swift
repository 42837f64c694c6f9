import Kernels
import VAE
import VAECore

/// The directions in which a cloud of latent means is widest.
///
/// With more than two latent dimensions a plane has to be chosen to look at: the one through the mean and along the
/// two leading eigenvectors of the covariance keeps the most variance.
public struct PrincipalAxes: Sendable, Equatable {
    /// The cloud's mean, (latentSize).
    public let mean: [Double]
    /// Unit vectors, (axes, latentSize), the one of largest variance first.
    public let axes: [[Double]]
    /// The variance along each axis.
    public let variances: [Double]

    /// Principal component analysis of `encoding.mean` (LAPACK `dsyevd` on the covariance). O(n·d² + d³).
    ///
    /// Each axis points to where its largest component is positive, so that signs do not depend on the LAPACK in use.
    /// - Throws: `invalidData` when a mean is not finite.
    public init(of encoding: Encoding) throws(VAEError) {
        let (count, size) = (encoding.count, encoding.latentSize)
        var mean = [Double](repeating: 0, count: size)
        for (index, value) in encoding.mean.enumerated() { mean[index % size] += Double(value) }
        for axis in 0..<size { mean[axis] /= Double(max(count, 1)) }
        var covariance = [Double](repeating: 0, count: size * size)
        var centred = [Double](repeating: 0, count: size)
        for point in 0..<count {
            for axis in 0..<size { centred[axis] = Double(encoding.mean[point * size + axis]) - mean[axis] }
            for row in 0..<size {
                for column in row..<size { covariance[row * size + column] += centred[row] * centred[column] }
            }
        }
        for index in covariance.indices { covariance[index] /= Double(max(count - 1, 1)) }
        do throws(FactorizationError) {
            let eigen = try SymmetricEigen(covariance, size: size)
            variances = eigen.values.map { max($0, 0) }
            axes = eigen.vectors.map { vector in
                let largest = vector.max { abs($0) < abs($1) } ?? 0
                return largest < 0 ? vector.map { -$0 } : vector
            }
        } catch {
            throw VAEError(.invalidData, "latent means", "have no principal axes", found: error.description)
        }
        self.mean = mean
    }

    /// The share of the variance that lies along axis `index`, 0 to 1.
    public func varianceShare(along index: Int) -> Double {
        let total = variances.reduce(0, +)
        return total > 0 ? variances[index] / total : 0
    }

    /// The coordinate along axis `index` of every mean of `encoding`.
    public func coordinates(of encoding: Encoding, along index: Int) -> [Float] {
        let size = mean.count
        return (0..<encoding.count).map { point in
            var sum = 0.0
            for axis in 0..<size {
                sum += (Double(encoding.mean[point * size + axis]) - mean[axis]) * axes[index][axis]
            }
            return Float(sum)
        }
    }

    /// The latent at `first` and `second` standard deviations from the mean along the two leading axes.
    public func latent(at first: Double, _ second: Double) -> [Float] {
        mean.indices.map { dimension in
            var value = mean[dimension] + first * variances[0].squareRoot() * axes[0][dimension]
            if axes.count > 1 { value += second * variances[1].squareRoot() * axes[1][dimension] }
            return Float(value)
        }
    }
}
