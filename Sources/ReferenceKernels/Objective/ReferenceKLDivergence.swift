extension Reference {
    /// ½ Σ (μ² + σ² − 1 − log σ²) of each image, in nats.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func klDivergence<T: ReferenceScalar>(mean: [T], logVariance: [T], count: Int) -> [T] {
        let size = mean.count / count
        return (0..<count).map { image in
            (image * size..<(image + 1) * size).reduce(T(0)) { sum, i in
                sum + (mean[i] * mean[i] + T.expm1(logVariance[i]) - logVariance[i]) / 2
            }
        }
    }

    /// The gradient of its sum over all images: μ and ½(σ² − 1).
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func klDivergenceGradient<T: ReferenceScalar>(mean: [T], logVariance: [T]) -> (
        mean: [T], logVariance: [T]
    ) {
        (mean, logVariance.map { T.expm1($0) / 2 })
    }
}
