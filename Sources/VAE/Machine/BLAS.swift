import Kernels

/// The matrix products of this process: those of OpenBLAS, by kernels that it chooses when it is loaded.
///
/// A build that is older than the processor may take kernels without the processor's vector instructions, at a fifth of the speed.
/// The tools then begin again with better ones; a library can only say so. See <doc:MatrixProducts>.
public struct BLAS: Equatable, Sendable {
    /// The build's own description, such as "OpenBLAS 0.3.21 … DYNAMIC_ARCH … MAX_THREADS=64".
    public let configuration: String
    /// OpenBLAS's name of the kernels in use, after the processors that they were written for, such as "SkylakeX" (AVX-512),
    /// "Haswell" or "Zen" (AVX2), "Prescott" (SSE).
    public let kernels: String
    /// Whether the kernels leave vector instructions unused that the processor has.
    public let areKernelsOlderThanProcessor: Bool
    /// The value of `OPENBLAS_CORETYPE` that the process should have in its environment when it begins, to use kernels that fit
    /// the processor; nil where those in use do, or the build is for one kind of processor. A build may lack the kernels, and keeps to
    /// those that it took.
    public let rightCoreType: String?

    /// The BLAS in use in this process; the same from its first line to its last.
    public static var current: BLAS {
        let choice = OpenBLAS.choice
        return BLAS(
            configuration: OpenBLAS.configuration, kernels: choice.kernels,
            areKernelsOlderThanProcessor: choice.isOlder, rightCoreType: choice.rightCoreType)
    }
}
