import Kernels

extension TransposedConvolution2D: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        let sums = ReferenceConvolution(geometry, filters: self.inputs)
            .transpose(inputs[0], kernel: parameters[0], count: count)
        return Reference.activated(Reference.adding(parameters[1], to: sums), activation)
    }

    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        let convolution = ReferenceConvolution(geometry, filters: self.inputs)
        let gradient = Reference.activationGradient(gradient, output: output, activation)
        return ReferenceGradients(
            inputs: [wanted[0] ? convolution.forward(gradient, kernel: parameters[0], count: count) : []],
            parameters: [
                convolution.kernelGradient(gradient, gradient: inputs[0], count: count),
                Reference.biasGradient(gradient, channels: geometry.channels),
            ])
    }
}
