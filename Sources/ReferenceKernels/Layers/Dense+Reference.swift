import Kernels

extension Dense: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        let sums = Reference.dense(inputs[0], kernel: parameters[0], count: count)
        return Reference.activated(Reference.adding(parameters[1], to: sums), activation)
    }

    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        let gradient = Reference.activationGradient(gradient, output: output, activation)
        return ReferenceGradients(
            inputs: [
                wanted[0] ? Reference.denseInputGradient(gradient, kernel: parameters[0], count: count) : []
            ],
            parameters: [
                Reference.denseKernelGradient(inputs[0], gradient: gradient, count: count),
                Reference.biasGradient(gradient, channels: outputs),
            ])
    }
}

extension Reference {
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
}
