import ArgumentParser
import VAEConsole
import VAECore
import VAEFigures
import VAEReport
import VAERun

/// `vae plot`: the pictures of a run, made again.
struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Make the pictures and the report of a run again.",
        discussion: """
            Reads a run folder (model.safetensors, metrics.csv, config.json) and the images it was trained on, and \
            writes what is named, or all of it: \(PlotName.allValueStrings.joined(separator: ", ")). \
            The report is one web page, to explore the latent space with, or to paint with codes; the card is README.md, \
            which says what the model is and how to use it. Of a model with a \
            codebook there are reconstructions, samples, losses, codes, the report and the card alone. Of a table there are latent-space, losses and \
            latent-dimensions: the others and the page show images. \
            A picture that is there is replaced as a whole; if anything fails, it stays as it was. The film of a \
            training needs the model of every epoch and is made by vae-train --film alone.

            EXAMPLES
              vae plot runs/mnist                    all of them, as vae-train does
              vae plot runs/mnist latent-space --format pdf         for a paper
              vae plot runs/mnist manifold --grid 30 --out pictures
              vae plot runs/ten manifold --dimensions 1,4           --latent-dim 10
              vae plot runs/mnist --best             the best model, into runs/mnist/best
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(
        help: ArgumentHelp("Which pictures, or report. (default: all)", valueName: "figure"))
    var figures: [PlotName] = []

    @Flag(
        help:
            "Show best.safetensors, the model after the epoch with the lowest test loss, with losses and a page of the epochs up to it, and no card. (default: the last epoch's)"
    )
    var best = false

    @Option(
        help: ArgumentHelp(
            "Where to write them. (default: the run folder, and with --best a folder best in it)",
            valueName: "dir"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "png, svg or pdf, or several with commas. (default: png, and svg of latent-space)",
            valueName: "list"))
    var format: FormatList?

    @Option(
        help: ArgumentHelp(
            "Pixels of a PNG per pixel of the drawing, 0.1 to 10. (default: 1, and 2 for pictures of images)",
            valueName: "x"))
    var scale: Double?

    @Option(
        help: ArgumentHelp(
            "The two latent dimensions of latent-space and manifold, as their axes count them. (default: 1,2; with more, the principal axes)",
            valueName: "i,j"))
    var dimensions: DimensionPair?

    @Option(
        help: ArgumentHelp(
            "Rows and columns of manifold; of long images fewer the long way, and more the other.",
            valueName: "n"))
    var grid = FigureOptions().grid

    @Option(
        help: ArgumentHelp(
            "How many of the best, the median and the worst in reconstructions.", valueName: "n"))
    var images = FigureOptions().images

    @Option(help: ArgumentHelp("Pairs of images in interpolations.", valueName: "n"))
    var pairs = FigureOptions().pairs

    @Option(help: ArgumentHelp("Steps from one image to the other in interpolations.", valueName: "n"))
    var steps = FigureOptions().steps

    @Option(help: ArgumentHelp("Draws in samples.", valueName: "n"))
    var samples = FigureOptions().samples

    @Option(help: ArgumentHelp("Names the draws in samples.", valueName: "n"))
    var seed = FigureOptions().seed

    @OptionGroup var data: DataOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae plot", flags: Self.flags) { (console, threads) throws(VAEError) in
            let run = try SavedRun(folder: folder, best: best)
            if best { try checkBest() }
            try options.validate(latentSize: run.model.configuration.latentSize)
            let isTable = run.model.standardization != nil
            if isTable { try checkTable() }
            if run.configuration.isQuantized { try checkCodes(run) }
            guard run.configuration.isQuantized || !figures.contains(.figure(.codes)) else {
                throw VAEError(
                    .invalidArgument, "codes", "are what it shows, and the model has Gaussian latents",
                    expected: FigureName.drawn(ofTable: isTable).map(\.rawValue).joined(separator: ", "))
            }
            let target = out ?? (best ? RunFolder.join(folder, "best") : folder)
            do throws(VAEError) {
                try Folder.create(target)
            } catch {
                throw out == nil ? error.advising("Write to another folder: --out DIR.") : error
            }
            let history = try run.modelHistory()
            let data = try self.data.images(of: run, console).asTested(by: run.record?.training)
            func isWanted(_ name: PlotName) -> Bool { self.figures.isEmpty || self.figures.contains(name) }
            let names = FigureName.drawn(ofTable: isTable, ofCodes: run.configuration.isQuantized)
                .filter { isWanted(.figure($0)) }
            let prior =
                run.configuration.isQuantized
                    && (names.contains(.samples) || isWanted(.report) && run.hasPage)
                ? try run.codePrior(threads: threads, data: { data }) : nil
            let figures = try RunFigures(
                model: run.model, data: data, history: history, options: options, prior: prior,
                threads: threads)
            if !names.isEmpty, let warning = RunFigures.fontWarning(for: [data.name]) {
                console.warn(warning)
            }
            var paths = try figures.write(names, to: target) { name in
                console.status(force: true) { _ in "drawing \(name.rawValue)" }
            }
            if isWanted(.report), run.hasPage {
                console.status(force: true) { _ in "making the report" }
                let path = "\(target)/\(RunReport.fileName)"
                try RunReport(
                    record: run.record, data: data, bestOf: best ? run.history() : nil, threads: threads
                ).write(
                    run.model, history: history, losses: true,
                    evaluation: evaluation(of: run, console), prior: prior, to: path)
                paths.append(path)
            }
            if !best, isWanted(.card), let record = run.record {
                let card = ModelCard(
                    run.model, record, history: history,
                    evaluation: (try? EvaluationRecord.ofRun(folder, run.model)) ?? nil,
                    classNames: data.classNames, files: Folder.names(target))
                if try card.write(to: target) {
                    paths.append("\(target)/\(ModelCard.fileName)")
                } else if self.figures.contains(.card) {
                    throw VAEError(
                        .cannotCreate, "\(target)/\(ModelCard.fileName)", "is somebody's own, and is kept",
                        advice: "Write the card to another folder: --out DIR.")
                }
            }
            try common.report(paths, WrittenFiles(files: paths), to: console)
        }
    }

    /// - Throws: `invalidArgument` for what is of the run, and not of one of its models.
    private func checkBest() throws(VAEError) {
        guard figures.contains(.card) else { return }
        throw VAEError(
            .invalidArgument, "card", "says what the run's folder has, and is of its last model",
            advice: "Leave --best out, or the card.")
    }

    /// - Throws: `invalidArgument` for what shows images, of which a table has none.
    private func checkTable() throws(VAEError) {
        for name in figures {
            let shown: String? =
                switch name {
                case .report: "report"
                case .card: nil
                case .figure(let figure): figure.showsImages ? figure.rawValue : nil
                }
            guard let shown else { continue }
            throw VAEError(
                .invalidArgument, shown, "shows images, and the model is of a table",
                expected: FigureName.drawn(ofTable: true).map(\.rawValue).joined(separator: ", "),
                advice: "For rows there are vae reconstruct, sample, interpolate and anomalies.")
        }
    }

    /// - Throws: `invalidArgument` for what shows a Gaussian latent space.
    private func checkCodes(_ run: SavedRun) throws(VAEError) {
        let drawn = FigureName.drawn(ofTable: run.model.standardization != nil, ofCodes: true)
        let advice =
            "There are \((drawn.map(\.rawValue) + (run.hasPage ? ["report"] : [])).joined(separator: ", "))."
        for name in figures {
            let other: String? =
                switch name {
                case .report, .card: nil
                case .figure(let figure): drawn.contains(figure) ? nil : figure.rawValue
                }
            if let other {
                try run.demandGaussian(
                    other, "shows a Gaussian latent space, and z is made of codes", advice: advice)
            }
        }
        if dimensions != nil {
            try run.demandGaussian("--dimensions", "are those of a Gaussian z", advice: advice)
        }
    }

    /// The evaluation of this very model by `vae evaluate`; nil where there is none.
    private func evaluation(of run: SavedRun, _ console: Console) -> EvaluationSummary? {
        do throws(VAEError) {
            return try EvaluationSummary.ofRun(folder, run.model, file: run.modelFile)
        } catch {
            console.warn("the report has no evaluation: \(error)")
            return nil
        }
    }

    private var options: FigureOptions {
        var options = FigureOptions()
        options.formats = format?.formats
        options.scale = scale
        options.dimensions = dimensions?.values
        options.grid = grid
        options.images = images
        options.pairs = pairs
        options.steps = steps
        options.samples = samples
        options.seed = seed
        return options
    }

    /// Which flag sets what the libraries name in their errors.
    private static let flags = [
        "grid": "--grid", "images": "--images", "pairs": "--pairs", "steps": "--steps",
        "samples": "--samples",
        "scale": "--scale", "dimensions": "--dimensions",
    ]
}

/// An output that can be made of a run: a picture, or the page to play with.
enum PlotName: ExpressibleByArgument, Equatable {
    case figure(FigureName)
    case report
    /// `README.md`.
    case card

    init?(argument: String) {
        if argument == "report" {
            self = .report
        } else if argument == "card" {
            self = .card
        } else if let name = FigureName(rawValue: argument) {
            self = .figure(name)
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] { FigureName.allCases.map(\.rawValue) + ["report", "card"] }
}

/// Kinds of file, with commas between them.
struct FormatList: CheckedArgument {
    let formats: [FigureFormat]

    init?(argument: String) {
        formats = argument.lowercased().split(separator: ",", omittingEmptySubsequences: false)
            .compactMap { FigureFormat(rawValue: String($0)) }
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).count
        guard formats.count == parts, Set(formats).count == parts else { return nil }
    }

    static func objection(to text: String) -> String {
        "it is no list of png, svg and pdf, each once at most"
    }
}

/// Two numbers with a comma between them.
struct DimensionPair: CheckedArgument {
    let values: [Int]

    init?(argument: String) {
        values = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard values.count == 2, argument.filter({ $0 == "," }).count == 1 else { return nil }
    }

    static func objection(to text: String) -> String { "it is no pair of whole numbers, such as 1,4" }
}
