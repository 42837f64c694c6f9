import Kernels

/// σ² = 10⁻⁶ + e^p of value v is that of p at v modulo the number of p: the channels are last in an image's values.
extension Reference {
    /// −ln N(x; m, diag σ²) = ½ Σ ((x − m)²/σ² + ln σ² + ln 2π) of each image, in nats.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func diagonalGaussianLoss<T: ReferenceScalar>(
        means: [T], targets: [T], logVariances: [T], count: Int
    ) -> [T] {
        let values = means.count / count
        let variances = logVariances.map { variance($0) }
        // ln σ² = ln 10⁻⁶ + ln(1 + e^p/10⁻⁶).
        let logarithms = logVariances.map {
            T(logLeastVariance) + T.log1p(T.exp($0) / T(DiagonalGaussian.leastVariance))
        }
        return (0..<count).map { image in
            (image * values..<(image + 1) * values).reduce(T(0)) { sum, index in
                let (error, place) = (means[index] - targets[index], index % variances.count)
                return sum + (error * error / variances[place] + logarithms[place] + T(logTwoPi)) / 2
            }
        }
    }

    /// (m − x)/σ².
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func diagonalGaussianGradient<T: ReferenceScalar>(
        means: [T], targets: [T], logVariances: [T]
    ) -> [T] {
        let variances = logVariances.map { variance($0) }
        return means.indices.map { (means[$0] - targets[$0]) / variances[$0 % variances.count] }
    }

    /// ½ Σ (1 − (x − m)²/σ²) · e^p/σ² for each p, over all images' values that have it: the slope of their loss in p.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func diagonalGaussianLogVarianceGradient<T: ReferenceScalar>(
        means: [T], targets: [T], logVariances: [T]
    ) -> [T] {
        let variances = logVariances.map { variance($0) }
        var slopes = [T](repeating: 0, count: variances.count)
        for index in means.indices {
            let (error, place) = (means[index] - targets[index], index % variances.count)
            let share = T.exp(logVariances[place]) / variances[place]
            slopes[place] += (1 - error * error / variances[place]) * share / 2
        }
        return slopes
    }

    /// 10⁻⁶ + e^p.
    private static func variance<T: ReferenceScalar>(_ logVariance: T) -> T {
        T(DiagonalGaussian.leastVariance) + T.exp(logVariance)
    }

    /// ln 10⁻⁶.
    private static let logLeastVariance = -13.815_510_557_964_274
    /// ln 2π.
    private static let logTwoPi = 1.837_877_066_409_345_5
}
