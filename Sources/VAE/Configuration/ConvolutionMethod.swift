import Kernels

/// How the products of convolutions are computed. Results of the two agree to rounding, not to the bit.
public enum ConvolutionMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// By the engine's own register tiles, which read the images where they lie, on processors with AVX-512 or AVX2 and
    /// for layers of a multiple of 16 channels; the rest is lowered. All processors that have tiles
    /// compute a convolution to the same bits.
    case direct
    /// By im2col and OpenBLAS's `sgemm`.
    case lowered

    /// The instruction set that direct convolutions are computed with here: "AVX-512", "AVX2", or nil where there are no
    /// tiles for this processor.
    package static var directInstructionSet: String? { Tiles.available.first?.name }

    var tiles: Tiles? { self == .direct ? Tiles.available.first : nil }
}
