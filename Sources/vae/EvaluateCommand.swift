import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEData
import VAEEvaluation
import VAEReport
import VAERun

/// `vae evaluate`: how good a model is, and what its loss is worth.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Say how good a model is: losses, likelihood, latents, clusters, baselines.",
        discussion: """
            Measures the model on the run's test images, and puts its loss on a scale: from the pixelwise mean of the \
            training images, over principal components, down to the entropy of grey pixels, which no Bernoulli model gets \
            below. Losses are in nats per image and bits per pixel, with standard errors.

            Writes evaluation.json into the run folder and a card into its report.html. With --best it writes \
            evaluation-best.json, with images of another data set evaluation-NAME.json, and leaves the page as it is. \
            A run that may only be read is measured all the same; --out keeps the numbers elsewhere.

            ln p(x) is an integral over z where that has one to three dimensions, and else estimated from draws of the posterior, of a \
            wider one and of the prior: no bound of the encoder's, but a mode that no draw comes upon is missing.

            Of a model with a codebook it says how many of the codes are used, how alike, what they cost under the prior of \
            counts, and the bound on −ln p(x) that follows; it writes the same files.

            Of a table images are rows, and pixels the standardised values of their columns; evaluation.json is all that is written.

            EXAMPLES
              vae evaluate runs/mnist                        half a minute on two cores
              vae evaluate runs/mnist --samples 5000 --images 1000
              vae evaluate runs/mnist --binarize stochastic  then p(x) is a likelihood
              vae evaluate runs/mnist --json > numbers.json
              vae evaluate runs/squares --factors factors.csv
              vae evaluate /shared/run --out mine.json       and leave the run as it is
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "Estimate the likelihood from K draws of z for each image, 1 to 1,000,000. (default: integrate over z of up to 3 dimensions, 100 draws of more)",
            valueName: "k"))
    var samples: Int?

    @Option(
        help: ArgumentHelp(
            "How many test images take part in that, the first ones, or where they are sorted by class ones spread over all. (default: as many as take about a minute)",
            valueName: "n"))
    var images: Int?

    @Option(
        help: ArgumentHelp("Draws of z for each image in the loss, 1 to 1,000.", valueName: "n"))
    var draws = Evaluation.Options().draws

    @Option(
        help: ArgumentHelp(
            "Make the images black and white first: none, threshold (at half) or stochastic (white with a probability of the grey). (default: as in training)",
            valueName: "how"))
    var binarize: BinarizationChoice?

    @Option(
        help: ArgumentHelp(
            "Names all random numbers. (default: the seed of the run, whose test loss was measured with the same draws; 0 without a run)",
            valueName: "n"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "A table of what the test images were made from, such as places and sizes: a row an image, in their order, a column a factor, named in the first row. Adds the mutual information gap.",
            valueName: "table"))
    var factors: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A JSON file for the evaluation, in place of one that is there; then nothing is written into the run.",
            valueName: "path"))
    var out: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae evaluate", flags: Self.flags) { (console, threads) throws(VAEError) in
            let trained = try model.load()
            try OutputCheck(
                run: model.run, inputs: [data.data, trained.record?.data.folder, factors].compactMap(\.self))(
                    out)
            if let out { try DurableFile.checkCanWrite(to: out) }
            let options = Evaluation.Options(
                seed: seed ?? trained.record?.training.seed ?? 0, draws: draws, samples: samples,
                likelihoodImages: images,
                binarization: binarize.map(\.method) ?? trained.record?.training.binarization)
            try options.validate()
            let known = try factors.map { path throws(VAEError) in try Self.factors(path) }
            let dataset = try data.images(of: trained, console)
            if trained.configuration.isQuantized {
                return try evaluateCodes(of: trained, dataset, options, console, threads)
            }
            let obstacle = out == nil ? trained.evaluationObstacle(dataset) : nil
            if let obstacle {
                console.warn("\(obstacle)")
                console.warn("what is found is printed, and not kept; --out FILE keeps it elsewhere")
            }
            guard let test = dataset.test else {
                throw VAEError(.missingInput, dataset.name, "has no test images")
            }
            if !dataset.columns.isEmpty {
                console.note(
                    "of a table: an image is a row here, and a pixel the standardised value of a column")
            }
            if let known, let factors, known.count != test.count {
                throw VAEError(
                    .invalidArgument, factors, "has another number of rows than there are test images",
                    expected: "\(test.count), one an image in the images' order", found: "\(known.count)")
            }
            let signs = try trained.trainingSigns()
            let start = ContinuousClock.now
            let evaluation = try evaluate(
                trained.model, dataset.train, test, options, known, threads, console)
            let record = try EvaluationRecord(
                evaluation, options: options, of: trained.model, file: trained.modelFile,
                data: dataset, signs: signs)
            console.clearStatus()
            // A number that is not finite is found here, whatever is printed.
            let json = try record.json()
            if common.json {
                try console.emit(json)
            } else {
                let text = EvaluationText(
                    EvaluationSummary(record, ofTable: trained.model.standardization != nil),
                    title: trained.title, bold: console.bold)
                try console.emit(lines: text.lines)
            }
            if obstacle == nil { try keep(record, of: trained, dataset, threads, console) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            console.note(
                "took \(Int(seconds.rounded())) s on \(threads) \(threads == 1 ? "thread" : "threads")")
        }
    }

    /// Writes the evaluation where it is to go.
    private func keep(
        _ record: EvaluationRecord, of run: SavedRun, _ data: Dataset, _ threads: Int, _ console: Console
    ) throws(VAEError) {
        var paths: [String] = []
        if let out {
            try record.write(to: out)
            paths = [out]
        } else {
            paths = try run.keep(record, data, threads: threads)
            if paths.isEmpty { console.note("nothing is written: the model lies in no run's folder") }
        }
        for path in paths { console.note("wrote \(path.escapingControlCharacters())") }
    }

    private func evaluate(
        _ model: VariationalAutoencoder, _ train: ImageSet, _ test: ImageSet, _ options: Evaluation.Options,
        _ factors: KnownFactors?, _ threads: Int, _ console: Console
    ) throws(VAEError) -> Evaluation {
        do {
            return try Evaluation(
                of: model, train: train, test: test, options: options, factors: factors, threads: threads
            ) { stage, share in
                console.status { _ in "measuring: \(stage.rawValue)  \(Int(100 * share))%" }
            }
        } catch let error as VAEError {
            throw error
        } catch {
            throw VAEError(.unavailable, "evaluation", "was cancelled")
        }
    }

    /// The factors of a table, by its path.
    private static func factors(_ path: String) throws(VAEError) -> KnownFactors {
        let table = try NumericTable(contentsOf: path, hasHeader: true)
        return try KnownFactors(names: table.columns, values: table.values)
    }

    /// Which flag sets what the libraries name in their errors.
    private static let flags = [
        "samples": "--samples", "images": "--images", "draws": "--draws", "best": "--best",
    ]
}

/// The way in which images become black and white, or that they do not.
enum BinarizationChoice: String, ExpressibleByArgument, CaseIterable {
    case none, threshold, stochastic

    var method: Binarization? {
        switch self {
        case .none: nil
        case .threshold: .threshold
        case .stochastic: .stochastic
        }
    }
}
