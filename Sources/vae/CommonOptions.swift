import ArgumentParser
import Glibc
import Kernels
import VAEConsole
import VAECore

/// Flags that every command of this tool has.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Worker threads, 1 to 256. (default: the physical cores, or fewer under a quota of processor time)",
            valueName: "n"))
    var threads: Int?

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print data and errors only.")
    var quiet = false

    @Flag(help: "No colour; also with NO_COLOR set or TERM=dumb.")
    var noColor = false

    /// Runs a command, and ends with one line and the right status where it fails.
    /// - Parameter flags: which flag sets what the libraries name in their errors.
    func run(
        _ command: String, flags: [String: String] = [:],
        _ body: (_ console: Console, _ threads: Int) throws(VAEError) -> Void
    ) throws {
        Signals.ignoreFailedWrites()
        Signals.unblock([SIGINT, SIGTERM])
        let console = Console(command, quiet: quiet, colour: !noColor)
        if let warning = OpenBLAS.choice.warning { console.warn(warning.escapingControlCharacters()) }
        do throws(VAEError) {
            try body(console, Threads.checked(threads))
        } catch {
            console.fail(error.naming(flags, help: "\(command) --help"))
            throw ExitCode(error.kind.exitStatus)
        }
    }

    /// Says which files were written: their paths, a line each, or with `--json` the document.
    func report(
        _ paths: [String], _ document: some Encodable, to console: Console
    ) throws(VAEError) {
        if json {
            try console.emit(json: document)
        } else {
            for path in paths { console.result(path.escapingControlCharacters()) }
        }
    }
}

/// The document that `--json` prints of files that were written.
struct WrittenFiles: Encodable {
    let files: [String]
}
