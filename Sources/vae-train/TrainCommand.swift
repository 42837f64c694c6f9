import ArgumentParser
import Glibc
import Kernels
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

@main
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vae-train",
        abstract: "Train a convolutional variational autoencoder on images of digits.",
        usage: "vae-train [--threads N] [--epochs N] [--dataset NAME | --data DIR] [--out DIR] [options]",
        discussion: """
            Writes a run folder: the model (model.safetensors), a table of losses (metrics.csv), the configuration \
            (config.json) and pictures of the latent space, the decoded plane, reconstructions, interpolations, draws \
            from the prior, the losses and the latent dimensions, which vae plot draws again in other sizes. \
            Losses are in nats per image, and loss = reconstruction + KL.

            The same seed gives the same model, bit for bit, on any number of threads.

            EXAMPLES
              vae-train                                       MNIST, else built-in digits
              vae-train --threads 8 --epochs 30
              vae-train --dataset synthetic --limit 10000     the first 10,000 digits
              vae-train --data ~/mnist --latent-dim 8         IDX files of a folder
              vae-train --dataset synthetic --export-data d   write digits as IDX
            """,
        version: packageVersion)

    @Option(help: "Worker threads, 1 to 256. (default: the physical cores)")
    var threads: Int?

    @Option(help: "Passes over the training images.")
    var epochs = 15

    @Option(help: "Images of an optimiser step.")
    var batchSize = 128

    @Option(help: "Dimensions of the latent space.")
    var latentDim = 2

    @Option(help: "Adam's step size.")
    var learningRate = 1e-3

    @Option(help: "Weight of the KL divergence in the loss (beta).")
    var klWeight = 1.0

    @Option(help: "Names every random number of the run: weights, shuffling, noise, built-in digits.")
    var seed: UInt64 = 0

    @Option(help: "How convolutions are computed: direct, or lowered to sgemm.")
    var convolutions = ConvolutionMethod.direct

    @Option(help: "What to train on: \(DatasetChoice.allCases.map(\.rawValue).joined(separator: ", ")).")
    var dataset = DatasetChoice.auto

    @Option(
        help: ArgumentHelp(
            "A folder with IDX files, compressed or not, instead of a download. Without test images the last tenth of the training images becomes the test set.",
            valueName: "dir"))
    var data: String?

    @Option(help: "Use only the first N training images; the test set stays whole.")
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "The run folder, which must not exist yet. (default: runs/<date>-<dataset>)", valueName: "dir"))
    var out: String?

    @Option(help: ArgumentHelp("Write the data set as IDX files to this folder and stop.", valueName: "dir"))
    var exportData: String?

    @Flag(help: "Draw no pictures at the end.")
    var noFigures = false

    @Flag(
        help: "Also make a film of the training, film.png: latent space and decoded plane after every epoch.")
    var film = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Flag(help: "No colour; also with NO_COLOR set or TERM=dumb.")
    var noColor = false

    func run() throws {
        // A reader that goes away must not end the run: writing to it fails, and that is all.
        signal(SIGPIPE, SIG_IGN)
        let console = Console("vae-train", quiet: quiet, colour: !noColor)
        do {
            try work(console)
        } catch let error as VAEError {
            console.fail(error.naming(Self.flags, help: "vae-train --help"))
            throw ExitCode(error.kind.exitStatus)
        }
    }

    private func work(_ console: Console) throws {
        let (model, training, threads) = try configurations()
        console.note("vae-train \(packageVersion): convolutional variational autoencoder")
        console.note("BLAS      \(OpenBLAS.configuration) (kernels: \(OpenBLAS.core))")
        console.note("kernels   \(kernels)")

        let request = DataRequest(dataset, folder: self.data, limit: limit, seed: seed)
        if let exportData {
            for path in try dataToExport(request, console).export(to: exportData) {
                console.result(path.escapingControlCharacters())
            }
            return
        }
        let data = try request.load { console.show($0) }
        console.clearStatus()
        let session = try Session(
            console: console, request: request, data: data, model: model.with(imageShape: data.train.shape),
            training: training, threads: threads, convolutions: convolutions)
        try session.run(in: try RunFolder(out, dataset: data.name), figures: !noFigures, film: film)
    }

    /// What convolutions are computed with, as a phrase.
    private var kernels: String {
        switch (convolutions, ConvolutionMethod.directInstructionSet) {
        case (.lowered, _): "im2col and sgemm"
        case (.direct, let set?): "direct convolutions (\(set))"
        case (.direct, nil): "im2col and sgemm: no direct convolutions for this processor"
        }
    }

    /// What the flags ask for, checked before anything is read or written.
    private func configurations() throws(VAEError) -> (ModelConfiguration, TrainingConfiguration, Int) {
        let threads = threads ?? Machine.physicalCores
        guard (1...256).contains(threads) else {
            throw VAEError(
                .invalidArgument, "threads", "is out of range", expected: "1 to 256", found: "\(threads)")
        }
        if let limit, limit < 1 {
            throw VAEError(
                .invalidArgument, "limit", "is out of range", expected: "1 or more", found: "\(limit)")
        }
        let model = ModelConfiguration(latentSize: latentDim)
        try model.validate()
        let training = TrainingConfiguration(
            epochs: epochs, batchSize: batchSize, learningRate: learningRate, klWeight: klWeight, seed: seed)
        try training.validate()
        return (model, training, threads)
    }

    /// The images as they came, without a test set held out.
    private func dataToExport(_ request: DataRequest, _ console: Console) throws(VAEError) -> Dataset {
        let data = try DatasetLoader().load(request.choice, folder: request.folder, seed: request.seed) {
            console.show($0)
        }
        console.clearStatus()
        return if let limit { try data.limited(to: limit) } else { data }
    }

    /// Which flag sets what the libraries name in their errors.
    private static let flags = [
        "threads": "--threads", "epochs": "--epochs", "batch size": "--batch-size",
        "latent size": "--latent-dim",
        "learning rate": "--learning-rate", "KL weight": "--kl-weight", "limit": "--limit",
    ]
}

extension DatasetChoice: ExpressibleByArgument {}
extension ConvolutionMethod: ExpressibleByArgument {}

extension ModelConfiguration {
    fileprivate func with(imageShape: ImageShape) -> ModelConfiguration {
        var copy = self
        copy.imageShape = imageShape
        return copy
    }
}
