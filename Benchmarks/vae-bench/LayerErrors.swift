import Kernels
import ReferenceKernels

/// The errors of a layer with one input, forward and back, against its plain form in Double: random images, weights and gradients.
struct LayerErrors {
    /// The largest of the output, relative to its largest value.
    let forward: Double
    /// The larger one of the gradients of the kernel and of the input.
    let backward: Double

    private static let images = 2

    /// - Parameter size: values of an image of its input
    init(_ layer: any Layer & ReferenceLayer, inputCount size: Int) throws {
        let count = Self.images
        let input = try Self.random(count * size, item: 0),
            gradient = try Self.random(
                count * layer.outputShape.reduce(1, *), item: 1)
        let parameters = try Self.random(layer.parameters.reduce(0) { $0 + $1.count }, item: 2)
        var ranges: [Range<Int>] = []
        for parameter in layer.parameters {
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + parameter.count)
        }
        let needs = layer.needs(images: count, givesInputGradient: true)
        let storages = try [
            gradient.region.count, needs.scratch, needs.kept, needs.packed, input.region.count,
            parameters.region.count,
        ].map { try FloatStorage(count: $0) }
        let regions = storages.map(\.region)
        let below = regions[4], gradients = regions[5]
        layer.pack(parameters.region[ranges[0]], into: regions[3].prefix(needs.packed))
        let weights = Weights(parameters: parameters.region, packed: regions[3].prefix(needs.packed))
        let binding = Binding(
            capacity: count, inputs: [input.region], output: regions[0], inputGradients: [below],
            addsToInputGradient: [false], outputGradient: gradient.region,
            scratch: regions[1].prefix(needs.scratch), kept: regions[2].prefix(needs.kept),
            parameters: ranges, packed: 0..<needs.packed)
        let reads = input.region.array().map(Double.init)
        let incoming = gradient.region.array().map(Double.init)
        let trained = ranges.map { parameters.region[$0].array().map(Double.init) }
        layer.forward(binding, weights, count: count)
        forward = Self.error(
            regions[0].array(), layer.referenceForward([reads], parameters: trained, count: count))
        // Where the two outputs lie on different sides of a corner, so would the gradients: both go back from the engine's.
        let output = regions[0].array().map(Double.init)
        layer.backward(
            binding, weights,
            BackwardPass(count: count, gradients: gradients, accumulating: false, klScale: 0))
        let exact = layer.referenceBackward(
            incoming, inputs: [reads], output: output, parameters: trained, count: count, wanted: [true])
        backward = max(
            Self.error(below.array(), exact.inputs[0]),
            Self.error(gradients[ranges[0]].array(), exact.parameters[0]))
        withExtendedLifetime((storages, input, gradient, parameters)) {}
    }

    private static func random(_ count: Int, item: Int) throws -> FloatStorage {
        let storage = try FloatStorage(count: count)
        var random = RandomStream(seed: 0, purpose: .initialWeights, item: item)
        random.fillUniform(storage.region, limit: 1)
        return storage
    }

    private static func error(_ found: [Float], _ exact: [Double]) -> Double {
        let largest = exact.reduce(0) { max($0, abs($1)) }
        return zip(found, exact).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / largest
    }
}
