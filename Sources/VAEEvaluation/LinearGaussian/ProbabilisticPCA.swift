import Foundation
import Kernels
import VAECore

/// The maximum-likelihood probabilistic principal component analysis of images: x = Wz + μ + ε with z ~ N(0, I) and ε ~ N(0, σ²I).
///
/// It has a closed form in the eigenvalues λ and eigenvectors of the covariance, and is what a linear variational autoencoder with a
/// Gaussian likelihood and a learned variance tends to: at its optimum the evidence lower bound is the log-likelihood.
///
/// Source: Tipping and Bishop, "Probabilistic principal component analysis", 1999, equations 6 to 8; Lucas, Tucker, Grosse and
/// Norouzi, "Don't blame the ELBO! A linear VAE perspective on posterior collapse", 2019, theorem 1.
package struct ProbabilisticPCA: Sendable {
    /// Dimensions of z.
    package let latentSize: Int
    /// μ, the mean image, of pixels in [0, 1].
    package let mean: [Double]
    /// λ: all eigenvalues of the covariance (divided by the number of images), the largest first.
    package let eigenvalues: [Double]
    /// The eigenvectors of the `latentSize` largest eigenvalues, each of length 1: they span the columns of W.
    package let axes: [[Double]]
    /// σ², the mean of the eigenvalues that are left out.
    package let variance: Double
    /// The mean of ln p(x) over the images, in nats: −½ (d ln 2π + Σ ln λᵢ + (d − q) ln σ² + d), with the sum over the q that are
    /// kept.
    package let meanLogLikelihood: Double

    /// - Parameter images: their pixels count in [0, 1], as the engine has them
    /// - Throws: `invalidArgument` when there are no images, they have more than 4096 values each, or `latentSize` is not
    ///   between 1 and one less than those; `invalidData` when the images lie in `latentSize` dimensions, so that no
    ///   density has a largest likelihood.
    /// - Complexity: O(images · d² + d³) for d values an image.
    package init(_ images: ImageSet, latentSize: Int) throws(VAEError) {
        let size = images.shape.count
        guard images.count > 0 else { throw VAEError(.invalidArgument, "images", "are none") }
        guard size <= Self.mostValues else {
            throw VAEError(
                .invalidArgument, "images", "are too large for their covariance",
                expected: "at most \(Self.mostValues) values each", found: "\(images.shape)")
        }
        guard latentSize >= 1, latentSize < size else {
            let problem =
                size == 1
                ? "have one value each, and no dimension leaves a variance over"
                : "have too few values for the latent dimensions: one must be left over for the variance"
            throw VAEError(
                .invalidArgument, "images", problem,
                expected: size == 1 ? "images of 2 values or more" : "1 to \(size - 1) latent dimensions",
                found: "\(latentSize) for images of \(images.shape)",
                advice: size == 1 ? "Train on larger images." : "Train with fewer latent dimensions.")
        }
        let covariance: [Double]
        (mean, covariance) = try Self.moments(of: images)
        let eigen: SymmetricEigen
        do throws(FactorizationError) {
            eigen = try SymmetricEigen(covariance, size: size)
        } catch {
            throw VAEError(.invalidData, "images", "have a covariance without eigenvalues: \(error)")
        }
        // Constant pixels have the eigenvalue 0, which rounding can leave below.
        eigenvalues = eigen.values.map { max($0, 0) }
        axes = Array(eigen.vectors.prefix(latentSize))
        let left = eigenvalues[latentSize...]
        variance = left.reduce(0, +) / Double(left.count)
        guard variance > Double.ulpOfOne * eigenvalues[0], eigenvalues[latentSize - 1] > 0 else {
            throw VAEError(
                .invalidData, "images", "lie in \(latentSize) dimensions or fewer",
                expected: "some variance that \(latentSize) dimensions leave over", found: "\(variance)")
        }
        let logs = eigenvalues.prefix(latentSize).reduce(0) { $0 + log($1) }
        meanLogLikelihood =
            -0.5 * (Double(size) * (log(2 * .pi) + 1) + logs + Double(left.count) * log(variance))
        self.latentSize = latentSize
    }

    private static let mostValues = 4096

    /// Mean and covariance, (size, size) of which the upper triangle is filled in; of bytes by exact sums.
    private static func moments(of images: ImageSet) throws(VAEError) -> (mean: [Double], [Double]) {
        let (size, count) = (images.shape.count, Double(images.count))
        switch try images.values {
        case .bytes(let bytes):
            let moments = PixelMoments(bytes.span, size: size)
            var covariance = [Double](repeating: 0, count: size * size)
            for row in 0..<size {
                for column in row..<size {
                    let product = Double(moments.products[row * size + column])
                    let chance = Double(moments.sums[row]) * Double(moments.sums[column]) / count
                    covariance[row * size + column] = (product - chance) / count / (255 * 255)
                }
            }
            return (moments.sums.map { Double($0) / count / 255 }, covariance)
        case .floats:
            let mean = try PixelwiseMean.sums(images).map { $0 / count }
            let scatter = try images.values.scatter(about: mean, makePool(1))
            return (mean, scatter.map { $0 / count })
        }
    }
}
