import ArgumentParser
import VAECore
import VAERun
import VAEWatch

/// The flags of the page that shows a run while it trains.
struct WatchFlags: ParsableArguments {
    @Flag(
        help:
            "Serve a page that shows the run while it trains, to this machine alone; vae watch shows it afterwards, and several runs."
    )
    var watch = false

    @Option(
        help: ArgumentHelp(
            "With --watch: the port, 0 for any that is free. (default: 8420, or the next that is free)",
            valueName: "n"))
    var port: UInt16?

    /// Serves the page of a run for as long as the process lives.
    /// - Returns: the address for a browser; nil where no page was asked for
    /// - Throws: `unavailable` when the port is in use.
    func start(_ session: RunSession) throws(VAEError) -> String? {
        guard watch else { return nil }
        return try WatchServer.start(
            WatchedRuns(training: session.path, on: session.data), port: port)
    }

    /// - Throws: `invalidArgument` for a port without a page.
    func check() throws(VAEError) {
        guard watch || port == nil else {
            throw VAEError(
                .invalidArgument, "--port", "says where a page is served, and none is asked for",
                advice: "Add --watch, or leave it away.")
        }
    }
}
