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
        } + [(8, 700, 16), (8, 2, 300), (5, 130, 110), (37, 31, 200), (3, 203, 4), (9, 4, 61)]

    /// `sgemm`, and every set of tiles that this processor can run.
    static let engines: [Tiles?] = [nil] + Tiles.available

    @Test(arguments: [Activation.identity, .rectified, .tanh])
    func forward(activation: Activation) throws {
        for ((count, inputs, outputs), tiles) in Self.sizes.flatMap({ size in Self.engines.map { (size, $0) }
        }) {
            let layer = Dense(inputs: inputs, outputs: outputs, activation: activation, tiles: tiles)
            var random = SplitMix(state: 1)
            let input = try Guarded(random.values(count * inputs))
            let kernel = try Guarded(random.values(layer.kernelCount))
            let bias = try Guarded(random.values(outputs))
            let output = try Guarded(untouched: count * outputs)
            let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: false))
            layer.pack(kernel.region, into: packed.region)
            layer.forward(
                input.region, count: count, kernel: kernel.region, packed: packed.region,
                bias: bias.region, into: output.region)
            let sums = Reference.adding(
                bias.values.doubles,
                to: Reference.dense(input.values.doubles, kernel: kernel.values.doubles, count: count))
            let magnitudes = Reference.adding(
                bias.values.magnitudes,
                to: Reference.dense(input.values.magnitudes, kernel: kernel.values.magnitudes, count: count))
            let off = excess(
                output.values, Reference.activated(sums, activation),
                bounds: bounds(magnitudes, terms: inputs).map { $0 + activation.error })
            #expect(
                off <= 1 && areIntact([input, kernel, packed, bias, output]),
                "\(count)×\(inputs)×\(outputs), \(tiles?.name ?? "sgemm")")
        }
    }

    /// The gradients of weights and of the input are each overwritten or added to, independently.
    @Test(
        arguments: [Activation.identity, .rectified, .tanh],
        [(false, false), (true, false), (false, true), (true, true)])
    func backward(activation: Activation, accumulating: (weights: Bool, input: Bool)) throws {
        for ((count, inputs, outputs), tiles) in Self.sizes.flatMap({ size in Self.engines.map { (size, $0) }
        }) {
            let layer = Dense(inputs: inputs, outputs: outputs, activation: activation, tiles: tiles)
            var random = SplitMix(state: 2)
            let input = try Guarded(random.values(count * inputs))
            let kernel = try Guarded(random.values(layer.kernelCount))
            let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: true))
            layer.pack(kernel.region, into: packed.region)
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
                count: count, kernel: kernel.region, packed: packed.region,
                kernelGradient: kernelGradient.region, biasGradient: biasGradient.region,
                inputGradient: inputGradient.region, accumulating: accumulating.weights,
                accumulatingInput: accumulating.input)

            let expected = Reference.activationGradient(
                incoming.doubles, output: output.values.doubles, activation)
            // What the sums below are of.
            let passed = gradient.values.doubles
            #expect(areIntact([input, kernel, packed, output, gradient]))
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
                #expect(
                    off <= 1 && found.isIntact,
                    "\(count)×\(inputs)×\(outputs), \(tiles?.name ?? "sgemm")")
            }
        }
    }

    private func nothing(_ count: Int) -> [Float] { [Float](repeating: .nan, count: count) }

    /// tanh saturates, and NaN comes through it.
    @Test(arguments: [3, 5, 13], engines.indices)
    func theTangentKeepsNaN(outputs: Int, engine: Int) throws {
        let values = [.nan, -.infinity, .infinity, -30, 30] + [Float](repeating: 0, count: 8)
        let found = try outcome(of: Array(values.prefix(outputs)), .tanh, Self.engines[engine])
        #expect(found[0].isNaN)
        #expect(Array(found[1...]) == Array([-1, 1, -1, 1, 0, 0, 0, 0, 0, 0, 0, 0].prefix(outputs - 1)))
    }

    /// NaN comes through the rectifier, so that a broken run shows; what is not above 0 is cut, also −0.
    @Test(arguments: [3, 5, 16], engines.indices)
    func theRectifierKeepsNaN(outputs: Int, engine: Int) throws {
        let values = [.nan, -.infinity, .infinity, -1, 2] + [Float](repeating: 3, count: 11)
        let found = try outcome(of: Array(values.prefix(outputs)), .rectified, Self.engines[engine])
        #expect(found[0].isNaN)
        #expect(
            Array(found[1...])
                == Array(([0, .infinity, 0, 2] + [Float](repeating: 3, count: 11)).prefix(outputs - 1)))
    }

    /// The layer of one input that is 1, with `kernel` for its weights.
    private func outcome(of kernel: [Float], _ activation: Activation, _ tiles: Tiles?) throws -> [Float] {
        let outputs = kernel.count
        let layer = Dense(inputs: 1, outputs: outputs, activation: activation, tiles: tiles)
        let (kernel, bias) = (try Guarded(kernel), try Guarded([Float](repeating: 0, count: outputs)))
        let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: false))
        layer.pack(kernel.region, into: packed.region)
        let (input, output) = (try Guarded([1]), try Guarded(untouched: outputs))
        layer.forward(
            input.region, count: 1, kernel: kernel.region, packed: packed.region, bias: bias.region,
            into: output.region)
        #expect(areIntact([kernel, packed, input, bias, output]))
        return output.values
    }
}
