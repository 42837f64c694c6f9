import ArgumentParser
import Glibc
import VAEConsole
import VAECore
import VAEData
import VAERun

/// Flags that every command of this tool has.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the run's images as IDX files. (default: where the run found them)",
            valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("Worker threads, 1 to 256. (default: the physical cores)", valueName: "n"))
    var threads: Int?

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Flag(help: "No colour; also with NO_COLOR set or TERM=dumb.")
    var noColor = false

    /// Runs a command, and ends with one line and the right status where it fails.
    /// - Parameter flags: which flag sets what the libraries name in their errors.
    func run(
        _ command: String, flags: [String: String] = [:],
        _ body: (_ console: Console, _ threads: Int) throws(VAEError) -> Void
    ) throws {
        // A reader that goes away must not end the command: writing to it fails, and that is all.
        signal(SIGPIPE, SIG_IGN)
        let console = Console(command, quiet: quiet, colour: !noColor)
        do throws(VAEError) {
            let threads = threads ?? Machine.physicalCores
            guard (1...256).contains(threads) else {
                throw VAEError(
                    .invalidArgument, "--threads", "is out of range", expected: "1 to 256",
                    found: "\(threads)",
                    advice: "See \(command) --help.")
            }
            try body(console, threads)
        } catch {
            console.fail(error.naming(flags, help: "\(command) --help"))
            throw ExitCode(error.kind.exitStatus)
        }
    }

    /// The images of a run, with a warning unless they are the very ones.
    func images(of run: Run, _ console: Console) throws(VAEError) -> Dataset {
        let images = try run.data(folder: data) { console.show($0) }
        console.clearStatus()
        if !run.isTrained(on: images) {
            console.warn(
                "The images (\(images.source.escapingControlCharacters())) are not the ones of the run: their SHA-256 "
                    + "differs from config.json's. What follows shows the model on other images.")
        }
        return images
    }
}
