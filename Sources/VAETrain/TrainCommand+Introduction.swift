import Kernels
import VAE
import VAEConsole
import VAECore

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
            case (.filtered, let set?): "tiles (\(set)), minimal filtering"
            case (.tiles, let set?): "tiles (\(set))"
            case (_, nil): "im2col and sgemm of OpenBLAS: there are no tiles for this processor"
            }
        console.note("products  \(kernels)")
    }
}
