import ArgumentParser
import Foundation
import Kernels
import VAE
import VAEConsole
import VAECore
import VAEData

@main
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vae-bench",
        abstract: "Measure how fast the engine trains, and how right.",
        discussion: """
            Trains the default model (28×28 images, 134,165 parameters) in batches of 128 and compares: with plain \
            products of large matrices (sgemm) and the processor's multiply-adds on the same threads in the same minutes, \
            with the same model on naive loops, with all products by im2col and sgemm, and, for its results, with naive \
            loops in Double. The best round says what the engine can do, the \
            median what it did: other programs on the machine make rounds slower.

            EXAMPLES
              vae-bench                                on all physical cores
              vae-bench --quick                        in half a minute
              vae-bench --threads 1 --json bench.json  numbers to a file as well
              vae-bench --data ~/mnist --images 60000  on IDX files, whole epochs
              vae-bench --only train --json -          the engine alone, JSON alone
              vae-bench --only layers                  a training step, layer by layer
              vae-bench --only layers --filter output  of it, the last layer
              vae-bench --only layers --likelihood logistic-mixture
              vae-bench --products blas                by im2col and sgemm
              vae-bench --only scaling                 more cores, threads and sizes
              vae-bench --only inference               encoding, decoding, weighing draws
              vae-bench --only checkpoints             what they cost, on this disk
              vae-bench --quick --compare before.json  what changed since

            The exit status is 70 if the results are wrong, however fast.
            """,
        version: packageVersion)
    static let _errorLabel = "vae-bench: error"

    /// A part of the benchmark that can be asked for by itself.
    enum Part: String, CaseIterable, ExpressibleByArgument {
        case train, layers, naive, sgemm, residual, scaling, inference, checkpoints

        /// The parts measured unless something is asked for: not the scaling, which takes as long as all the others, nor what
        /// writes to the disk.
        static let usual: [Part] = [.train, .layers, .naive, .sgemm, .residual]
    }

    @Option(
        help: ArgumentHelp(
            "Worker threads, 1 to 256. (default: the physical cores, or fewer under a quota of processor time)",
            valueName: "n"))
    var threads: Int?

    @Flag(help: "Fewer images and repeats: half a minute.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "Rounds that are timed, after one that is not. (default: 5; quick: 3)", valueName: "n"))
    var repeats: Int?

    @Option(help: ArgumentHelp("Training images of a round. (default: 12800; quick: 3840)", valueName: "n"))
    var images: Int?

    @Option(
        help: ArgumentHelp(
            "A folder with IDX files, compressed or not, to train on. (default: built-in digits)",
            valueName: "dir"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "What computes the products: filtered, tiles or blas. (default: filtered)", valueName: "engine")
    )
    var products: Products?

    @Option(help: ArgumentHelp("The former name of --products.", visibility: .hidden))
    var convolutions: FormerProducts?

    @Option(
        help: ArgumentHelp(
            "Measure this only; scaling, inference and checkpoints are left out otherwise. May be repeated.",
            valueName: "part"))
    var only: [Part] = []

    @Option(
        help: ArgumentHelp(
            "Time only the layers and other parts of a step whose names contain this.", valueName: "text"))
    var filter: String?

    @Option(
        help: ArgumentHelp(
            "With --only layers: of the default model with this likelihood, whose loss is a part of the objective. (default: bernoulli)",
            valueName: "name"))
    var likelihood: Likelihood?

    @Option(
        help: ArgumentHelp(
            "Write the numbers to this file too, or to one named after the processor in this folder; - writes them to "
                + "standard output, and no table.",
            valueName: "file"))
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Say what is faster or slower than in this file of --json, or in the one of this processor in this folder.",
            valueName: "file"))
    var compare: String?

    @Option(help: ArgumentHelp("Write the images as IDX files to this folder and stop.", valueName: "dir"))
    var exportData: String?

    mutating func validate() throws {
        for (flag, value, range) in [
            ("--threads", threads, 1...256), ("--repeats", repeats, 1...1000),
            ("--images", images, Workload.batch...10_000_000),
        ] {
            if let value, !range.contains(value) {
                throw ValidationError(
                    "\(flag) takes \(range.lowerBound) to \(range.upperBound), not \(value).")
            }
        }
        if filter != nil, !only.isEmpty, !only.contains(.layers) {
            throw ValidationError("--filter chooses among the layers, and --only leaves these out.")
        }
        if likelihood != nil, only != [.layers] || compare != nil {
            throw ValidationError(
                "--likelihood goes with --only layers alone: all other numbers are of the default model.")
        }
        if json?.isEmpty == true { throw ValidationError("--json takes the name of a file, or - .") }
        if compare?.isEmpty == true { throw ValidationError("--compare takes the name of a file or folder.") }
        if json == "-", compare != nil {
            throw ValidationError("--compare prints a table, and --json - nothing but JSON.")
        }
    }

    /// The kernels of matrix products come first: the program may begin again with others.
    static func main() {
        OpenBLAS.settleKernels()
        begin()
    }

    func run() throws {
        Signals.ignoreFailedWrites()
        if let warning = OpenBLAS.choice.warning { Console.error(warning.escapingControlCharacters()) }
        do {
            try measure()
        } catch let error as VAEError {
            Console.error("error: \(error.description)")
            throw ExitCode(error.kind.exitStatus)
        }
    }

    private func measure() throws {
        let json = json.map { $0 != "-" && Folder.exists($0) ? "\($0)/\(Comparison.fileName)" : $0 }
        if let json, json != "-" {
            // Minutes of measuring would be lost.
            let folder = (json as NSString).deletingLastPathComponent
            guard access(folder.isEmpty ? "." : folder, W_OK) == 0 else {
                throw VAEError.file(json, .create, errno)
            }
        }
        // Before a file of the same name is written.
        let comparison = try compare.flatMap { path throws(VAEError) in try Comparison.find(path) }
        // Before this program adds to it.
        _ = Setting.loadAtStart
        let count = images ?? (quick ? 3840 : 12_800)
        let workload = try Workload(
            folder: data, count: count, products: chosenProducts ?? .filtered,
            likelihood: likelihood ?? .bernoulli)
        if let exportData {
            let dataset = try Dataset(
                name: "bench", train: workload.images, test: nil, source: workload.source)
            for path in try dataset.export(to: exportData) {
                print(path.escapingControlCharacters())
            }
            return
        }

        let threads = try Threads.checked(threads)
        let repeats = repeats ?? (quick ? 3 : 5)
        let parts = only.isEmpty ? Part.usual : only
        if json != "-" { Console.print(Setting.head(workload, threads: threads)) }
        if let compare, comparison == nil { Console.print(Comparison.none(in: compare) + "\n") }

        var measured = Measurements()
        let (trains, multiplies) = (parts.contains(.train), parts.contains(.sgemm))
        if trains {
            let engine = try EngineSpeed(
                workload, workload.products, threads: threads, images: workload.images.count,
                repeats: repeats,
                withPeak: multiplies, progress: Console.progress)
            measured.engine = engine
            if multiplies { measured.limits = (engine.limits, threads) }
            // The naive loops have one thread: a comparison with one is the fair one.
            if threads > 1, parts.contains(.naive) {
                measured.engineOneThread = try EngineSpeed(
                    workload, workload.products, threads: 1,
                    images: max(Workload.batch, workload.images.count / threads),
                    repeats: min(repeats, 3), withPeak: multiplies, progress: Console.progress)
            }
            // What the tiles are worth: the same training by im2col and sgemm. Nothing to compare where it was asked for.
            if chosenProducts == nil {
                measured.engineOnBLAS = try EngineSpeed(
                    workload, .blas, threads: threads, images: workload.images.count,
                    repeats: min(repeats, 3), withPeak: multiplies, progress: Console.progress)
            }
        } else if multiplies {
            let peak = try ProductPeak(threads: threads)
            var limits = Limits()
            for round in 1...repeats {
                Console.progress("sgemm: round \(round) of \(repeats)")
                limits.append(peak)
            }
            measured.limits = (limits, threads)
        }
        if parts.contains(.layers) {
            measured.layers = try LayerSpeed(
                workload, filter: filter, rounds: quick ? 5 : 20, progress: Console.progress)
        }
        if parts.contains(.scaling) {
            let schedule = try ScheduleSpeed(workload, quick: quick, progress: Console.progress)
            measured.schedule = schedule
            measured.machines = try MachineSpeed(
                workload, barrier: schedule.barrier, quick: quick, progress: Console.progress)
            measured.scaling = try ScalingSpeed(
                workload, threads: threads, quick: quick, progress: Console.progress)
        }
        if parts.contains(.scaling) || parts.contains(.inference) {
            measured.inference = try InferenceSpeed(
                workload, threads: threads, quick: quick, progress: Console.progress)
        }
        if parts.contains(.checkpoints) {
            measured.checkpoints = try CheckpointCost(
                workload, threads: threads, repeats: repeats, progress: Console.progress)
        }
        if parts.contains(.residual) {
            measured.residual = try Residual(workload, threads: threads, progress: Console.progress)
        }
        if parts.contains(.naive) {
            measured.naive = try NaiveSpeed(
                workload, batches: quick ? 1 : 3, progress: Console.progress)
        }
        Console.endProgress()
        let report = Report(measured, workload, threads: threads, repeats: repeats, quick: quick)
        try publish(report, json, comparison)
        if report.residual?.isSmall == false {
            Console.error("the engine's results are not the reference's: the speeds above mean nothing")
            throw ExitCode(VAEError.Kind.diverged.exitStatus)
        }
    }

    private func publish(_ report: Report, _ json: String?, _ comparison: Comparison?) throws {
        if json != "-" { Console.print(report.text) }
        if let comparison { Console.print(comparison.text(report)) }
        guard let json else { return }
        let bytes = try report.json()
        if json == "-" {
            Console.print(String(decoding: bytes, as: UTF8.self))
        } else {
            try DurableFile.write(bytes, to: json)
        }
    }
}

extension Likelihood: ExpressibleByArgument {}
