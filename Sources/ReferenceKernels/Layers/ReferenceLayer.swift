/// The plain form of a layer: the specification of its kernels. Arrays hold all images, one after the other.
package protocol ReferenceLayer {
    /// The output, from the inputs and the layer's parameters.
    func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T]
    /// ∂L/∂inputs and ∂L/∂parameters from ∂L/∂output.
    /// - Parameter wanted: whether the gradient of each input is; that of others may be empty
    func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T>
}

/// The gradients that a layer's backward pass gives.
package struct ReferenceGradients<T: ReferenceScalar> {
    /// One for each input.
    package var inputs: [[T]]
    /// One for each parameter.
    package var parameters: [[T]]

    package init(inputs: [[T]], parameters: [[T]]) {
        self.inputs = inputs
        self.parameters = parameters
    }
}
