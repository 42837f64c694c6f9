import Kernels

/// s² = 10⁻⁶ + e^p of each value, and ν = e^θ; functions of ν alone are those of `GammaFunction`, in Double.
extension StudentT: ReferenceLikelihood {
    package func referenceLoss<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> [T] {
        let scales = parameters[0].map { T(DiagonalGaussian.leastVariance) + T.exp($0) }
        let freedom = T.exp(parameters[1][0])
        let constant = T(StudentT.constant(freedom: Double(freedom)))
        return (0..<count).map { image in
            scales.indices.reduce(T(0)) { sum, value in
                let error = targets[image * scales.count + value] - output[image * scales.count + value]
                let logarithm = T.log1p(error * error / scales[value] / freedom)
                return sum + ((freedom + 1) * logarithm + T.log(scales[value])) / 2 + constant
            }
        }
    }

    package func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]]) {
        let powers = parameters[0].map { T.exp($0) }
        let freedom = T.exp(parameters[1][0])
        let v = Double(freedom)
        let digammas = T(GammaFunction.digamma(v / 2) - GammaFunction.digamma((v + 1) / 2))
        var slopes = [T](repeating: 0, count: powers.count)
        var slope: T = 0
        let gradient = output.indices.map { index -> T in
            let (error, value) = (output[index] - targets[index], index % powers.count)
            let scale = T(DiagonalGaussian.leastVariance) + powers[value]
            let square = error * error / scale
            let weight = (freedom + 1) / (freedom + square)
            slopes[value] += (1 - weight * square) * powers[value] / scale / 2
            slope += freedom * (T.log1p(square / freedom) + weight - 1 + digammas) / 2
            return weight * error / scale
        }
        return (gradient, [slopes, [slope]])
    }

    package func referenceStep<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int
    ) -> [T] { preconditionFailure("the scales and ν take their steps together") }

    package func referenceSteps<T: ReferenceScalar>(
        _ parameters: [[T]], gradients: [[T]], size: Int, step: Int
    ) -> [[T]] {
        let scales = Reference.runningVariance(
            parameters[0], gradient: gradients[0], values: 1, step: step,
            floor: DiagonalGaussian.leastVariance)
        let weight = RunningVariance.weight(step: step)
        let information = StudentT.information(Double(parameters[1][0]))
        let score = -Double(gradients[1][0]) / (Double(size) * information)
        let next = Double(parameters[1][0]) + max(-weight, min(weight, weight * score))
        let range = StudentT.freedomRange
        return [
            scales, [T(max(Double.log(range.lowerBound), min(Double.log(range.upperBound), next)))],
        ]
    }
}
