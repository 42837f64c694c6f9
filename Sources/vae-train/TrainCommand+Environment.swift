import Foundation
import Kernels
import VAE
import VAEConsole
import VAECore
import VAERun

extension TrainCommand {
    func introduce(_ console: Console, _ products: Products) {
        console.note("vae-train \(packageVersion): variational autoencoder")
        let choice = OpenBLAS.choice
        console.note(
            "BLAS      \(OpenBLAS.configuration) (kernels: \(choice.phrase))".escapingControlCharacters())
        if let warning = choice.warning { console.warn(warning.escapingControlCharacters()) }
        let kernels =
            switch (products, Products.instructionSet) {
            case (.blas, _): "im2col and sgemm of OpenBLAS"
            case (.tiles, let set?): "tiles (\(set))"
            case (.tiles, nil): "im2col and sgemm of OpenBLAS: there are no tiles for this processor"
            }
        console.note("products  \(kernels)")
    }

    /// What this machine and command line are, for the record.
    func environment(_ trainer: Trainer, _ threads: Int) -> RunRecord.Environment {
        RunRecord.Environment(
            version: packageVersion, blas: OpenBLAS.configuration, blasKernels: OpenBLAS.core,
            blasKernelsChosenBy: OpenBLAS.choice.chooser.rawValue, products: trainer.products.rawValue,
            tiles: Products.instructionSet,
            processor: Machine.processorName, threads: threads, started: Date().ISO8601Format(),
            command: CommandLine.arguments)
    }
}
