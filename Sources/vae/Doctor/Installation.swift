import Foundation
import Kernels
import VAE
import VAEConsole
import VAECore

/// The installation under the engine: the machine and its libraries.
struct Installation: Encodable {
    struct Library: Encodable {
        let version: String
        /// The file it comes from.
        let path: String?
    }

    let version = packageVersion
    let processor = Machine.processorName
    let physicalCores = Machine.physicalCores
    /// Hyper-threads counted.
    let processors = Machine.processors
    /// Processors' worth of time that control groups allow; nil for all of it.
    let processorQuota = Machine.processorQuota
    let threads: Int
    let memoryAvailable = Machine.availableMemory
    /// The instruction set of the tiles; nil where `sgemm` computes all products.
    let tiles = Products.instructionSet
    let blas = Library(
        version: OpenBLAS.configuration.trimmingCharacters(in: .whitespaces),
        path: SharedLibrary.providing("cblas_sgemm"))
    let blasKernels = OpenBLAS.core
    let kernelChoice = KernelReport(OpenBLAS.choice)
    let lapack = Library(version: LAPACKLibrary.version, path: LAPACKLibrary.path)
    let lapackIsOpenblas = LAPACKLibrary.isOpenBLAS
    /// The kernels under LAPACK's products; nil where another BLAS than OpenBLAS serves it.
    let lapackKernels = LAPACKLibrary.productsPath == OpenBLAS.path ? OpenBLAS.core : nil
    /// The variables of the environment that change how OpenBLAS and the engine's threads work.
    let environment = ProcessInfo.processInfo.environment.filter {
        $0.key.hasPrefix("OPENBLAS_") || $0.key == "OMP_NUM_THREADS" || $0.key == Pinning.variable
    }

    init(threads: Int) { self.threads = threads }

    /// A name and a text for each line.
    var lines: [(String, String)] {
        func path(_ library: Library) -> String { library.path ?? "the program itself" }
        var lines = [
            ("vae", version),
            (
                "machine",
                "\(processor), \(physicalCores) physical core\(physicalCores == 1 ? "" : "s"), \(processors) "
                    + "processor\(processors == 1 ? "" : "s"), " + (Threads.quota.map { "\($0), " } ?? "")
                    + "\(memoryAvailable >> 20) MiB of memory available"
            ),
            ("threads", "\(threads)"),
            ("tiles", tiles ?? "none for this processor: all products by im2col and sgemm"),
            ("BLAS", blas.version),
            ("", path(blas)),
            ("kernels", kernelChoice.text),
            (
                "LAPACK",
                "\(lapack.version), "
                    + (lapackIsOpenblas ? "from OpenBLAS" : "not from OpenBLAS: it is slower, and as right")
                    + (lapackKernels.map { ", on OpenBLAS's \($0) kernels" } ?? ", on another BLAS")
            ),
            ("", path(lapack)),
        ]
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            lines.append(("set", "\(name)=\(value)"))
        }
        return lines.map { ($0, $1.escapingControlCharacters()) }
    }
}
