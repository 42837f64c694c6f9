import Foundation
import Kernels
import VAE
import VAECore

extension RunRecord.Environment {
    /// What this version does with convolutions that `sgemm` computes.
    package static let lowering = "differences"

    /// The present environment: this machine and this command line.
    static func current(_ trainer: Trainer, threads: Int) -> Self {
        Self(
            version: packageVersion, blas: OpenBLAS.configuration, blasKernels: OpenBLAS.core,
            blasKernelsChosenBy: OpenBLAS.choice.chooser.rawValue, products: trainer.products.rawValue,
            lowering: lowering,
            tiles: Products.instructionSet, processor: Machine.processorName, threads: threads,
            started: Date().ISO8601Format(), command: CommandLine.arguments)
    }
}
