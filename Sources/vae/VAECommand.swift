import ArgumentParser
import VAECore

@main
struct VAECommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vae",
        abstract: "Use, look at and check what vae-train left behind.",
        version: packageVersion,
        subcommands: [
            SampleCommand.self, ReconstructCommand.self, EncodeCommand.self, DecodeCommand.self,
            InterpolateCommand.self, EvaluateCommand.self, AnomaliesCommand.self, PPCACommand.self,
            PlotCommand.self,
        ])
}
