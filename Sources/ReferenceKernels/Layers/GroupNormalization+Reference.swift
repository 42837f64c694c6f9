import Kernels

extension GroupNormalization: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        let normal = normalised(inputs[0], count: count).values
        let channels = parameters[0].count
        return normal.indices.map { parameters[0][$0 % channels] * normal[$0] + parameters[1][$0 % channels] }
    }

    /// By the chain rule through mean and variance, each written out.
    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        let channels = parameters[0].count
        let (normal, deviations) = normalised(inputs[0], count: count)
        let inner = gradient.indices.map { gradient[$0] * parameters[0][$0 % channels] }
        var below = inner
        for (group, members) in members(count: count).enumerated() {
            let number = T(members.count)
            let sum = members.reduce(T(0)) { $0 + inner[$1] }
            let product = members.reduce(T(0)) { $0 + inner[$1] * normal[$1] }
            for index in members {
                below[index] =
                    (inner[index] - sum / number - normal[index] * product / number) / deviations[group]
            }
        }
        let slopes = gradient.indices.map { gradient[$0] * normal[$0] }
        return ReferenceGradients(
            inputs: [below],
            parameters: [
                Reference.biasGradient(slopes, channels: channels),
                Reference.biasGradient(gradient, channels: channels),
            ])
    }

    /// (x − μ)/√(σ² + ε), and the root of each group.
    private func normalised<T: ReferenceScalar>(_ values: [T], count: Int) -> (values: [T], deviations: [T]) {
        var (result, deviations) = (values, [T]())
        for members in members(count: count) {
            let number = T(members.count)
            let mean = members.reduce(T(0)) { $0 + values[$1] } / number
            let variance = members.reduce(T(0)) { $0 + (values[$1] - mean) * (values[$1] - mean) } / number
            let deviation = (variance + T(epsilon)).squareRoot()
            for index in members { result[index] = (values[index] - mean) / deviation }
            deviations.append(deviation)
        }
        return (result, deviations)
    }

    /// The indices of each image's groups.
    private func members(count: Int) -> [[Int]] {
        let (channels, size) = (outputShape[outputShape.count - 1], outputShape.reduce(1, *))
        return (0..<count * groups).map { group in
            let (image, group) = group.quotientAndRemainder(dividingBy: groups)
            return (0..<size).filter { $0 % channels / (channels / groups) == group }.map {
                image * size + $0
            }
        }
    }
}
