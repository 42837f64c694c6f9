import Kernels
import ReferenceKernels
import Testing

/// A convolution's sizes, for tests that run the engine's layers beside the direct loops.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    var height: Int
    var width: Int
    var channels: Int
    var filters: Int
    var kernelHeight: Int
    var kernelWidth: Int
    var stride: Int
    var count: Int

    var testDescription: String {
        "\(count) of \(height)×\(width)×\(channels), \(filters) kernels of \(kernelHeight)×\(kernelWidth), stride \(stride)"
    }

    func geometry() throws -> ConvolutionGeometry {
        try ConvolutionGeometry(
            height: height, width: width, channels: channels, kernelHeight: kernelHeight,
            kernelWidth: kernelWidth, stride: stride)
    }

    var reference: ReferenceConvolution {
        ReferenceConvolution(
            height: height, width: width, channels: channels, filters: filters, kernelHeight: kernelHeight,
            kernelWidth: kernelWidth, stride: stride)
    }

    /// Values of the large side, of the small side, and of the kernel.
    var imageCount: Int { count * height * width * channels }
    var gridCount: Int { count * reference.outputHeight * reference.outputWidth * filters }
    var kernelCount: Int { kernelHeight * kernelWidth * channels * filters }

    /// Every height and width from 1 to 9 with every stride, and with each a kernel, channels, filters and a
    /// count drawn from the lists, so that all pairs of sizes meet.
    static let grid = grid(channels: [1, 2, 3, 5, 32], filters: [1, 3, 8], seed: 5)

    /// The same with more channels, of widths that fill vectors and of others, and a few cases that take more than one tile.
    static let wide =
        grid(channels: [1, 3, 4, 7, 16, 20, 32, 48], filters: [16, 30, 32, 48, 61, 80], seed: 6) + [
            ConvolutionCase(
                height: 7, width: 37, channels: 32, filters: 32, kernelHeight: 3, kernelWidth: 3, stride: 1,
                count: 2),
            ConvolutionCase(
                height: 33, width: 5, channels: 16, filters: 64, kernelHeight: 3, kernelWidth: 3, stride: 2,
                count: 1),
            ConvolutionCase(
                height: 4, width: 61, channels: 1, filters: 16, kernelHeight: 5, kernelWidth: 4, stride: 2,
                count: 2),
        ] + cached

    /// The kernel's gradient by tiles in several blocks, the last one partial or not: 65,536 values of both sides make a block.
    static let cached = [
        ConvolutionCase(
            height: 26, width: 27, channels: 32, filters: 16, kernelHeight: 3, kernelWidth: 3, stride: 1,
            count: 4),
        ConvolutionCase(
            height: 14, width: 13, channels: 20, filters: 48, kernelHeight: 3, kernelWidth: 3, stride: 2,
            count: 12),
        ConvolutionCase(
            height: 61, width: 60, channels: 2, filters: 8, kernelHeight: 4, kernelWidth: 2, stride: 1,
            count: 3),
    ]

    /// Three by three taps at stride 2, which minimal filtering computes where there is a pair along both axes: every remainder of both sides, maps
    /// without a pair, and as many channels as fill vectors or do not.
    static let filtered: [ConvolutionCase] = {
        var random = SplitMix(state: 9)
        var cases: [ConvolutionCase] = []
        for height in 1...10 {
            for width in 1...10 + height % 2 * 4 {
                cases.append(
                    ConvolutionCase(
                        height: height, width: width, channels: random.pick([5, 8, 16, 20, 33]),
                        filters: random.pick([5, 16, 24, 32, 61]), kernelHeight: 3, kernelWidth: 3, stride: 2,
                        count: random.pick([1, 2, 5])))
            }
        }
        // More positions than a tile holds, and more images than a block.
        return cases + [
            ConvolutionCase(
                height: 5, width: 67, channels: 16, filters: 32, kernelHeight: 3, kernelWidth: 3, stride: 2,
                count: 2),
            ConvolutionCase(
                height: 28, width: 27, channels: 32, filters: 48, kernelHeight: 3, kernelWidth: 3, stride: 2,
                count: 3),
            // Gradients of weights in three or four pairs, with what they leave over at the end of columns, of rows, of both.
            ConvolutionCase(
                height: 13, width: 16, channels: 32, filters: 33, kernelHeight: 3, kernelWidth: 3, stride: 2,
                count: 2),
            ConvolutionCase(
                height: 15, width: 18, channels: 35, filters: 32, kernelHeight: 3, kernelWidth: 3, stride: 2,
                count: 1),
            ConvolutionCase(
                height: 14, width: 14, channels: 32, filters: 32, kernelHeight: 3, kernelWidth: 3, stride: 2,
                count: 3),
        ]
    }()

    /// Three by three taps at stride 2 that `sgemm` of differences computes: even grids of every remainder of the image, odd ones so
    /// large that the last pairs hardly count, one block or several, the last of them partial or not.
    static let paired: [ConvolutionCase] = {
        var random = SplitMix(state: 10)
        var cases: [ConvolutionCase] = []
        for height in [15, 16, 19, 20] {
            for width in [15, 16, 23, 24] {
                cases.append(
                    ConvolutionCase(
                        height: height, width: width, channels: random.pick([32, 48]),
                        filters: random.pick([32, 37, 50, 64]), kernelHeight: 3, kernelWidth: 3, stride: 2,
                        count: random.pick([1, 2, 3, 5])))
            }
        }
        return cases
            + [(58, 54), (53, 57), (54, 16), (28, 28)].map { height, width in
                ConvolutionCase(
                    height: height, width: width, channels: 32, filters: 33, kernelHeight: 3, kernelWidth: 3,
                    stride: 2, count: 3)
            }
    }()

    private static func grid(channels: [Int], filters: [Int], seed: UInt64) -> [ConvolutionCase] {
        var random = SplitMix(state: seed)
        var cases: [ConvolutionCase] = []
        for height in 1...9 {
            for width in 1...9 {
                for stride in 1...3 {
                    let (kernelHeight, kernelWidth) = random.pick(kernels)
                    cases.append(
                        ConvolutionCase(
                            height: height, width: width, channels: random.pick(channels),
                            filters: random.pick(filters), kernelHeight: kernelHeight,
                            kernelWidth: kernelWidth, stride: stride, count: random.pick([1, 2, 3])))
                }
            }
        }
        return cases
    }

    /// Calls of several blocks, the last one partial or not: 131,072 lowered values make a block.
    static let blocks = [
        ConvolutionCase(
            height: 26, width: 27, channels: 8, filters: 3, kernelHeight: 3, kernelWidth: 3, stride: 1,
            count: 5),
        ConvolutionCase(
            height: 40, width: 41, channels: 5, filters: 2, kernelHeight: 3, kernelWidth: 5, stride: 1,
            count: 3),
        ConvolutionCase(
            height: 33, width: 30, channels: 16, filters: 4, kernelHeight: 4, kernelWidth: 2, stride: 2,
            count: 9),
    ]

    private static let kernels = (1...5).flatMap { height in (1...5).map { (height, $0) } }
}

