import Kernels

extension ReferenceConvolution {
    /// The sizes of the engine's, padded by this type's own rule.
    init(_ geometry: ConvolutionGeometry, filters: Int) {
        self.init(
            height: geometry.height, width: geometry.width, channels: geometry.channels, filters: filters,
            kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth, stride: geometry.stride)
    }
}

extension Convolution2D: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        let sums = ReferenceConvolution(geometry, filters: filters)
            .forward(inputs[0], kernel: parameters[0], count: count)
        return Reference.activated(Reference.adding(parameters[1], to: sums), activation)
    }

    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        let convolution = ReferenceConvolution(geometry, filters: filters)
        let gradient = Reference.activationGradient(gradient, output: output, activation)
        return ReferenceGradients(
            inputs: [wanted[0] ? convolution.transpose(gradient, kernel: parameters[0], count: count) : []],
            parameters: [
                convolution.kernelGradient(inputs[0], gradient: gradient, count: count),
                Reference.biasGradient(gradient, channels: filters),
            ])
    }
}
