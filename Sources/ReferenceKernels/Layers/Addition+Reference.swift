import Kernels

extension Addition: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        inputs[0].indices.map { inputs[0][$0] + inputs[1][$0] }
    }

    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        ReferenceGradients(inputs: [gradient, gradient], parameters: [])
    }
}
