import Kernels

/// The plain form of a likelihood.
package protocol ReferenceLikelihood {
    /// −ln p(x|z) of each image, in nats.
    func referenceLoss<T: ReferenceScalar>(_ output: [T], targets: [T], parameters: [[T]], count: Int) -> [T]
    /// The gradient of its sum over all images, by the output and by the likelihood's own parameters.
    func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]])
    /// The likelihood's own parameters after a step of training, from the gradient of the batch's mean loss.
    /// - Parameters:
    ///   - values: values of an image that each of them serves
    ///   - step: steps of training with this one, from 1
    func referenceStep<T: ReferenceScalar>(_ parameters: [T], gradient: [T], values: Int, step: Int) -> [T]
    /// The same of all of its tensors, where `referenceStep` is that of each by itself.
    /// - Parameter size: values of an image
    func referenceSteps<T: ReferenceScalar>(
        _ parameters: [[T]], gradients: [[T]], size: Int, step: Int
    ) -> [[T]]
}

extension ReferenceLikelihood {
    package func referenceSteps<T: ReferenceScalar>(
        _ parameters: [[T]], gradients: [[T]], size: Int, step: Int
    ) -> [[T]] {
        zip(parameters, gradients).map {
            referenceStep($0, gradient: $1, values: size / $0.count, step: step)
        }
    }
}

extension Bernoulli: ReferenceLikelihood {
    package func referenceLoss<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> [T] {
        Reference.bernoulliLoss(logits: output, targets: targets, count: count)
    }

    package func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]]) {
        (Reference.bernoulliGradient(logits: output, targets: targets), [])
    }

    package func referenceStep<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int
    ) -> [T] { parameters }
}

extension Gaussian: ReferenceLikelihood {
    package func referenceLoss<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> [T] {
        Reference.gaussianLoss(means: output, targets: targets, logVariance: parameters[0][0], count: count)
    }

    package func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]]) {
        let slopes = Reference.gaussianLogVarianceGradient(
            means: output, targets: targets, logVariance: parameters[0][0], count: count)
        let gradient = Reference.gaussianGradient(
            means: output, targets: targets, logVariance: parameters[0][0])
        return (gradient, [[slopes.reduce(0, +)]])
    }

    package func referenceStep<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int
    ) -> [T] {
        Reference.runningVariance(
            parameters, gradient: gradient, values: values, step: step, floor: 0)
    }
}

extension DiagonalGaussian: ReferenceLikelihood {
    package func referenceLoss<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> [T] {
        Reference.diagonalGaussianLoss(
            means: output, targets: targets, logVariances: parameters[0], count: count)
    }

    package func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]]) {
        let slopes = Reference.diagonalGaussianLogVarianceGradient(
            means: output, targets: targets, logVariances: parameters[0])
        let gradient = Reference.diagonalGaussianGradient(
            means: output, targets: targets, logVariances: parameters[0])
        return (gradient, [slopes])
    }

    package func referenceStep<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int
    ) -> [T] {
        Reference.runningVariance(
            parameters, gradient: gradient, values: values, step: step, floor: DiagonalGaussian.leastVariance)
    }
}

extension Reference {
    /// −Σ x ln σ(l) + (1 − x) ln(1 − σ(l)) of each image, in nats, in a form that is stable for every logit.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func bernoulliLoss<T: ReferenceScalar>(logits: [T], targets: [T], count: Int) -> [T] {
        let pixels = logits.count / count
        return (0..<count).map { image in
            (image * pixels..<(image + 1) * pixels).reduce(T(0)) { sum, index in
                let l = logits[index]
                return sum + (max(l, 0) - l * targets[index] + T.log1p(T.exp(-abs(l))))
            }
        }
    }

    /// σ(l) − x.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func bernoulliGradient<T: ReferenceScalar>(logits: [T], targets: [T]) -> [T] {
        logits.indices.map { sigmoid(logits[$0]) - targets[$0] }
    }

    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func sigmoid<T: ReferenceScalar>(_ x: T) -> T { 1 / (1 + T.exp(-x)) }

    /// −ln N(x; m, σ²) = ½ Σ ((x − m)²/σ² + log σ² + ln 2π) of each image, in nats.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func gaussianLoss<T: ReferenceScalar>(
        means: [T], targets: [T], logVariance: T, count: Int
    ) -> [T] {
        let pixels = means.count / count
        return (0..<count).map { image in
            (image * pixels..<(image + 1) * pixels).reduce(T(0)) { sum, index in
                let error = means[index] - targets[index]
                return sum + (error * error * T.exp(-logVariance) + logVariance + T(logTwoPi)) / 2
            }
        }
    }

    /// (m − x)/σ².
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func gaussianGradient<T: ReferenceScalar>(means: [T], targets: [T], logVariance: T) -> [T]
    {
        means.indices.map { (means[$0] - targets[$0]) * T.exp(-logVariance) }
    }

    /// ½ Σ (1 − (x − m)²/σ²) of each image: the slope of its loss in log σ².
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func gaussianLogVarianceGradient<T: ReferenceScalar>(
        means: [T], targets: [T], logVariance: T, count: Int
    ) -> [T] {
        let pixels = means.count / count
        return (0..<count).map { image in
            (image * pixels..<(image + 1) * pixels).reduce(T(0)) { sum, index in
                let error = means[index] - targets[index]
                return sum + (1 - error * error * T.exp(-logVariance)) / 2
            }
        }
    }

    /// ln 2π.
    private static let logTwoPi = 1.837_877_066_409_345_5
}
