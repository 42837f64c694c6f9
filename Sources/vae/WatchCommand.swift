import ArgumentParser
import Glibc
import VAEConsole
import VAECore
import VAEWatch

/// `vae watch`: runs on a page of this machine, while they train.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show runs in the browser while they train.",
        discussion: """
            Serves a page of one run or several until Ctrl-C: losses, settings that differ, pictures side by side and the \
            explorer of the last page that a run has written. The page asks for news every two seconds; of runs that train \
            pictures are drawn here, at the lowest priority and only while somebody looks. Run folders are read and never \
            written to.

            Nobody but this machine can ask, unless --host says otherwise; the address then holds a secret word, which is \
            another each time.

            EXAMPLES
              vae watch runs/mnist
              vae watch runs                 all runs in a folder, also before the first
              vae watch runs/a runs/b --port 9000
              vae watch runs --host 0.0.0.0  for other machines, too
            """)

    @Argument(
        help: ArgumentHelp(
            "Run folders, or folders of run folders. (default: runs, which need not be there yet)",
            valueName: "run"))
    var folders: [String] = []

    @Option(
        help: ArgumentHelp(
            "The port to listen on, 0 for any that is free. (default: 8420, or the next that is free)",
            valueName: "n"))
    var port: UInt16?

    @Option(
        help: ArgumentHelp(
            "The address to listen on: 0.0.0.0 for all of this machine. (default: 127.0.0.1, which other machines can't reach)",
            valueName: "address"))
    var host = "127.0.0.1"

    @Flag(name: .shortAndLong, help: "Print the address and errors only.")
    var quiet = false

    @Flag(help: "No colour; also with NO_COLOR set or TERM=dumb.")
    var noColor = false

    func run() throws {
        Signals.ignoreFailedWrites()
        Signals.unblock([SIGINT, SIGTERM])
        let console = Console("vae watch", quiet: quiet, colour: !noColor)
        do throws(VAEError) {
            let runs = try folders.isEmpty ? WatchedRuns(["runs"], toCome: "runs") : WatchedRuns(folders)
            // Before somebody waits for the runs of a folder that was not meant.
            for folder in runs.awaited { console.note("no run is in \(folder) yet: waiting for the first") }
            let url = try WatchServer.start(runs, host: host, port: port)
            try console.emit(lines: [url])
            console.note("Ctrl-C ends it")
        } catch {
            console.fail(error.naming(["host": "--host"], help: "vae watch --help"))
            throw ExitCode(error.kind.exitStatus)
        }
        // The server has threads of its own, and signals end the process.
        while true { pause() }
    }
}
