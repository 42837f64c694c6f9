import Kernels
import ReferenceKernels
import Testing

/// Layers whose way back comes apart: images here, weights there, and the bits of all at once.
@Suite("Separable layers")
struct SeparableLayerTests {
    private static let images = 9

    /// Every layer with parameters, with each of the ways in which it computes their gradient.
    private static func layers(_ tiles: Tiles) throws -> [any SeparableLayer] {
        func geometry(
            _ height: Int, _ width: Int, _ channels: Int, kernel: (Int, Int) = (3, 3), stride: Int = 2
        ) throws -> ConvolutionGeometry {
            try ConvolutionGeometry(
                height: height, width: width, channels: channels, kernelHeight: kernel.0,
                kernelWidth: kernel.1, stride: stride)
        }
        let geometries = try [
            // Filtered, with and without remainders, across images and by rows.
            geometry(14, 14, 32), geometry(15, 13, 33), geometry(21, 6, 40), geometry(34, 33, 32),
            // Thin; a tap that never meets the image; strides and kernels of all sorts.
            geometry(9, 8, 1), geometry(1, 1, 20), geometry(7, 9, 5, kernel: (5, 2), stride: 1),
            geometry(10, 7, 17, kernel: (4, 3), stride: 3),
        ]
        let activations: [Activation] = [.rectified, .identity, .tanh, .leakyRectified]
        return geometries.enumerated().flatMap { index, geometry in
            let activation = activations[index % activations.count]
            return [
                Convolution2D(geometry, filters: 33, activation: activation, tiles: tiles),
                TransposedConvolution2D(geometry, inputs: 32, activation: activation, tiles: tiles),
            ] as [any SeparableLayer]
        } + [
            Dense(inputs: 300, outputs: 21, activation: .tanh, tiles: tiles),
            Dense(inputs: 17, outputs: 2, activation: .identity, tiles: tiles),
            Dense(inputs: 3, outputs: 40, activation: .rectified, tiles: tiles),
            GroupNormalization(shape: [5, 3, 12], groups: 4),
            Quantisation(shape: [4, 2, 6], size: 11, dimension: 6, commitment: 0.25, tiles: tiles),
        ]
    }

    /// A layer with room for all images, and random numbers where it reads.
    private final class Bench {
        let layer: any SeparableLayer
        let all: [Guarded]
        let scratch: Guarded
        let gradients: Guarded
        let binding: Binding
        let weights: Weights

        init(_ layer: any SeparableLayer, _ seed: UInt64, adding: Bool) throws {
            var random = SplitMix(state: seed)
            func numbers(_ count: Int) throws -> Guarded { try Guarded(random.values(count)) }
            let images = SeparableLayerTests.images
            let needs = layer.needs(images: images, givesInputGradient: true)
            let parameters = (layer as? Quantisation)?.codebook ?? layer.parameters
            var ranges: [Range<Int>] = []
            for parameter in parameters {
                let start = ranges.last?.upperBound ?? 0
                ranges.append(start..<start + parameter.count)
            }
            let count = ranges.last?.upperBound ?? 0
            let input = try numbers(images * SeparableLayerTests.inputCount(layer))
            let output = try Guarded(untouched: images * layer.outputShape.reduce(1, *))
            let values = try numbers(count)
            let packed = try Guarded(untouched: needs.packed)
            let below = try numbers(input.values.count)
            let above = try numbers(output.values.count)
            let kept = try Guarded(untouched: needs.kept)
            gradients = try numbers(count)
            scratch = try Guarded(untouched: needs.scratch)
            binding = Binding(
                capacity: images, inputs: [input.region], output: output.region,
                inputGradients: [below.region], addsToInputGradient: [adding && !(layer is Quantisation)],
                outputGradient: above.region, scratch: scratch.region, kept: kept.region, parameters: ranges,
                packed: 0..<needs.packed)
            weights = Weights(parameters: values.region, packed: packed.region)
            if needs.packed > 0 { layer.pack(values.region[ranges[0]], into: packed.region) }
            self.layer = layer
            all = [input, output, values, packed, below, above, kept, gradients]
        }

        func pass(_ count: Int, accumulating: Bool) -> BackwardPass {
            BackwardPass(count: count, gradients: gradients.region, accumulating: accumulating, klScale: 0.5)
        }

        /// Everything that was written but the gradient of the output, which a layer may spoil as it likes.
        var results: [[Float]] { [all[1], all[4], all[6], gradients].map(\.values) }
        var isIntact: Bool { areIntact(all + [scratch]) }
    }

    private static func inputCount(_ layer: any SeparableLayer) -> Int {
        switch layer {
        case let layer as Convolution2D: layer.geometry.imageCount
        case let layer as TransposedConvolution2D: layer.geometry.positions * layer.inputs
        case let layer as Dense: layer.inputs
        default: layer.outputShape.reduce(1, *)
        }
    }

    /// Units of one, two, a few and all images; parts of the gradient in another order than theirs.
    @Test(arguments: [1, 2, 4, 9], [false, true])
    func bothHalvesAreTheWhole(unit: Int, accumulating: Bool) throws {
        for tiles in Tiles.available {
            for (index, layer) in try Self.layers(tiles).enumerated() {
                let whole = try Bench(layer, UInt64(index), adding: accumulating)
                layer.forward(whole.binding, whole.weights, count: Self.images)
                layer.backward(
                    whole.binding, whole.weights, whole.pass(Self.images, accumulating: accumulating))

                let halves = try Bench(layer, UInt64(index), adding: accumulating)
                for first in stride(from: 0, to: Self.images, by: unit) {
                    let images = first..<min(first + unit, Self.images)
                    let rows = Binding.Rows(images, of: Self.images)
                    let slice = halves.binding.slice(rows, inputs: [rows])
                    layer.forward(slice, halves.weights, count: images.count)
                    layer.propagate(
                        slice, halves.weights, halves.pass(images.count, accumulating: accumulating))
                }
                #expect(layer.gradientParts > 0)
                for part in (0..<layer.gradientParts).reversed() {
                    // What another part left there must not matter.
                    halves.scratch.region.fill(with: .nan)
                    layer.sumGradient(
                        part, halves.binding, halves.weights,
                        halves.pass(Self.images, accumulating: accumulating), scratch: halves.scratch.region)
                }
                for (found, expected) in zip(halves.results, whole.results) {
                    #expect(identical(found, expected), "\(tiles): \(layer)")
                }
                #expect(whole.isIntact && halves.isIntact)
            }
        }
    }

    /// With `sgemm` the number of rows has a part in the rounding: images can't be shared.
    @Test func productsByOpenBLASDoNotComeApart() throws {
        let geometry = try ConvolutionGeometry(
            height: 6, width: 6, channels: 3, kernelHeight: 3, kernelWidth: 3, stride: 2)
        let layers: [any SeparableLayer] = [
            Convolution2D(geometry, filters: 4, activation: .rectified, tiles: nil),
            TransposedConvolution2D(geometry, inputs: 4, activation: .rectified, tiles: nil),
            Dense(inputs: 3, outputs: 4, activation: .identity, tiles: nil),
            Quantisation(shape: [4, 2, 6], size: 11, dimension: 6, commitment: 0.25, tiles: nil),
        ]
        #expect(layers.allSatisfy { $0.gradientParts == 0 })
    }
}
