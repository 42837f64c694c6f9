import Kernels

/// A network's parameters, and the second form in which tiles want some of the kernels.
struct Weights: Sendable {
    let parameters: FloatRegion
    /// What `Network.pack` makes of the parameters; it has to be called after each of their changes.
    let packed: FloatRegion
}

extension Network {
    /// A kernel that tiles want in a second form, too.
    struct PackedKernel: Sendable {
        let layer: LayerKernels
        let kernel: Range<Int>
        let packed: Range<Int>
    }

    /// Brings `weights.packed` up to date for one of the `packedKernels`; nothing else writes to its part.
    func pack(_ index: Int, _ weights: Weights) {
        let entry = packedKernels[index]
        let (kernel, packed) = (weights.parameters[entry.kernel], weights.packed[entry.packed])
        switch entry.layer {
        case .convolution(let layer): layer.pack(kernel, into: packed)
        case .dense(let layer): layer.pack(kernel, into: packed)
        case .transposedConvolution(let layer): layer.pack(kernel, into: packed)
        }
    }
}
