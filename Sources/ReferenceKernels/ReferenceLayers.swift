/// The remaining layers and the objective, one definition each.
package enum Reference {
    /// input · kernel for `count` rows; `kernel` is [inputs × outputs].
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func dense<T: ReferenceScalar>(_ input: [T], kernel: [T], count: Int) -> [T] {
        let inputs = input.count / count
        let outputs = kernel.count / inputs
        var result = [T](repeating: 0, count: count * outputs)
        for row in 0..<count {
            for i in 0..<inputs {
                for o in 0..<outputs {
                    result[row * outputs + o] += input[row * inputs + i] * kernel[i * outputs + o]
                }
            }
        }
        return result
    }

    /// ∂L/∂input = gradient · kernelᵀ.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func denseInputGradient<T: ReferenceScalar>(_ gradient: [T], kernel: [T], count: Int)
        -> [T]
    {
        let outputs = gradient.count / count
        let inputs = kernel.count / outputs
        var result = [T](repeating: 0, count: count * inputs)
        for row in 0..<count {
            for i in 0..<inputs {
                for o in 0..<outputs {
                    result[row * inputs + i] += gradient[row * outputs + o] * kernel[i * outputs + o]
                }
            }
        }
        return result
    }

    /// ∂L/∂kernel = inputᵀ · gradient.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func denseKernelGradient<T: ReferenceScalar>(_ input: [T], gradient: [T], count: Int)
        -> [T]
    {
        let (inputs, outputs) = (input.count / count, gradient.count / count)
        var result = [T](repeating: 0, count: inputs * outputs)
        for row in 0..<count {
            for i in 0..<inputs {
                for o in 0..<outputs {
                    result[i * outputs + o] += input[row * inputs + i] * gradient[row * outputs + o]
                }
            }
        }
        return result
    }

    /// Each row of `values` plus `bias`.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func adding<T: ReferenceScalar>(_ bias: [T], to values: [T]) -> [T] {
        values.indices.map { values[$0] + bias[$0 % bias.count] }
    }

    /// The sum of the rows of `gradient`, (rows, channels).
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func biasGradient<T: ReferenceScalar>(_ gradient: [T], channels: Int) -> [T] {
        var result = [T](repeating: 0, count: channels)
        for index in gradient.indices { result[index % channels] += gradient[index] }
        return result
    }

    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func rectified<T: ReferenceScalar>(_ values: [T]) -> [T] { values.map { $0 > 0 ? $0 : 0 } }

    /// ∂L/∂sum from ∂L/∂output and the output of a rectified layer.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func rectifiedGradient<T: ReferenceScalar>(_ gradient: [T], output: [T]) -> [T] {
        gradient.indices.map { output[$0] > 0 ? gradient[$0] : 0 }
    }

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

    /// ½ Σ (μ² + σ² − 1 − log σ²) of each image, in nats.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func divergence<T: ReferenceScalar>(mean: [T], logVariance: [T], count: Int) -> [T] {
        let size = mean.count / count
        return (0..<count).map { image in
            (image * size..<(image + 1) * size).reduce(T(0)) { sum, i in
                sum + (mean[i] * mean[i] + T.expm1(logVariance[i]) - logVariance[i]) / 2
            }
        }
    }

    /// One step of Adam (Kingma and Ba 2014, algorithm 1) on all parameters; `step` counts from 1.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func adam<T: ReferenceScalar>(
        _ parameters: inout [T], gradient: [T], firstMoment: inout [T], secondMoment: inout [T], step: Int,
        learningRate: T, beta1: T, beta2: T, epsilon: T
    ) {
        var (power1, power2) = (T(1), T(1))
        for _ in 0..<step {
            power1 *= beta1
            power2 *= beta2
        }
        for i in parameters.indices {
            firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * gradient[i]
            secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * gradient[i] * gradient[i]
            let (m, v) = (firstMoment[i] / (1 - power1), secondMoment[i] / (1 - power2))
            parameters[i] -= learningRate * m / (v.squareRoot() + epsilon)
        }
    }
}
