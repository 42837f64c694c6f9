import Foundation
import Kernels
import VAE
import VAEConsole
import VAECore
import VAERun

extension TrainCommand {
    func introduce(_ console: Console, _ convolutions: ConvolutionMethod) {
        console.note("vae-train \(packageVersion): variational autoencoder")
        let choice = OpenBLAS.choice
        console.note(
            "BLAS      \(OpenBLAS.configuration) (kernels: \(choice.phrase))".escapingControlCharacters())
        if let warning = choice.warning { console.warn(warning.escapingControlCharacters()) }
        let kernels =
            switch (convolutions, ConvolutionMethod.directInstructionSet) {
            case (.lowered, _): "im2col and sgemm"
            case (.direct, let set?): "direct convolutions (\(set))"
            case (.direct, nil): "im2col and sgemm: no direct convolutions for this processor"
            }
        console.note("kernels   \(kernels)")
    }

    /// What this machine and command line are, for the record.
    func environment(_ trainer: Trainer, _ threads: Int) -> RunRecord.Environment {
        RunRecord.Environment(
            version: packageVersion, blas: OpenBLAS.configuration, blasKernels: OpenBLAS.core,
            blasKernelsChosenBy: OpenBLAS.choice.chooser.rawValue,
            convolutions: trainer.convolutions.rawValue, tiles: ConvolutionMethod.directInstructionSet,
            processor: Machine.processorName, threads: threads, started: Date().ISO8601Format(),
            command: CommandLine.arguments)
    }
}
