import Testing

@testable import Kernels

/// What minimal filtering is used for, and that it adds to what is there.
@Suite struct FilteringTests {
    /// A layer of 3×3 taps and stride 2 with the products that are filtered: the bits of models depend on it.
    struct Choice: Sendable, CustomTestStringConvertible {
        let side: (height: Int, width: Int)
        let channels: Int
        let filters: Int
        let down: Bool
        let up: Bool
        let gradient: Bool
        var testDescription: String { "\(side.height)×\(side.width)×\(channels) to \(filters)" }

        init(_ height: Int, _ width: Int, _ channels: Int, _ filters: Int, _ filtered: String) {
            side = (height, width)
            (self.channels, self.filters) = (channels, filters)
            (down, up, gradient) = (
                filtered.contains("d"), filtered.contains("u"), filtered.contains("g")
            )
        }
    }

    @Test(arguments: [
        // The default model's, and that of colour pictures.
        Choice(28, 28, 32, 64, "dug"), Choice(14, 14, 32, 64, "dug"), Choice(16, 16, 32, 64, "dug"),
        Choice(8, 8, 64, 128, "du"), Choice(28, 28, 1, 32, ""), Choice(32, 32, 3, 32, ""),
        // Few channels or filters.
        Choice(16, 16, 15, 32, ""), Choice(16, 16, 16, 31, ""), Choice(16, 16, 16, 32, "du"),
        Choice(16, 16, 31, 32, "du"), Choice(16, 16, 32, 32, "dug"),
        // Three pairs, of few weights and of many; four along one axis alone.
        Choice(14, 14, 64, 128, "dug"), Choice(14, 14, 65, 128, "du"), Choice(16, 16, 65, 128, "dug"),
        Choice(14, 16, 65, 128, "du"), Choice(16, 14, 65, 128, "du"), Choice(12, 12, 32, 64, "dug"),
        // Two pairs: with a fifth place, which the way up leaves over, without it, and along one axis alone.
        Choice(10, 10, 32, 64, "d"), Choice(8, 8, 32, 64, "du"), Choice(10, 16, 32, 64, "d"),
        Choice(16, 10, 32, 64, "d"),
        // No pair along an axis.
        Choice(2, 16, 32, 64, ""), Choice(16, 2, 32, 64, ""), Choice(4, 4, 32, 64, "du"),
    ])
    func whatIsFiltered(choice: Choice) throws {
        for tiles in Tiles.available {
            let geometry = try ConvolutionGeometry(
                height: choice.side.height, width: choice.side.width, channels: choice.channels,
                kernelHeight: 3, kernelWidth: 3, stride: 2)
            let filtered = DirectConvolution(geometry, filters: choice.filters, tiles: tiles).filtered
            #expect((filtered?.downward != nil) == choice.down, "down")
            #expect((filtered?.upward != nil) == choice.up, "up")
            #expect((filtered?.gradient != nil) == choice.gradient, "gradient")
            #expect(DirectConvolution(geometry, filters: choice.filters, tiles: tiles.direct).filtered == nil)
        }
    }

    /// The cases of the layers' tests have gradients with and without what pairs leave over, along either axis.
    @Test func casesHaveRemainders() throws {
        var found: Set<[Bool]> = []
        for sizes in ConvolutionCase.filtered where sizes.channels >= 32 && sizes.filters >= 32 {
            let geometry = try sizes.geometry()
            for tiles in Tiles.available {
                let layer = DirectConvolution(geometry, filters: sizes.filters, tiles: tiles)
                if let gradient = layer.filtered?.gradient {
                    #expect(gradient.parts.count == 4)
                    found.insert([geometry.gridHeight % 2 == 1, geometry.gridWidth % 2 == 1])
                    #expect(
                        (gradient.parts[0].rest != nil)
                            == (geometry.gridHeight % 2 == 1 || geometry.gridWidth % 2 == 1))
                }
            }
        }
        #expect(found.count == (Tiles.available.isEmpty ? 0 : 4), "\(found)")
    }

    /// Both ways add to what is there where they are asked to: in pairs, and in what these leave over.
    @Test func bothWaysAddWhereAsked() throws {
        let cases = ConvolutionCase.filtered.flatMap { sizes in Tiles.available.map { (sizes, $0) } }
        for (sizes, tiles) in cases {
            let layer = DirectConvolution(try sizes.geometry(), filters: sizes.filters, tiles: tiles)
            guard layer.filtered != nil else { continue }
            var random = SplitMix(state: 11)
            let kernel = try Guarded(random.values(sizes.kernelCount))
            let packed = try Guarded(untouched: layer.packedCount(up: true))
            layer.pack(kernel.region, into: packed.region)
            let scratch = try Guarded(untouched: layer.scratchCount(images: sizes.count))
            for isDown in [true, false] {
                let (inputs, outputs) =
                    isDown ? (sizes.imageCount, sizes.gridCount) : (sizes.gridCount, sizes.imageCount)
                let input = try Guarded(random.values(inputs))
                let before = random.values(outputs)
                func result(_ output: Guarded, accumulating: Bool) -> [Float] {
                    let way = isDown ? layer.down : layer.up
                    way(
                        input.region, sizes.count, kernel.region, packed.region, nil, .identity,
                        output.region, accumulating, scratch.region)
                    return output.values
                }
                let alone = result(try Guarded(untouched: outputs), accumulating: false)
                let added = result(try Guarded(before), accumulating: true)
                let channels = isDown ? sizes.channels : sizes.filters
                let off = filteredBounds(
                    outputs, x: input.values, w: kernel.values, terms: 9 * channels, sums: channels)
                #expect(
                    excess(
                        added, zip(alone, before).map { Double($0) + Double($1) },
                        bounds: zip(off, bounds(before.map { Double(abs($0)) }, terms: 9 * channels)).map {
                            2 * $0 + $1
                        }) <= 1, "\(sizes.testDescription), \(tiles.name), \(isDown ? "down" : "up")")
            }
        }
    }
}
