extension Reference {
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
