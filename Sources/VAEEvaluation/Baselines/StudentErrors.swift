import Foundation
import Kernels
import VAECore

/// Reconstructions measured by Student t densities about them.
enum StudentErrors {
    /// −ln p(x) in nats an image, with the scales, one for each value, and the one ν that suit the reconstructions best; mean and standard
    /// error over the images.
    ///
    /// The greatest likelihood of the errors is found by expectation-maximisation in the form that extends the parameters (Liu, Rubin and Wu,
    /// "Parameter expansion to accelerate EM", 1998), s² ← s² · mean(w r)/mean(w), and Fisher's scoring of ln ν, as in `StudentT`.
    ///
    /// - Parameters:
    ///   - images: what is reconstructed; read twice, as many at a time as `ReconstructionErrors` has
    ///   - reconstruct: gives the reconstructions of some of the images
    /// - Throws: `invalidArgument` when there are no images; what `reconstruct` throws.
    /// - Complexity: up to `mostIterations` passes over as many images as have `valuesFitted` values, spread evenly.
    static func loss(
        on images: ImageSet, reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws(VAEError) -> Estimate {
        let every = (images.count * images.shape.count + valuesFitted - 1) / valuesFitted
        var (squares, index) = ([Double](), 0)
        try Reconstructions.forEach(of: images, reconstruct) { means, values in
            if index.isMultiple(of: max(1, every)) {
                squares += zip(means, values).map { (Double($0) - $1) * (Double($0) - $1) }
            }
            index += 1
        }
        let fit = Fit(squares, values: images.shape.count)
        let constant = StudentT.constant(freedom: fit.freedom)
        var losses: [Double] = []
        try Reconstructions.forEach(of: images, reconstruct) { means, values in
            var sum = 0.0
            for (place, (mean, value)) in zip(means, values).enumerated() {
                sum += StudentT.loss(
                    square: (Double(mean) - value) * (Double(mean) - value),
                    squaredScale: fit.squaredScales[place], freedom: fit.freedom, constant: constant)
            }
            losses.append(sum)
        }
        return Estimate(of: losses)
    }

    private static let valuesFitted = 1 << 20
    private static let mostIterations = 200

    /// The scales and ν of the greatest likelihood.
    struct Fit {
        private(set) var squaredScales: [Double]
        private(set) var freedom = 4.0

        /// - Parameter squares: (images, values): the squared errors
        init(_ squares: [Double], values: Int) {
            let count = Double(squares.count / values)
            squaredScales = [Double](repeating: 0, count: values)
            for (index, square) in squares.enumerated() { squaredScales[index % values] += square / count }
            squaredScales = squaredScales.map { max($0, DiagonalGaussian.leastVariance) }
            var logFreedom = log(freedom)
            for _ in 0..<StudentErrors.mostIterations {
                var (weights, errors) = (
                    [Double](repeating: 0, count: values), [Double](repeating: 0, count: values)
                )
                var slope = 0.0
                for (index, square) in squares.enumerated() {
                    let ratio = square / squaredScales[index % values]
                    let weight = (freedom + 1) / (freedom + ratio)
                    weights[index % values] += weight
                    errors[index % values] += weight * ratio
                    slope += log1p(ratio / freedom) + weight - 1
                }
                let digammas =
                    GammaFunction.digamma(freedom / 2) - GammaFunction.digamma((freedom + 1) / 2)
                let mean = 0.5 * freedom * (slope / Double(squares.count) + digammas)
                let step = max(-1, min(1, -mean / StudentT.information(logFreedom)))
                let range = StudentT.freedomRange
                let next = max(log(range.lowerBound), min(log(range.upperBound), logFreedom + step))
                var change = abs(next - logFreedom)
                logFreedom = next
                for place in 0..<values {
                    let scale = max(
                        squaredScales[place] * errors[place] / weights[place],
                        DiagonalGaussian.leastVariance)
                    change = max(change, abs(scale / squaredScales[place] - 1))
                    squaredScales[place] = scale
                }
                freedom = exp(logFreedom)
                if change < 1e-7 { break }
            }
        }
    }
}
