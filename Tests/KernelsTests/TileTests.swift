import Kernels
import Testing

/// What register tiles promise beyond being right: the same bits from every instruction set.
@Suite("Register tiles")
struct TileTests {
    @Test(.enabled(if: Tiles.available.count > 1, "this processor has one set of tiles, or none"))
    func instructionSetsAgreeToTheBit() throws {
        for sizes in ConvolutionCase.grid + ConvolutionCase.wide + ConvolutionCase.filtered {
            var results: [[UInt32]] = []
            for tiles in Tiles.available { results.append(try outputs(sizes, tiles).map(\.bitPattern)) }
            #expect(results.dropFirst().allSatisfy { identical($0, results[0]) }, "\(sizes.testDescription)")
        }
    }

    @Test(.enabled(if: Tiles.available.count > 1, "this processor has one set of tiles, or none"))
    func instructionSetsAgreeOnDenseLayers() throws {
        for (count, inputs, outputs) in DenseTests.sizes {
            var results: [[UInt32]] = []
            for tiles in Tiles.available {
                results.append(try denseOutputs(count, inputs, outputs, tiles).map(\.bitPattern))
            }
            #expect(
                results.dropFirst().allSatisfy { identical($0, results[0]) }, "\(count)×\(inputs)×\(outputs)")
        }
    }

    /// A weight's gradient is one sum over images, in their order, wherever calls and blocks of them end; direct tiles', that is.
    @Test func aKernelsGradientIsOneChain() throws {
        for tiles in Tiles.available.map(\.direct) {
            for sizes in ConvolutionCase.cached {
                let layer = Convolution2D(
                    try sizes.geometry(), filters: sizes.filters, activation: .identity, tiles: tiles)
                let direct = try #require(layer.direct)
                var random = SplitMix(state: 6)
                let images = random.values(sizes.imageCount), grids = random.values(sizes.gridCount)
                /// Of all images, so many at a time.
                func gradient(step: Int) throws -> [Float] {
                    let gradient = try Guarded(untouched: sizes.kernelCount)
                    let scratch = try Guarded(untouched: layer.scratchCount(images: step))
                    for first in stride(from: 0, to: sizes.count, by: step) {
                        func some(_ values: [Float]) throws -> Guarded {
                            let size = values.count / sizes.count
                            return try Guarded(Array(values[first * size..<(first + step) * size]))
                        }
                        let (some, others) = (try some(images), try some(grids))
                        direct.kernelGradient(
                            some.region, others.region, count: step, into: gradient.region,
                            accumulating: first > 0, scratch: scratch.region)
                    }
                    return gradient.values
                }
                let (whole, single) = (try gradient(step: sizes.count), try gradient(step: 1))
                #expect(
                    identical(whole.map(\.bitPattern), single.map(\.bitPattern)),
                    "\(tiles.name): \(sizes.testDescription)")
            }
        }
    }

    /// What a dense layer says of an image does not depend on the images beside it.
    @Test func anImageHasTheSameBitsAloneAndAmongOthers() throws {
        for tiles in Tiles.available {
            for (inputs, outputs) in [(37, 3), (31, 16), (784, 200), (16, 2), (2, 300), (3, 4)] {
                let layer = Dense(inputs: inputs, outputs: outputs, activation: .tanh, tiles: tiles)
                var random = SplitMix(state: 4)
                let (kernel, bias) = (
                    try Guarded(random.values(layer.kernelCount)), try Guarded(random.values(outputs))
                )
                let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: true))
                layer.pack(kernel.region, into: packed.region)
                let images = random.values(37 * inputs), gradients = random.values(37 * outputs)
                func results(_ range: Range<Int>) throws -> [Float] {
                    let input = try Guarded(
                        Array(images[range.lowerBound * inputs..<range.upperBound * inputs]))
                    let output = try Guarded(untouched: range.count * outputs)
                    layer.forward(
                        input.region, count: range.count, kernel: kernel.region, packed: packed.region,
                        bias: bias.region, into: output.region)
                    let gradient = try Guarded(
                        Array(gradients[range.lowerBound * outputs..<range.upperBound * outputs]))
                    let below = try Guarded(untouched: range.count * inputs)
                    let (weights, biases) = (
                        try Guarded(untouched: layer.kernelCount), try Guarded(untouched: outputs)
                    )
                    layer.backward(
                        gradient.region, input: input.region, output: output.region, count: range.count,
                        kernel: kernel.region, packed: packed.region, kernelGradient: weights.region,
                        biasGradient: biases.region, inputGradient: below.region, accumulating: false)
                    #expect(areIntact([input, output, gradient, below, weights, biases]))
                    let position = 20 - range.lowerBound
                    return Array(output.values[position * outputs..<(position + 1) * outputs])
                        + Array(below.values[position * inputs..<(position + 1) * inputs])
                }
                let alone = try results(20..<21)
                #expect(try identical(results(0..<37), alone), "\(inputs)×\(outputs)")
                #expect(try identical(results(13..<29), alone), "\(inputs)×\(outputs)")
            }
        }
    }

    @Test func notANumberStaysVisible() throws {
        for (tiles, stride) in Tiles.available.flatMap({ [($0, 1), ($0, 2)] }) {
            let sizes = ConvolutionCase(
                height: 5, width: 5, channels: 16, filters: 16, kernelHeight: 3, kernelWidth: 3,
                stride: stride, count: 1)
            let layer = Convolution2D(
                try sizes.geometry(), filters: 16, activation: .rectified, tiles: tiles)
            let input = try Guarded([Float](repeating: .nan, count: sizes.imageCount))
            let kernel = try Guarded([Float](repeating: 1, count: sizes.kernelCount))
            let bias = try Guarded([Float](repeating: 0, count: 16))
            let output = try Guarded([Float](repeating: 0, count: sizes.gridCount))
            let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: false))
            layer.pack(kernel.region, into: packed.region)
            let scratch = try Guarded(untouched: layer.scratchCount(images: 1))
            layer.forward(
                input.region, count: 1, kernel: kernel.region, packed: packed.region, bias: bias.region,
                into: output.region, scratch: scratch.region)
            #expect(output.values.allSatisfy { $0.isNaN })
        }
    }

    /// Everything that a convolution and a transposed convolution compute, one after the other.
    private func outputs(_ sizes: ConvolutionCase, _ tiles: Tiles) throws -> [Float] {
        var random = SplitMix(state: 7)
        let (image, grid) = (random.values(sizes.imageCount), random.values(sizes.gridCount))
        let kernel = try Guarded(random.values(sizes.kernelCount))
        let (filterBias, channelBias) = (
            try Guarded(random.values(sizes.filters)), try Guarded(random.values(sizes.channels))
        )
        let geometry = try sizes.geometry()
        let down = Convolution2D(geometry, filters: sizes.filters, activation: .rectified, tiles: tiles)
        let up = TransposedConvolution2D(
            geometry, inputs: sizes.filters, activation: .rectified, tiles: tiles)
        let (downKernel, upKernel) = (
            try Guarded(untouched: down.packedCount(givesInputGradient: true)),
            try Guarded(untouched: up.packedCount)
        )
        down.pack(kernel.region, into: downKernel.region)
        up.pack(kernel.region, into: upKernel.region)
        let scratch = try Guarded(
            untouched: max(down.scratchCount(images: sizes.count), up.scratchCount(images: sizes.count)))
        let kernelGradient = try Guarded(untouched: sizes.kernelCount)
        let biasGradient = try Guarded(untouched: sizes.filters)
        let channelGradient = try Guarded([Float](repeating: 0, count: sizes.channels))
        let (fromImage, fromGrid) = (try Guarded(image), try Guarded(grid))
        let (toImage, toGrid) = (
            try Guarded(untouched: sizes.imageCount), try Guarded(untouched: sizes.gridCount)
        )
        var results: [Float] = []
        down.forward(
            fromImage.region, count: sizes.count, kernel: kernel.region, packed: downKernel.region,
            bias: filterBias.region,
            into: toGrid.region, scratch: scratch.region)
        results += toGrid.values
        down.backward(
            fromGrid.region, input: fromImage.region, output: toGrid.region, count: sizes.count,
            kernel: kernel.region, packed: downKernel.region, kernelGradient: kernelGradient.region,
            biasGradient: biasGradient.region, inputGradient: toImage.region, accumulating: false,
            scratch: scratch.region)
        results += kernelGradient.values + biasGradient.values + toImage.values
        up.forward(
            fromGrid.region, count: sizes.count, kernel: kernel.region, packed: upKernel.region,
            bias: channelBias.region, into: toImage.region, scratch: scratch.region)
        results += toImage.values
        up.backward(
            fromImage.region, input: fromGrid.region, output: toImage.region, count: sizes.count,
            kernel: kernel.region, packed: upKernel.region, kernelGradient: kernelGradient.region,
            biasGradient: channelGradient.region, inputGradient: toGrid.region, accumulating: true,
            scratch: scratch.region)
        return results + kernelGradient.values + channelGradient.values + toGrid.values
    }

    /// Everything that a dense layer computes.
    private func denseOutputs(_ count: Int, _ inputs: Int, _ outputs: Int, _ tiles: Tiles) throws -> [Float] {
        let layer = Dense(inputs: inputs, outputs: outputs, activation: .rectified, tiles: tiles)
        var random = SplitMix(state: 8)
        let (input, gradient) = (
            try Guarded(random.values(count * inputs)), try Guarded(random.values(count * outputs))
        )
        let (kernel, bias) = (
            try Guarded(random.values(layer.kernelCount)), try Guarded(random.values(outputs))
        )
        let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: true))
        layer.pack(kernel.region, into: packed.region)
        let (output, below) = (
            try Guarded(untouched: count * outputs), try Guarded(random.values(count * inputs))
        )
        let (weights, biases) = (
            try Guarded(untouched: layer.kernelCount), try Guarded(untouched: outputs)
        )
        layer.forward(
            input.region, count: count, kernel: kernel.region, packed: packed.region, bias: bias.region,
            into: output.region)
        layer.backward(
            gradient.region, input: input.region, output: output.region, count: count, kernel: kernel.region,
            packed: packed.region, kernelGradient: weights.region, biasGradient: biases.region,
            inputGradient: below.region, accumulating: false, accumulatingInput: true)
        return output.values + weights.values + biases.values + below.values
    }
}
