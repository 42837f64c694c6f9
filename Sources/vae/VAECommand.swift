import ArgumentParser
import Kernels
import VAEConsole
import VAECore
import VAETrain

@main
struct VAECommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vae",
        abstract: "Train variational autoencoders; use, look at and check what that leaves behind.",
        discussion: """
            Commands take a run folder or a model file (.safetensors). Data goes to
            standard output where no --out is given, messages to standard error;
            --json prints one document.

            EXAMPLES
              vae train --out runs/mnist                 a run to look at: vae-train
              vae evaluate runs/mnist                    is its loss any good?
              vae sample runs/mnist --out samples.png    64 images that it makes up
              vae encode runs/mnist > z.csv              where its test images lie
              vae info runs/mnist --json                 what it is, for a program
              vae compare runs/*                         which settings did better
              vae watch runs                             see them train
              vae export runs/mnist --format onnx --out onnx/   for other runtimes
              vae data photos/ --image-size 64           what vae-train would read
              vae doctor                                 does it compute rightly here?
            """,
        version: packageVersion,
        subcommands: [
            TrainSubcommand.self, SampleCommand.self, ReconstructCommand.self, EncodeCommand.self,
            DecodeCommand.self,
            InterpolateCommand.self, CompleteCommand.self, EditCommand.self, InfoCommand.self,
            EvaluateCommand.self, AnomaliesCommand.self, CompareCommand.self, WatchCommand.self,
            PPCACommand.self, PlotCommand.self, ExportCommand.self, ImportCommand.self, DataCommand.self,
            DoctorCommand.self,
        ])
    static let _errorLabel = "vae: error"

    /// The kernels of matrix products come first: the program may begin again with others.
    ///
    /// Installed, it has two names, of which the other is a link to it.
    static func main() {
        let name = CommandLine.arguments.first?.split(separator: "/").last
        guard name != "vae-train" else { return TrainCommand.main() }
        OpenBLAS.settleKernels()
        begin()
    }
}
