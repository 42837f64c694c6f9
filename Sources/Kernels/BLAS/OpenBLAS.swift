import CBLAS

/// The BLAS in use, set up once for an engine that brings its own threads.
package enum OpenBLAS {
    /// The build's own description, such as "OpenBLAS 0.3.21 … DYNAMIC_ARCH … MAX_THREADS=64".
    package static var configuration: String {
        prepare()
        return String(cString: openblas_get_config())
    }

    /// The kernels in use, such as "SkylakeX" or "Haswell".
    package static var core: String {
        prepare()
        return String(cString: openblas_get_corename())
    }

    /// The file that it comes from; nil where the program holds it itself.
    package static var path: String? { SharedLibrary.providing("openblas_get_config") }

    /// Concurrent products that OpenBLAS has packing buffers for: its builds for 64 threads end the process
    /// when more than about twice that many calls are under way.
    package static let concurrentCalls = 64

    /// Whether there are kernels that pack nothing for small products whose factors lie this way: there are for AVX-512, but not where rows are
    /// multiplied by rows.
    static func hasSmallKernels(isLeftTransposed: Bool, _ isRightTransposed: Bool) -> Bool {
        hasSmallKernels && (isLeftTransposed || !isRightTransposed)
    }

    static let hasSmallKernels = CoreType.instructionSet(of: core) == .avx512

    /// Makes OpenBLAS ready; cheap after the first call. Every product goes through it.
    package static func prepare() { _ = prepared }

    private static let prepared: Void = {
        // One thread inside each product: shards are the parallelism here, products split over threads
        // would round differently with their number, and concurrent multi-threaded calls are slow and
        // in several versions wrong.
        openblas_set_num_threads(1)
    }()
}
