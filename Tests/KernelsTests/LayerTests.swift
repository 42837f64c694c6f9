import Kernels
import ReferenceKernels
import Testing

/// Layers as a network calls them, against their plain forms in Double: those that are no products.
@Suite("Layers against their plain forms")
struct LayerTests {
    /// A layer, its plain form, and the shapes of what it reads.
    struct Case: Sendable, CustomTestStringConvertible {
        let layer: any Layer & ReferenceLayer
        let inputs: [[Int]]
        var testDescription: String { "\(layer.title) of \(inputs)" }
    }

    static let cases: [Case] =
        [Activation.identity, .rectified, .leakyRectified, .tanh, .silu].flatMap { activation in
            [[5, 3, 2], [1], [17]].map { Case(layer: ActivationLayer(activation, shape: $0), inputs: [$0]) }
        }
        + [[3, 5, 7], [9]].map { Case(layer: Addition(shape: $0), inputs: [$0, $0]) }
        + [(5, 3), (1, 1), (24, 10)].map { Case(layer: Concatenation($0, $1), inputs: [[$0], [$1]]) }
        + [
            ([3, 4, 2], 6, 8, 2), ([3, 4, 5], 5, 7, 2), ([2, 3, 1], 4, 7, 3), ([1, 1, 9], 1, 4, 4),
        ].map { shape, height, width, factor in
            Case(
                layer: NearestUpsampling(shape, toHeight: height, width: width, factor: factor),
                inputs: [shape])
        }
        + [([4, 3, 6], 3), ([4, 3, 6], 1), ([5, 7, 4], 4), ([10], 2), ([3, 2, 1], 1)].map { shape, groups in
            Case(layer: GroupNormalization(shape: shape, groups: groups), inputs: [shape])
        }
        + [Case(layer: Reparameterisation(size: 3), inputs: [[3], [3], [3]])]

    /// Up to thirty roundings of Float in a row, each 6e-8 of the tensor's largest: sums are short or in Double.
    private static let tolerance = 2e-6

    @Test(arguments: cases, [1, 3])
    func forwardAndBack(sizes: Case, count: Int) throws {
        let layer = sizes.layer
        var random = SplitMix(state: 7)
        let inputs = sizes.inputs.map { random.values(count * $0.reduce(1, *)).map { 2 * $0 } }
        let parameters = layer.parameters.map { random.values($0.count) }
        let output = layer.outputShape.reduce(1, *)
        let gradient = random.values(count * output)
        let reads = inputs.map { $0.map(Double.init) }
        let trained = parameters.map { $0.map(Double.init) }
        let expected = layer.referenceForward(reads, parameters: trained, count: count)
        let below = layer.referenceBackward(
            gradient.map(Double.init), inputs: reads, output: expected, parameters: trained, count: count,
            wanted: inputs.map { _ in true })

        // Once written and once added to, of inputs and of parameters.
        for adds in layer is Reparameterisation ? [false] : [false, true] {
            let memory = try Memory(layer, inputs, parameters, gradient, count: count, adds: adds)
            layer.forward(memory.binding, memory.weights, count: count)
            #expect(relativeError(memory.binding.output.array(), expected) < Self.tolerance)
            layer.backward(
                memory.binding, memory.weights,
                BackwardPass(count: count, gradients: memory.gradients, accumulating: adds, klScale: 0))
            for (index, exact) in below.inputs.enumerated() {
                guard let region = memory.binding.inputGradients[index], !exact.isEmpty else { continue }
                let found = region.array().map { adds ? $0 - Memory.before : $0 }
                #expect(relativeError(found, exact) < Self.tolerance, "input \(index), adding \(adds)")
            }
            for (index, exact) in below.parameters.enumerated() {
                let range = memory.binding.parameters[index]
                let found = memory.gradients[range].array().map { adds ? $0 - Memory.before : $0 }
                #expect(relativeError(found, exact) < Self.tolerance, "parameter \(index), adding \(adds)")
            }
        }
    }

