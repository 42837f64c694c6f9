import Kernels

/// The engine that computes the products of all layers, dense ones included: one of two complete ones. Their results agree to
/// rounding, not to the bit.
public enum Products: String, Sendable, Hashable, Codable, CaseIterable {
    /// The engine's own register tiles, which read the images where they lie, on processors with AVX-512, AVX2 or NEON; the same
    /// bits on all of these, as far as the tiles themselves go: the package has not been run on AArch64. A processor without tiles takes ``blas``.
    case tiles
    /// OpenBLAS's `sgemm`, with convolutions lowered to it by im2col.
    case blas

    /// The name in the version before this one, which had `direct` and `lowered` for convolutions and took `sgemm` for every
    /// dense layer; nil for no such name.
    package init?(formerName name: String) {
        switch name {
        case "direct": self = .tiles
        case "lowered": self = .blas
        default: return nil
        }
    }

    /// The name in this version or the one before it; nil for no such name.
    package init?(anyVersion name: String) {
        guard let products = Products(rawValue: name) ?? Products(formerName: name) else { return nil }
        self = products
    }

    /// The instruction set of the tiles here: "AVX-512", "AVX2", "NEON", or nil where there are none for this processor.
    package static var instructionSet: String? { Tiles.available.first?.name }

    var tiles: Tiles? { self == .tiles ? Tiles.available.first : nil }
}
