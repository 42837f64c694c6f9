import Kernels
import ReferenceKernels
import Testing

/// Convolutions, lowered and by tiles, against direct loops in Double.
@Suite("Convolutions")
struct ConvolutionTests {
    @Test(arguments: [Activation.identity, .rectified, .tanh])
    func forward(activation: Activation) throws {
        for test in ComputedCase.all {
            let sizes = test.sizes
            let layer = Convolution2D(
                try sizes.geometry(), filters: sizes.filters, activation: activation, tiles: test.tiles)
            #expect((layer.direct == nil) == (test.tiles == nil))
            var random = SplitMix(state: 1)
            let input = try Guarded(random.values(sizes.imageCount))
            let kernel = try Guarded(random.values(sizes.kernelCount))
            let bias = try Guarded(random.values(sizes.filters))
            let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: false))
            layer.pack(kernel.region, into: packed.region)
            let output = try Guarded(untouched: sizes.gridCount)
            let scratch = try Guarded(untouched: layer.scratchCount(images: sizes.count))
            layer.forward(
                input.region, count: sizes.count, kernel: kernel.region, packed: packed.region,
                bias: bias.region, into: output.region, scratch: scratch.region)

            let reference = sizes.reference
            let sums = Reference.adding(
                bias.values.doubles,
                to: reference.forward(input.values.doubles, kernel: kernel.values.doubles, count: sizes.count)
            )
            let magnitudes = Reference.adding(
                bias.values.magnitudes,
                to: reference.forward(
                    input.values.magnitudes, kernel: kernel.values.magnitudes, count: sizes.count))
            // Neither max(0, x) nor tanh brings two numbers further apart.
            let expected = Reference.activated(sums, activation)
            let patch = layer.geometry.patch
            let rounding =
                layer.isFiltered
                ? filteredBounds(
                    magnitudes.count, x: input.values, w: kernel.values, terms: patch, sums: sizes.channels)
                : bounds(magnitudes, terms: patch)
            let off = excess(output.values, expected, bounds: rounding.map { $0 + activation.error })
            #expect(off <= 1, "\(test.testDescription)")
            #expect(areIntact([input, kernel, packed, bias, output, scratch]))
        }
    }

    @Test(arguments: [Activation.identity, .rectified, .tanh], [false, true])
    func backward(activation: Activation, accumulating: Bool) throws {
        for test in ComputedCase.all {
            let sizes = test.sizes
            let layer = Convolution2D(
                try sizes.geometry(), filters: sizes.filters, activation: activation, tiles: test.tiles)
            #expect((layer.direct == nil) == (test.tiles == nil))
            var random = SplitMix(state: 2)
            let input = try Guarded(random.values(sizes.imageCount))
            let kernel = try Guarded(random.values(sizes.kernelCount))
            let packed = try Guarded(untouched: layer.packedCount(givesInputGradient: true))
            layer.pack(kernel.region, into: packed.region)
            // The output only says where it was cut to 0; half of it is.
            let output = try Guarded(random.values(sizes.gridCount).map { max($0, 0) })
            let (incoming, before) = (random.values(sizes.gridCount), random.values(sizes.kernelCount))
            let biasBefore = random.values(sizes.filters)
            let kernelGradient =
                try accumulating ? Guarded(before) : Guarded(untouched: sizes.kernelCount)
            let biasGradient = try accumulating ? Guarded(biasBefore) : Guarded(untouched: sizes.filters)
            let (gradient, inputGradient) = (
                try Guarded(incoming), try Guarded(untouched: sizes.imageCount)
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
            let small = passed.map { abs($0) }
            let terms = sizes.gridCount / sizes.filters

            let dx = reference.transpose(passed, kernel: kernel.values.doubles, count: sizes.count)
            let dxMagnitudes = reference.transpose(
                small, kernel: kernel.values.magnitudes, count: sizes.count)
            let dw = reference.kernelGradient(input.values.doubles, gradient: passed, count: sizes.count)
            let dwMagnitudes = reference.kernelGradient(
                input.values.magnitudes, gradient: small, count: sizes.count)
            let db = Reference.biasGradient(passed, channels: sizes.filters)
            let dbMagnitudes = Reference.biasGradient(small, channels: sizes.filters)
            // A pixel lies under at most as many taps as the kernel has, each with a product of `filters` terms.
            let dxTerms = sizes.filters + sizes.kernelHeight * sizes.kernelWidth
            let dwBounds = bounds(
                accumulating ? add(dwMagnitudes, before.map(abs)) : dwMagnitudes, terms: terms)
            let off = [
                excess(
                    inputGradient.values, dx,
                    bounds: layer.isFiltered
                        ? filteredBounds(
                            dx.count, x: gradient.values, w: kernel.values, terms: 9 * sizes.filters,
                            sums: sizes.filters)
                        : bounds(dxMagnitudes, terms: dxTerms)),
                excess(
                    kernelGradient.values, accumulating ? add(dw, before) : dw,
                    bounds: layer.isFiltered
                        ? zip(
                            dwBounds,
                            filteredBounds(
                                dw.count, x: input.values, w: gradient.values, terms: terms, sums: terms)
                        ).map { $0 + $1 } : dwBounds),
                excess(
                    biasGradient.values, accumulating ? add(db, biasBefore) : db,
                    bounds: bounds(
                        accumulating ? add(dbMagnitudes, biasBefore.map(abs)) : dbMagnitudes, terms: terms)),
            ]
            #expect(off.max()! <= 1, "\(test.testDescription): \(off)")
            #expect(
                areIntact([
                    input, kernel, packed, output, gradient, inputGradient, kernelGradient, biasGradient,
                    scratch,
                ]))

            // The first layer wants no gradient of its input; the others come out the same.
            let again = try accumulating ? Guarded(before) : Guarded(untouched: sizes.kernelCount)
            let biasAgain = try accumulating ? Guarded(biasBefore) : Guarded(untouched: sizes.filters)
            gradient.region.copy(from: incoming.span)
            layer.backward(
                gradient.region, input: input.region,
                output: output.region, count: sizes.count, kernel: kernel.region, packed: packed.region,
                kernelGradient: again.region, biasGradient: biasAgain.region, inputGradient: nil,
                accumulating: accumulating, scratch: scratch.region)
            #expect(identical(again.values, kernelGradient.values))
            #expect(identical(biasAgain.values, biasGradient.values))
        }
    }

    private func add(_ a: [Double], _ b: [Float]) -> [Double] { zip(a, b).map { $0 + Double($1) } }
}

extension Convolution2D {
    var isFiltered: Bool {
        direct.map { $0.filtered != nil } ?? (arithmetic?.forward.methods == [.filteredSgemm])
    }
}

extension TransposedConvolution2D {
    var isFiltered: Bool {
        direct.map { $0.filtered != nil } ?? (arithmetic?.forward.methods == [.filteredSgemm])
    }
}