    /// The plain forms' gradients are slopes: of the scalar whose gradient in the output is `weight`.
    @Test(arguments: cases)
    func plainGradientsAreSlopes(sizes: Case) {
        let (layer, count) = (sizes.layer, 2)
        var random = SplitMix(state: 9)
        let inputs = sizes.inputs.map { random.values(count * $0.reduce(1, *)).map { 2 * Double($0) } }
        let parameters = layer.parameters.map { random.values($0.count).map(Double.init) }
        let weight = random.values(count * layer.outputShape.reduce(1, *)).map(Double.init)
        let output = layer.referenceForward(inputs, parameters: parameters, count: count)
        let below = layer.referenceBackward(
            weight, inputs: inputs, output: output, parameters: parameters, count: count,
            wanted: inputs.map { _ in true })
        func scalar(_ inputs: [[Double]], _ parameters: [[Double]]) -> Double {
            zip(layer.referenceForward(inputs, parameters: parameters, count: count), weight)
                .reduce(0) { $0 + $1.0 * $1.1 }
        }
        func check(_ gradient: [Double], _ name: String, _ move: (Int, Double) -> Double) {
            let largest = gradient.reduce(1) { max($0, abs($1)) }
            for index in gradient.indices {
                let slope = (move(index, 1e-5) - move(index, -1e-5)) / 2e-5
                // Third derivatives of these functions are at most some hundreds: h²/6 · 500 is 1e-8.
                #expect(abs(slope - gradient[index]) < 3e-8 * largest, "\(name) \(index)")
            }
        }
        for (input, gradient) in below.inputs.enumerated() where !gradient.isEmpty {
            check(gradient, "input \(input)") { index, step in
                var moved = inputs
                moved[input][index] += step
                return scalar(moved, parameters)
            }
        }
        for (parameter, gradient) in below.parameters.enumerated() {
            check(gradient, "parameter \(parameter)") { index, step in
                var moved = parameters
                moved[parameter][index] += step
                return scalar(inputs, moved)
            }
        }
    }

    /// The largest error, relative to the largest magnitude expected.
    private func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
        guard found.count == expected.count else { return .infinity }
        let largest = expected.reduce(0) { max($0, abs($1)) }
        return zip(found, expected).reduce(0) { worst, pair in
            let error = abs(Double(pair.0) - pair.1)
            return error.isFinite ? max(worst, error / largest) : .infinity
        }
    }

    /// The regions of one layer.
    private struct Memory {
        let binding: Binding
        let weights: Weights
        let gradients: FloatRegion
        private let storages: [FloatStorage]

        /// What gradients hold before something is added.
        static let before: Float = 0.25

        init(
            _ layer: any Layer, _ inputs: [[Float]], _ parameters: [[Float]], _ gradient: [Float], count: Int,
            adds: Bool
        ) throws {
            var storages: [FloatStorage] = []
            func region(_ values: [Float]) throws -> FloatRegion {
                let storage = try FloatStorage(count: values.count)
                storages.append(storage)
                storage.region.copy(from: values.span)
                return storage.region
            }
            func filled(_ count: Int) throws -> FloatRegion {
                try region([Float](repeating: adds ? Self.before : .nan, count: count))
            }
            var ranges: [Range<Int>] = []
            for tensor in parameters {
                let start = ranges.last?.upperBound ?? 0
                ranges.append(start..<start + tensor.count)
            }
            let total = parameters.flatMap(\.self)
            gradients = try filled(total.count)
            weights = Weights(parameters: try region(total), packed: try region([]))
            let needs = layer.needs(images: count, givesInputGradient: true)
            binding = Binding(
                capacity: count, inputs: try inputs.map(region),
                output: try region([Float](repeating: .nan, count: gradient.count)),
                inputGradients: try inputs.map { try filled($0.count) },
                addsToInputGradient: inputs.map { _ in adds }, outputGradient: try region(gradient),
                scratch: try filled(needs.scratch), kept: try filled(needs.kept), parameters: ranges,
                packed: 0..<0)
            self.storages = storages
        }
    }
}
