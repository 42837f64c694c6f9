import Kernels

extension Laplace: ReferenceLikelihood {
    package func referenceLoss<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> [T] {
        Reference.laplaceLoss(middles: output, targets: targets, logScale: parameters[0][0], count: count)
    }

    package func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]]) {
        let scale = T.exp(parameters[0][0])
        var slope: T = 0
        let gradient = zip(output, targets).map { middle, target -> T in
            slope += 1 - abs(target - middle) / scale
            return middle == target ? 0 : (middle < target ? -1 : 1) / scale
        }
        return (gradient, [[slope]])
    }

    /// New ln b of (1 − a) b + a · mean |x − m|, with the mean that the gradient by ln b, n (1 − mean |x − m|/b), tells of.
    package func referenceStep<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int
    ) -> [T] {
        let weight = T(RunningVariance.weight(step: step))
        return zip(parameters, gradient).map { logScale, slope in
            let scale = T.exp(logScale)
            let error = scale * (1 - slope / T(values))
            return T.log(max((1 - weight) * scale + weight * error, T(RunningVariance.leastScale)))
        }
    }
}

extension Reference {
    /// Σ |x − m|/b + ln 2b of each image, in nats.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func laplaceLoss<T: ReferenceScalar>(
        middles: [T], targets: [T], logScale: T, count: Int
    ) -> [T] {
        let values = middles.count / count
        return (0..<count).map { image in
            (image * values..<(image + 1) * values).reduce(T(0)) { sum, index in
                sum + (abs(targets[index] - middles[index]) / T.exp(logScale) + logScale + T.log(2))
            }
        }
    }
}
