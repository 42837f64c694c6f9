import Kernels
import ReferenceKernels
import Testing

/// Transposed convolutions, lowered and by tiles, against direct loops in Double. A case's `filters` are the input's channels,
/// its image is the output.
@Suite("Transposed convolutions")
struct TransposedConvolutionTests {
    @Test(arguments: [Activation.identity, .rectified, .tanh])
    func forward(activation: Activation) throws {
        for test in ComputedCase.all {
            let sizes = test.sizes
            let layer = TransposedConvolution2D(
                try sizes.geometry(), inputs: sizes.filters, activation: activation, tiles: test.tiles)
            #expect((layer.direct == nil) == (test.tiles == nil))
            var random = SplitMix(state: 3)
            let input = try Guarded(random.values(sizes.gridCount))
            let kernel = try Guarded(random.values(sizes.kernelCount))
            let packed = try Guarded(untouched: layer.packedCount)
            layer.pack(kernel.region, into: packed.region)
            let bias = try Guarded(random.values(sizes.channels))
            let output = try Guarded(untouched: sizes.imageCount)
            let scratch = try Guarded(untouched: layer.scratchCount(images: sizes.count))
            layer.forward(
                input.region, count: sizes.count, kernel: kernel.region, packed: packed.region,
                bias: bias.region, into: output.region, scratch: scratch.region)

            let reference = sizes.reference
            let sums = Reference.adding(
                bias.values.doubles,
                to: reference.transpose(
                    input.values.doubles, kernel: kernel.values.doubles, count: sizes.count))
            let magnitudes = Reference.adding(
                bias.values.magnitudes,
                to: reference.transpose(
                    input.values.magnitudes, kernel: kernel.values.magnitudes, count: sizes.count))
            let expected = Reference.activated(sums, activation)
            // Under at most every tap lies a product of `filters` terms.
            let terms = sizes.filters + sizes.kernelHeight * sizes.kernelWidth
            let rounding =
                layer.isFiltered
                ? filteredBounds(
                    magnitudes.count, x: input.values, w: kernel.values, terms: 9 * sizes.filters,
                    sums: sizes.filters
                ).enumerated().map { $1 + bounds([magnitudes[$0]], terms: 9)[0] }
                : bounds(magnitudes, terms: terms)
            let off = excess(output.values, expected, bounds: rounding.map { $0 + activation.error })
            #expect(off <= 1, "\(test.testDescription)")
            #expect(areIntact([input, kernel, packed, bias, output, scratch]))
        }
    }

    @Test(arguments: [Activation.identity, .rectified, .tanh], [false, true])
    func backward(activation: Activation, accumulating: Bool) throws {
        for test in ComputedCase.all {
            let sizes = test.sizes
            let layer = TransposedConvolution2D(
                try sizes.geometry(), inputs: sizes.filters, activation: activation, tiles: test.tiles)
            #expect((layer.direct == nil) == (test.tiles == nil))
            var random = SplitMix(state: 4)
            let input = try Guarded(random.values(sizes.gridCount))
            let kernel = try Guarded(random.values(sizes.kernelCount))
            let packed = try Guarded(untouched: layer.packedCount)
            layer.pack(kernel.region, into: packed.region)
            let output = try Guarded(random.values(sizes.imageCount).map { max($0, 0) })
            let (incoming, before) = (random.values(sizes.imageCount), random.values(sizes.kernelCount))
            let biasBefore = random.values(sizes.channels)
            let kernelGradient =
                try accumulating ? Guarded(before) : Guarded(untouched: sizes.kernelCount)
            let biasGradient = try accumulating ? Guarded(biasBefore) : Guarded(untouched: sizes.channels)
            let (gradient, inputGradient) = (
                try Guarded(incoming), try Guarded(untouched: sizes.gridCount)
            )
            let scratch = try Guarded(untouched: layer.scratchCount(images: sizes.count))
            layer.backward(
                gradient.region, input: input.region, output: output.region,
                count: sizes.count, kernel: kernel.region, packed: packed.region,
                kernelGradient: kernelGradient.region, biasGradient: biasGradient.region,
                inputGradient: inputGradient.region, accumulating: accumulating, scratch: scratch.region)

            let reference = sizes.reference
            let expected = Reference.activationGradient(
                incoming.doubles, output: output.values.doubles, activation)
            // What the sums below are of.
            let passed = gradient.values.doubles
            #expect(
                excess(gradient.values, expected, bounds: activation.gradientBounds(incoming)) <= 1,
                "\(test.testDescription)")
            let large = passed.map { abs($0) }

            let dx = reference.forward(passed, kernel: kernel.values.doubles, count: sizes.count)
            let dxMagnitudes = reference.forward(large, kernel: kernel.values.magnitudes, count: sizes.count)
            let dw = reference.kernelGradient(passed, gradient: input.values.doubles, count: sizes.count)
            let dwMagnitudes = reference.kernelGradient(
                large, gradient: input.values.magnitudes, count: sizes.count)
            let db = Reference.biasGradient(passed, channels: sizes.channels)
            let dbMagnitudes = Reference.biasGradient(large, channels: sizes.channels)
            let terms = sizes.gridCount / sizes.filters
            let dwBounds = bounds(
                accumulating ? add(dwMagnitudes, before.map(abs)) : dwMagnitudes, terms: terms)
            let off = [
                excess(
                    inputGradient.values, dx,
                    bounds: layer.isFiltered
                        ? filteredBounds(
                            dx.count, x: gradient.values, w: kernel.values, terms: layer.geometry.patch,
                            sums: sizes.channels)
                        : bounds(dxMagnitudes, terms: layer.geometry.patch)),
                excess(
                    kernelGradient.values, accumulating ? add(dw, before) : dw,
                    bounds: layer.isFiltered
                        ? zip(
                            dwBounds,
                            filteredBounds(
                                dw.count, x: gradient.values, w: input.values, terms: terms, sums: terms)
                        ).map { $0 + $1 } : dwBounds),
                excess(
                    biasGradient.values, accumulating ? add(db, biasBefore) : db,
                    bounds: bounds(
                        accumulating ? add(dbMagnitudes, biasBefore.map(abs)) : dbMagnitudes,
                        terms: sizes.imageCount / sizes.channels)),
            ]
            #expect(off.max()! <= 1, "\(test.testDescription): \(off)")
            #expect(
                areIntact([
                    input, kernel, packed, output, gradient, inputGradient, kernelGradient, biasGradient,
                    scratch,
                ]))
        }
    }

    private func add(_ a: [Double], _ b: [Float]) -> [Double] { zip(a, b).map { $0 + Double($1) } }
}
