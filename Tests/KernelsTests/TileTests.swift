import Kernels
import Testing

/// What register tiles promise beyond being right: the same bits from every instruction set.
@Suite("Register tiles")
struct TileTests {
    @Test(.enabled(if: Tiles.available.count > 1, "this processor has one set of tiles, or none"))
    func instructionSetsAgreeToTheBit() throws {
        for sizes in ConvolutionCase.tiled {
            var results: [[UInt32]] = []
            for tiles in Tiles.available { results.append(try outputs(sizes, tiles).map(\.bitPattern)) }
            #expect(results.dropFirst().allSatisfy { identical($0, results[0]) }, "\(sizes.testDescription)")
        }
    }

    @Test func sizesThatTilesDoNotFitAreLowered() throws {
        let tiles = Tiles.available.first
        for (channels, filters) in [(32, 24), (24, 32), (5, 16), (1, 8)] {
            let sizes = ConvolutionCase(
                height: 6, width: 6, channels: channels, filters: filters, kernelHeight: 3, kernelWidth: 3,
                stride: 2, count: 1)
            let layer = Convolution2D(
                try sizes.geometry(), filters: filters, activation: .identity, tiles: tiles)
            #expect(layer.direct == nil, "\(sizes.testDescription)")
        }
    }

    @Test func notANumberStaysVisible() throws {
        for tiles in Tiles.available {
            let sizes = ConvolutionCase(
                height: 5, width: 5, channels: 16, filters: 16, kernelHeight: 3, kernelWidth: 3, stride: 1,
                count: 1)
            let layer = Convolution2D(
                try sizes.geometry(), filters: 16, activation: .rectified, tiles: tiles)
            let input = try Guarded([Float](repeating: .nan, count: sizes.imageCount))
            let kernel = try Guarded([Float](repeating: 1, count: sizes.kernelCount))
            let bias = try Guarded([Float](repeating: 0, count: 16))
            let output = try Guarded([Float](repeating: 0, count: sizes.gridCount))
            let scratch = try Guarded(untouched: layer.scratchCount(images: 1))
            layer.forward(
                input.region, count: 1, kernel: kernel.region, bias: bias.region, into: output.region,
                scratch: scratch.region)
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
            try Guarded(untouched: down.preparedCount), try Guarded(untouched: up.preparedCount)
        )
        down.prepare(kernel.region, into: downKernel.region)
        up.prepare(kernel.region, into: upKernel.region)
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
            fromImage.region, count: sizes.count, kernel: kernel.region, bias: filterBias.region,
            into: toGrid.region, scratch: scratch.region)
        results += toGrid.values
        down.backward(
            fromGrid.region, input: fromImage.region, output: toGrid.region, count: sizes.count,
            kernel: kernel.region, prepared: downKernel.region, kernelGradient: kernelGradient.region,
            biasGradient: biasGradient.region, inputGradient: toImage.region, accumulating: false,
            scratch: scratch.region)
        results += kernelGradient.values + biasGradient.values + toImage.values
        up.forward(
            fromGrid.region, count: sizes.count, kernel: kernel.region, prepared: upKernel.region,
            bias: channelBias.region, into: toImage.region, scratch: scratch.region)
        results += toImage.values
        up.backward(
            fromImage.region, input: fromGrid.region, output: toImage.region, count: sizes.count,
            kernel: kernel.region, kernelGradient: kernelGradient.region,
            biasGradient: channelGradient.region, inputGradient: toGrid.region, accumulating: true,
            scratch: scratch.region)
        return results + kernelGradient.values + channelGradient.values + toGrid.values
    }
}
