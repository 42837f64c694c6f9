import Kernels
import ReferenceKernels
import Testing

/// Fully connected layers against direct loops in Double.
@Suite("Dense layers")
struct DenseTests {
    /// images, inputs, outputs
    static let sizes: [(count: Int, inputs: Int, outputs: Int)] =
        [1, 2, 3, 8].flatMap { count in
            [1, 2, 5, 16, 37].flatMap { inputs in [1, 2, 3, 16, 33].map { (count, inputs, $0) } }
        } + [(8, 700, 16), (8, 2, 300), (5, 130, 110)]

    @Test(arguments: [Activation.identity, .rectified, .tanh])
    func forward(activation: Activation) throws {
        for (count, inputs, outputs) in Self.sizes {
            let layer = Dense(inputs: inputs, outputs: outputs, activation: activation)
            var random = SplitMix(state: 1)
            let input = try Guarded(random.values(count * inputs))
            let kernel = try Guarded(random.values(layer.kernelCount))
            let bias = try Guarded(random.values(outputs))
            let output = try Guarded(untouched: count * outputs)
            layer.forward(
                input.region, count: count, kernel: kernel.region,
                bias: bias.region, into: output.region)
            let sums = Reference.adding(
                bias.values.doubles,
                to: Reference.dense(input.values.doubles, kernel: kernel.values.doubles, count: count))
            let magnitudes = Reference.adding(
                bias.values.magnitudes,
                to: Reference.dense(input.values.magnitudes, kernel: kernel.values.magnitudes, count: count))
            let off = excess(
                output.values, Reference.activated(sums, activation.reference),
                bounds: bounds(magnitudes, terms: inputs).map { $0 + activation.error })
            #expect(off <= 1 && areIntact([input, kernel, bias, output]), "\(count)×\(inputs)×\(outputs)")
        }
    }

    /// The gradients of weights and of the input are each overwritten or added to, independently.
    @Test(
        arguments: [Activation.identity, .rectified, .tanh],
        [(false, false), (true, false), (false, true), (true, true)])
    func backward(activation: Activation, accumulating: (weights: Bool, input: Bool)) throws {
        for (count, inputs, outputs) in Self.sizes {
            let layer = Dense(inputs: inputs, outputs: outputs, activation: activation)
            var random = SplitMix(state: 2)
            let input = try Guarded(random.values(count * inputs))
            let kernel = try Guarded(random.values(layer.kernelCount))
            let output = try Guarded(random.values(count * outputs).map { max($0, 0) })
            let incoming = random.values(count * outputs)
            let before = (
                random.values(layer.kernelCount), random.values(outputs), random.values(count * inputs)
            )
            let gradient = try Guarded(incoming)
            let kernelGradient = try Guarded(accumulating.weights ? before.0 : nothing(layer.kernelCount))
            let biasGradient = try Guarded(accumulating.weights ? before.1 : nothing(outputs))
            let inputGradient = try Guarded(accumulating.input ? before.2 : nothing(count * inputs))
            layer.backward(
                gradient.region, input: input.region, output: output.region,
                count: count, kernel: kernel.region, kernelGradient: kernelGradient.region,
                biasGradient: biasGradient.region, inputGradient: inputGradient.region,
                accumulating: accumulating.weights, accumulatingInput: accumulating.input)

            let expected = Reference.activationGradient(
                incoming.doubles, output: output.values.doubles, activation.reference)
            // What the sums below are of.
            let passed = gradient.values.doubles
            #expect(areIntact([input, kernel, output, gradient]))
            let sizes = passed.map { abs($0) }
            #expect(excess(gradient.values, expected, bounds: activation.gradientBounds(incoming)) <= 1)
            let checks = [
                (
                    kernelGradient, before.0, accumulating.weights, count,
                    Reference.denseKernelGradient(input.values.doubles, gradient: passed, count: count),
                    Reference.denseKernelGradient(input.values.magnitudes, gradient: sizes, count: count)
                ),
                (
                    biasGradient, before.1, accumulating.weights, count,
                    Reference.biasGradient(passed, channels: outputs),
                    Reference.biasGradient(sizes, channels: outputs)
                ),
                (
                    inputGradient, before.2, accumulating.input, outputs,
                    Reference.denseInputGradient(passed, kernel: kernel.values.doubles, count: count),
                    Reference.denseInputGradient(sizes, kernel: kernel.values.magnitudes, count: count)
                ),
            ]
            for (found, earlier, adding, terms, sums, magnitudes) in checks {
                let off = excess(
                    found.values, adding ? zip(sums, earlier).map { $0 + Double($1) } : sums,
                    bounds: bounds(
                        adding ? zip(magnitudes, earlier).map { $0 + abs(Double($1)) } : magnitudes,
                        terms: terms))
                #expect(off <= 1 && found.isIntact, "\(count)×\(inputs)×\(outputs)")
            }
        }
    }

    private func nothing(_ count: Int) -> [Float] { [Float](repeating: .nan, count: count) }

    /// tanh saturates, and NaN comes through it.
    @Test func theTangentKeepsNaN() throws {
        for outputs in [5, 13] {
            let layer = Dense(inputs: 1, outputs: outputs, activation: .tanh)
            let values = [.nan, -.infinity, .infinity, -30, 30] + [Float](repeating: 0, count: outputs - 5)
            let (kernel, bias) = (
                try Guarded(values), try Guarded([Float](repeating: 0, count: outputs))
            )
            let (input, output) = (try Guarded([1]), try Guarded(untouched: outputs))
            layer.forward(
                input.region, count: 1, kernel: kernel.region, bias: bias.region, into: output.region)
            #expect(areIntact([kernel, input, bias, output]))
            #expect(output.values[0].isNaN)
            #expect(output.values[1..<5] == [-1, 1, -1, 1] && output.values[5...].allSatisfy { $0 == 0 })
        }
    }

    /// NaN comes through the rectifier, so that a broken run shows; what is not above 0 is cut, also −0.
    @Test func theRectifierKeepsNaN() throws {
        let layer = Dense(inputs: 1, outputs: 5, activation: .rectified)
        let kernel = try Guarded([.nan, -.infinity, .infinity, -1, 2])
        let (input, bias, output) = (
            try Guarded([1]), try Guarded([0, 0, 0, 0, 0]), try Guarded(untouched: 5)
        )
        layer.forward(
            input.region, count: 1, kernel: kernel.region, bias: bias.region, into: output.region)
        #expect(areIntact([kernel, input, bias, output]))
        #expect(output.values[0].isNaN)
        #expect(output.values.dropFirst() == [0, .infinity, 0, 2])
    }
}
