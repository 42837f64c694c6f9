import ArgumentParser
import Foundation
import Kernels
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

/// `vae-train`: from flags to a run folder.
package struct TrainCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "vae-train",
        abstract: "Train a variational autoencoder on images, or on the rows of a table.",
        usage: """
            vae-train [--threads N] [--epochs N] [--dataset NAME | --data DIR] [--out DIR] [options]
            vae-train --resume RUN [--epochs N] [--threads N] [options]
            """,
        discussion: """
            Writes a run folder: the model (model.safetensors; best.safetensors of the epoch with the lowest test loss), \
            a table of losses (metrics.csv), the configuration (config.json), a web page to explore the latent space with \
            (report.html) and pictures of the latent space, the decoded plane, reconstructions, interpolations, draws \
            from the prior, the losses and the latent dimensions, all of which vae plot makes again. \
            Losses are in nats per image, and loss = reconstruction + KL, or what the flags of the objective make of it.

            The same seed gives the same model, bit for bit, on any number of threads.

            The run folder also holds checkpoints, written after every epoch and within long ones. A run that was \
            interrupted, killed or cut off goes on with --resume and ends with the same bits as if it had not been. \
            Ctrl-C finishes the step and writes a checkpoint; once more ends at once. So do SIGTERM and, but for the once more, \
            the signals of closing terminals and batch systems: SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU.

            EXAMPLES
              vae-train                                       MNIST, else built-in digits
              vae-train --threads 8 --epochs 30
              vae-train --dataset synthetic --limit 10000     the first 10,000 digits
              vae-train --data photos --image-size 64         a folder of pictures
              vae-train --data ~/mnist --latent-dim 8         IDX files of a folder
              vae-train --data table.csv --label-column state a table
              vae-train --data photos --dry-run               what would be trained
              vae-train --resume runs/NAME                    go on with an interrupted run
              vae-train --resume runs/NAME --epochs 30        train a finished run on
              vae-train --epochs 40 --schedule cosine --warm-up 1 --patience 5
              vae-train --find-learning-rate                  a rate for what follows
              vae-train --repeat 5                            five seeds, and their spread
              vae-train --watch                               see it train in the browser
              vae-train --augment flip,shift:2,rotate:10,brightness:0.1
              vae-train --filters none --hidden 200,200 --activation tanh
              vae-train --codes 128 --filters 32,64           z of codes: a VQ-VAE
              vae-train --dataset synthetic --export-data d   write digits as IDX
            """,
        version: packageVersion)
    package static let _errorLabel = "vae-train: error"

    @Option(
        help:
            "Worker threads, 1 to 256. (default: the physical cores, or fewer under a quota of processor time)"
    )
    var threads: Int?

    @OptionGroup(title: "Data") var images: DataFlags

    @OptionGroup(title: "Model") var model: ModelOptions

    @OptionGroup(title: "Training") var training: TrainingFlags

    @OptionGroup(title: "Objective") var objective: ObjectiveFlags

    @OptionGroup(title: "Optimiser") var optimizer: OptimizerFlags

    @Option(
        help:
            "What computes the matrix products: filtered, the engine's own tiles with fewer multiplications, tiles, with all, or blas, im2col and OpenBLAS's sgemm. (default: filtered)"
    )
    var products: Products?

    @Option(help: ArgumentHelp("The former name of --products.", visibility: .hidden))
    var convolutions: FormerProducts?

    @Option(
        help: ArgumentHelp(
            "The run folder, which must not exist yet. (default: runs/<date>-<dataset>)", valueName: "dir"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Go on with the run in this folder, from its last checkpoint. Its settings hold; --epochs may be raised.",
            valueName: "run"))
    var resume: String?

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp(
            "Train with so many seeds, one after the other, from --seed on, each in a folder seed-N of --out, and say mean and spread of their losses. --resume with that folder goes on with all of it.",
            valueName: "n"))
    var repetitions: Int?

    @Option(
        help: ArgumentHelp(
            "How often to write a checkpoint within an epoch: every 200 steps, or every 60s. (default: 60s, and at most 1% of the time)",
            valueName: "steps|seconds"))
    var checkpointEvery: CheckpointInterval?

    @Flag(help: "Read the data, say what would be trained and how, and stop; nothing is written.")
    var dryRun = false

    @Flag(
        help:
            "Look for a learning rate and train nothing else: 300 steps of the model and the data that the other flags say, at rates that rise from 1e-6 to 1. A picture and a table of the losses go into the folder, and what to type next is printed."
    )
    var findLearningRate = false

    @Flag(help: "Make no page and draw no pictures.")
    var noFigures = false

    @Flag(
        help:
            "Also make a film of the training, film.png: latent space and decoded plane after every epoch; of a conditional model a row for each class. A run that goes on goes on with its film."
    )
    var film = false

    @Flag(
        name: .customLong("tensorboard"),
        help:
            "Also write events for TensorBoard into the run folder: losses and rates, pictures, and the test images' means for its projector. A run that goes on goes on with them."
    )
    var tensorBoard = false

    @OptionGroup var watching: WatchFlags

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Flag(help: "No colour; also with NO_COLOR set or TERM=dumb.")
    var noColor = false

    /// The kernels of matrix products come first: the program may begin again with others.
    package static func main() {
        OpenBLAS.settleKernels()
        begin(Array(CommandLine.arguments.dropFirst()))
    }

    /// Runs with these arguments, and ends the process where they are wrong or it fails.
    static func begin(_ arguments: [String]) {
        // Of several processes one says what is wrong.
        if MPIJob.isFollower {
            do { _ = try parseAsRoot(arguments) } catch { Foundation.exit(exitCode(for: error).rawValue) }
        }
        begin(arguments, synonyms: synonyms)
    }

    /// The arguments of the command that runs, without its name.
    static var givenArguments: ArraySlice<String> {
        let arguments = CommandLine.arguments.dropFirst()
        return arguments.first == TrainSubcommand.configuration.commandName
            ? arguments.dropFirst() : arguments
    }

    package init() {}

    package func run() throws {
        Signals.ignoreFailedWrites()
        let console = Console("vae-train", quiet: quiet, colour: !noColor)
        do {
            let ranks = try MPIJob.join()
            defer { ranks?.end() }
            if let ranks, ranks.job.rank != 0 { return try serve(ranks) }
            try checkProducts()
            try checkSearch()
            try watching.check()
            if let resume {
                if let series = try SeriesRecord(of: resume) {
                    try goOnSeries(series, in: resume, console, ranks)
                } else {
                    try goOn(resume, console, ranks)
                }
            } else if let repetitions {
                try workSeries(of: repetitions, console, ranks)
            } else {
                try work(console, ranks)
            }
        } catch let stop as Interruption.Stop {
            throw ExitCode(stop.exitStatus)
        } catch let error as VAEError {
            if !MPIJob.isFollower { console.fail(error.naming(Self.flags, help: "vae-train --help")) }
            throw ExitCode(error.kind.exitStatus)
        }
    }

    /// The worker threads of this process.
    func workers(_ ranks: Ranks?) throws(VAEError) -> Int {
        if let ranks { try ranks.threads(threads) } else { try Threads.checked(threads) }
    }

    /// Does a rank's share of what rank 0 trains.
    private func serve(_ ranks: Ranks) throws {
        Interruption.leaveToRankZero()
        try ranks.job.serve(dataAt: images.data, storage: images.storage, threads: workers(ranks))
    }

    private func work(_ console: Console, _ ranks: Ranks?) throws {
        let threads = try workers(ranks)
        // Flags that contradict each other are found before anything is read.
        _ = try model.configuration()
        let asked = try self.training.configuration(objective, optimizer)
        let request = try images.request(seed: asked.seed)
        warnOfFormerName(console)
        introduce(console, chosenProducts ?? .filtered)

        if let folder = images.exportData {
            let data = try request.load(holdingOut: false) { console.show($0) }
            console.clearStatus()
            guard data.columns.isEmpty else {
                throw VAEError(
                    .invalidArgument, "--export-data", "writes images", found: "a table",
                    advice: "Leave it out: a table is kept as it is.")
            }
            for path in try data.export(to: folder) { console.result(path.escapingControlCharacters()) }
            return
        }
        let data = try request.load { console.show($0) }
        console.clearStatus()
        console.show(remarks: data)
        let (model, training) = try configuration(of: data, asked, console)
        let trainer = try Trainer(
            model, training, threads: threads, products: chosenProducts ?? .filtered,
            ranks: ranks?.job.communicator)
        if dryRun {
            trainer.describe(on: data, threads: threads, to: console)
            return console.result("dry run: nothing was trained, and nothing written")
        }
        if findLearningRate {
            trainer.describe(on: data, threads: threads, to: console)
            return try findLearningRate(model, training, on: data, threads: threads, console)
        }
        try conduct(
            RunSession(trainer, data, request.record(of: data), folder: out, threads: threads), console, ranks
        )
    }

    /// What flags of this program are called in others.
    private static let synonyms = [
        "--beta": "--kl-weight", "--lr": "--learning-rate", "--latent-size": "--latent-dim",
        "--latents": "--latent-dim", "--z-dim": "--latent-dim", "--workers": "--threads", "--output": "--out",
        "--augmentation": "--augment", "--early-stopping": "--patience", "--codebook-size": "--codes",
    ]

    /// Which flag sets what the libraries name in their errors.
    private static let flags = [
        "epochs": "--epochs", "batch size": "--batch-size",
        "latent size": "--latent-dim", "kernel size": "--kernel-size", "filters": "--filters",
        "encoder convolutions": "--filters",
        "hidden units": "--hidden", "hidden layers": "--hidden",
        "decoder hidden units": "--decoder-hidden", "decoder hidden layers": "--decoder-hidden",
        "learning rate": "--learning-rate", "epsilon": "--adam-epsilon", "KL weight": "--kl-weight",
        "limit": "--limit", "label column": "--label-column", "size of pictures": "--image-size",
        "warm-up epochs": "--warm-up", "step epochs": "--step-epochs", "step factor": "--step-factor",
        "patience": "--patience", "augmentation": "--augment",
        "KL warm-up epochs": "--kl-warm-up", "KL cycles": "--kl-cycles", "free bits": "--free-bits",
        "capacity": "--capacity", "capacity epochs": "--capacity-epochs",
        "prior": "--prior", "prior components": "--prior",
        "importance samples": "--importance-samples", "doubly reparameterised": "--doubly-reparameterised",
        "codes": "--codes", "codebook": "--codes", "code size": "--code-size", "code decay": "--code-decay",
        "commitment": "--commitment", "weight decay": "--weight-decay",
        "gradient norm": "--clip-norm", "decay of the average": "--average-weights",
    ]
}

extension CheckpointInterval: CheckedArgument {
    public init?(argument: String) { self.init(argument) }
    package static func objection(to text: String) -> String {
        "it is neither a number of steps, such as 200, nor one of seconds, such as 60s, above 0"
    }
}
