import Kernels

/// The engine that computes the products of all layers, dense ones included: one of three complete ones. Their results agree to
/// rounding, not to the bit.
public enum Products: String, Sendable, Hashable, Codable, CaseIterable {
    /// ``tiles`` that compute convolutions of 3×3 taps and stride 2, and transposed ones, with 25 multiplications for 36: minimal filtering,
    /// F(2, 2) along both axes (Winograd, "Arithmetic Complexity of Computations", 1980). The default.
    case filtered
    /// The engine's own register tiles, which read the images where they lie, on processors with AVX-512, AVX2 or NEON; the same
    /// bits on all of these, as far as the tiles themselves go: the package has not been run on AArch64. A processor without tiles takes
    /// ``blas``. Runs of versions that had no ``filtered`` go on with it.
    case tiles
    /// OpenBLAS's `sgemm`, with convolutions lowered to it by im2col; those of 3×3 taps and stride 2 on large and even grids by im2col of
    /// differences, with 25 multiplications for 36.
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

    /// Whether the engine's own tiles compute the products, where the processor has any.
    package var areTiled: Bool { self != .blas }

    /// What products are computed with; nil for `sgemm`.
    package var tiles: Tiles? {
        switch self {
        case .filtered: Tiles.available.first
        case .tiles: Tiles.available.first?.direct
        case .blas: nil
        }
    }
}
