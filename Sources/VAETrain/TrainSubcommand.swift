import ArgumentParser

/// `vae train`: vae-train under the name of the tool that has all the others.
package struct TrainSubcommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: TrainCommand.configuration.abstract,
        discussion: "The same as vae-train, with the same flags: vae-train --help.")

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("Those of vae-train.", valueName: "flags"))
    var arguments: [String] = []

    package init() {}

    /// Flags are vae-train's to read, and so are errors in them.
    package func run() throws { TrainCommand.begin(arguments) }
}
