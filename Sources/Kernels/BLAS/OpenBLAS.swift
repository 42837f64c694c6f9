import CBLAS
import Glibc

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

    /// Concurrent products that OpenBLAS has packing buffers for: its builds for 64 threads end the process
    /// when more than about twice that many calls are under way.
    package static let concurrentCalls = 64

    /// Makes OpenBLAS ready; cheap after the first call. Every product goes through it.
    package static func prepare() { _ = prepared }

    private static let prepared: Void = {
        chooseWiderCore()
        // One thread inside each product: shards are the parallelism here, products split over threads
        // would round differently with their number, and concurrent multi-threaded calls are slow and
        // in several versions wrong.
        openblas_set_num_threads(1)
    }()

    /// Moves a process that was given AVX2 kernels on a processor with AVX-512 to the AVX-512 ones.
    ///
    /// A build older than a processor takes it for the nearest one it knows: 0.3.21 runs Zen 5 as "Haswell",
    /// at half the speed (measured: 114 against 217 GFLOP/s a core). `OPENBLAS_CORETYPE` mends that, but is read when the
    /// library is loaded, before a program can set it. So the library's own finaliser and initialiser, which
    /// are exported, are run once more with the variable set; the first ends its threads before it forgets its kernels.
    /// Nothing is changed where a build lacks them or the user has set the variable. A program that calls OpenBLAS from
    /// elsewhere must not be inside a call while this happens.
    private static func chooseWiderCore() {
        let variable = "OPENBLAS_CORETYPE"
        let narrow: Set<String> = ["Haswell", "Zen"]
        guard getenv(variable) == nil, vae_cpu_has_avx512() != 0,
            narrow.contains(String(cString: openblas_get_corename())),
            let process = dlopen(nil, RTLD_LAZY),
            let finalize = dlsym(process, "gotoblas_quit"),
            let initialize = dlsym(process, "gotoblas_init")
        else { return }
        typealias Hook = @convention(c) () -> Void
        setenv(variable, "SkylakeX", 1)
        unsafeBitCast(finalize, to: Hook.self)()
        unsafeBitCast(initialize, to: Hook.self)()
        unsetenv(variable)
    }
}