/// A case with what computes it: lowered, or every set of tiles that this processor can run.
struct ComputedCase: Sendable {
    let sizes: ConvolutionCase
    let tiles: Tiles?

    static let all =
        (ConvolutionCase.grid + ConvolutionCase.blocks + ConvolutionCase.paired).map {
            ComputedCase(sizes: $0, tiles: nil)
        }
        + Tiles.available.flatMap { tiles in
            (ConvolutionCase.grid + ConvolutionCase.wide + ConvolutionCase.filtered).map {
                ComputedCase(sizes: $0, tiles: tiles)
            } + ConvolutionCase.filtered.map { ComputedCase(sizes: $0, tiles: tiles.direct) }
        }

    var testDescription: String {
        "\(sizes.testDescription), \(tiles?.name ?? "lowered")\(tiles?.areFiltering == false ? ", direct" : "")"
    }
}

/// Bounds for outputs of minimal filtering, of any shape. Along each axis an output is a product of two inputs with one weight, one of an
/// input with two weights, and in one direction that of the middle tap: 2 + 2 + 1 magnitudes where direct products have three. So along both they
/// are 25 for each of the channels, of values that `x` and `w` bound. Sums of up to two inputs a side and two weights a side round twice each,
/// sums are handed on three times.
func filteredBounds(_ count: Int, x: [Float], w: [Float], terms: Int, sums: Int) -> [Double] {
    func largest(_ values: [Float]) -> Double { Double(values.map { abs($0) }.max() ?? 0) }
    return bounds(
        [Double](repeating: 25 * Double(sums) * largest(x) * largest(w), count: count), terms: terms + 8)
}
