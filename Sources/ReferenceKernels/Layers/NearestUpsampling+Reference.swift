import Kernels

extension NearestUpsampling: ReferenceLayer {
    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        (0..<count * outputShape.reduce(1, *)).map { inputs[0][source(of: $0)] }
    }

    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        var below = [T](repeating: 0, count: inputs[0].count)
        for index in gradient.indices { below[source(of: index)] += gradient[index] }
        return ReferenceGradients(inputs: [below], parameters: [])
    }

    /// The index of the input value that an output value repeats.
    private func source(of index: Int) -> Int {
        let (height, width, channels) = (outputShape[0], outputShape[1], outputShape[2])
        let (channel, x) = (index % channels, index / channels % width)
        let (y, image) = (index / channels / width % height, index / channels / width / height)
        return ((image * inputShape[0] + y / factor) * inputShape[1] + x / factor) * channels + channel
    }
}
