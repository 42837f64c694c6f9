import Kernels

extension ContinuousBernoulli: ReferenceLikelihood {
    package func referenceLoss<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> [T] {
        Reference.continuousBernoulliLoss(logits: output, targets: targets, count: count)
    }

    package func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]]) {
        (zip(output, targets).map { Reference.continuousBernoulliMean($0) - $1 }, [])
    }

    package func referenceStep<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int
    ) -> [T] { parameters }
}

extension Reference {
    /// Σ ln((eˡ − 1)/l) − l·x of each image, in nats, of a density in [0, 1].
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func continuousBernoulliLoss<T: ReferenceScalar>(
        logits: [T], targets: [T], count: Int
    ) -> [T] {
        let values = logits.count / count
        return (0..<count).map { image in
            (image * values..<(image + 1) * values).reduce(T(0)) { sum, index in
                let (l, size) = (logits[index], abs(logits[index]))
                // (1 − e^−a)/a is 1 at 0.
                let ratio = size == 0 ? 1 : -T.expm1(-size) / size
                return sum + (max(l, 0) - l * targets[index] + T.log(ratio))
            }
        }
    }

    /// 1/(1 − e⁻ˡ) − 1/l, the mean; the difference of large numbers near 0 by its series, ½ + l/12 − l³/720 + l⁵/30240 − l⁷/1209600,
    /// whose next term is below 10⁻¹⁶ there.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func continuousBernoulliMean<T: ReferenceScalar>(_ l: T) -> T {
        if abs(l) < 0.1 {
            let q = l * l
            let tail = T(1) / 30240 - q / 1_209_600
            return T(1) / 2 + l * (T(1) / 12 - q * (T(1) / 720 - q * tail))
        }
        return -1 / T.expm1(-l) - 1 / l
    }
}
