import Kernels

extension Concatenation: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        var output: [T] = []
        for image in 0..<count {
            for (input, size) in sizes.enumerated() {
                output += inputs[input][image * size..<(image + 1) * size]
            }
        }
        return output
    }

    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        var below: [[T]] = [[], []]
        for image in 0..<count {
            let start = image * outputShape[0]
            below[0] += gradient[start..<start + sizes[0]]
            below[1] += gradient[start + sizes[0]..<start + outputShape[0]]
        }
        return ReferenceGradients(inputs: below, parameters: [])
    }
}
