import ArgumentParser
import Foundation
import VAE
import VAEConsole
import VAECore
import VAEEvaluation
import VAEData
import VAEFigures
import VAERun

/// `vae anomalies`: the images, or the rows of a table, that a model finds least likely.
struct AnomaliesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anomalies",
        abstract: "Rank images, or rows of a table, by likelihood, the least likely first.",
        discussion: """
            Ranks the run's test images, or images that are named, by −ln p(x), the highest first; or by parts of the loss at \
            z = μ, which takes a second. ln p(x) is integrated over z of one to three dimensions, and else, or with --samples, \
            estimated from draws (Burda and others 2016) of the posterior, a wider one and the prior. Prints a table; \
            --out writes a .csv of it, with a column "class" where classes have names, or a .png of the images, their \
            reconstructions and values.

            Of grey or coloured images under a Bernoulli likelihood, H is taken off first: the entropy of the image's own shades, \
            which no such model gets below, and which is most of what tells one photograph from another by −ln p(x).

            Likelihood goes with ink: a bold or crowded image has more to explain than a thin one, and a blank one is most \
            likely of all. Read it within images of one kind.

            Rows of a table, for a model of one, come with the columns that cost most: −ln p of each column at z = μ, in nats. A \
            density's nats can be negative. JSON also has the values, and what the model expected in their place.

            EXAMPLES
              vae anomalies runs/mnist                       half a minute on two cores
              vae anomalies runs/mnist -n 40 --out anomalies.png
              vae anomalies runs/mnist --by reconstruction --out all.csv -n 10000
              vae anomalies runs/mnist scans/ --fit pad --invert --samples 1000
              vae anomalies runs/sensors new.csv             rows, and their worst columns
            """)

    /// The quantity that images are ranked by.
    enum Measure: String, ExpressibleByArgument, CaseIterable {
        case likelihood, loss, reconstruction, kl

        var name: String {
            switch self {
            case .likelihood: "−ln p(x)"
            case .loss: "reconstruction + KL"
            case .reconstruction: "reconstruction"
            case .kl: "KL divergence"
            }
        }

        /// The name of what images are ranked by where their entropy is taken off.
        func name(lessEntropy: Bool) -> String {
            guard lessEntropy else { return name }
            return self == .loss ? "loss − H" : "\(name) − H"
        }

        /// The images that come first, and how many.
        func ranking(_ count: Int?, lessEntropy: Bool) -> String {
            let number = count.map { " \($0)" } ?? ""
            return self == .likelihood
                ? "The least likely\(number)\(lessEntropy ? ", their entropy taken off," : "")"
                : "The\(number) with the largest \(name(lessEntropy: lessEntropy))"
        }
    }

    @OptionGroup var model: ModelOptions
    @OptionGroup var images: ImageOptions

    @Option(help: ArgumentHelp("likelihood, loss, reconstruction or kl.", valueName: "measure"))
    var by = Measure.likelihood

    @Option(
        help: ArgumentHelp(
            "Estimate ln p(x) from K draws of z for each image, 1 to 1,000,000. (default: integrate over z of up to 3 dimensions, 100 draws of more)",
            valueName: "k"))
    var samples: Int?

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("How many to show.", valueName: "n"))
    var number = 20

    @Option(help: ArgumentHelp("Names the draws. (default: 0)", valueName: "n"))
    var seed: UInt64?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A .png or .csv file, in place of one that is there. (default: a table on standard output)",
            valueName: "path"))
    var out: String?

    @OptionGroup var common: CommonOptions

    /// Images of a picture, and of one of its rows.
    static let (most, perRow) = (240, 10)

    func run() throws {
        try common.run("vae anomalies", flags: ["samples": "--samples"]) {
            (console, threads) throws(VAEError) in
            let writesPicture = try checkedFlags()
            try OutputCheck(run: model.run, inputs: images.files)(out)
            let trained = try model.load()
            if by == .likelihood || by == .kl {
                try trained.demandGaussian(
                    "--by \(by.rawValue)",
                    by == .kl
                        ? "is the same for all images where z is made of codes"
                        : "weighs draws of q(z|x), and codes are not drawn",
                    advice: "Take --by reconstruction.")
            }
            if by == .likelihood, seed != nil, samples == nil, trained.model.canIntegrateLikelihood {
                throw VAEError(
                    .invalidArgument, "--seed", "names draws, and ln p(x) of this model is integrated",
                    advice: "Leave it out, or draw: --samples 100.")
            }
            guard !writesPicture || trained.model.standardization == nil else {
                throw VAEError(
                    .invalidArgument, "--out", "is a picture, and the model is of a table",
                    expected: "a name ending in .csv", found: out ?? "")
            }
            let input = try images.read(for: trained, console)
            let ranking = try rank(input, trained.model, threads, console)
            console.clearStatus()
            if by == .likelihood, !trained.configuration.likelihood.describesShades,
                try !input.images.areBinary
            {
                let shades = input.images.shape.channels == 1 ? "grey" : "shades of colours"
                console.note(
                    "The pixels are \(shades), and a \(trained.configuration.likelihood.name) decoder is no distribution of those: compare these images with one "
                        + "another only.")
            }
            guard let out else {
                if common.json { return try console.emit(json: document(ranking, trained, files: nil)) }
                return try console.emit(lines: table(ranking).map { $0.escapingControlCharacters() })
            }
            if writesPicture {
                if let warning = RunFigures.fontWarning(for: []) { console.warn(warning) }
                let picture = try picture(ranking, input, trained.model, threads)
                try DurableFile.write(picture.png(scale: 2), to: out)
            } else {
                try DurableFile.write(Array(csv(ranking).utf8), to: out)
            }
            try common.report([out], document(ranking, trained, files: [out]), to: console)
        }
    }

    /// - Returns: whether a picture is asked for.
    private func checkedFlags() throws(VAEError) -> Bool {
        try VAEError.require("--samples", samples ?? 1, in: 1...1_000_000)
        try VAEError.require("--number", number, in: 1...100_000_000)
        for (name, isGiven) in [("--samples", samples != nil), ("--seed", seed != nil)]
        where isGiven && by != .likelihood {
            throw VAEError(
                .invalidArgument, name, "is for --by likelihood", found: "--by \(by.rawValue)",
                advice: "Leave it out: nothing is drawn.")
        }
        guard let out else { return false }
        if out.lowercased().hasSuffix(".csv") { return false }
        guard out.lowercased().hasSuffix(".png") else {
            throw VAEError(
                .invalidArgument, "--out", "does not say what to write",
                expected: "a name ending in .png or .csv", found: out)
        }
        guard number <= Self.most else {
            throw VAEError(
                .invalidArgument, "--number", "is more than fit a picture", expected: "1 to \(Self.most)",
                found: "\(number)", advice: "Show fewer, or write a .csv file.")
        }
        return true
    }

    // MARK: Ranking

    /// The images that are shown, in order.
    struct Ranking {
        struct Entry {
            /// The place among the images that were read.
            let position: Int
            let name: ImageName
            let label: ImageLabel?
            /// The name of the label's class; nil without one.
            let className: String?
            /// In nats: −ln p(x), or a part of the loss.
            let value: Double
            /// What a Bernoulli model can't help of it; nil where there is no such floor.
            let entropy: Double?
            /// What images are ranked by.
            var excess: Double { value - (entropy ?? 0) }
            /// The standard error of the estimate from its draws, in nats; nil where nothing is estimated.
            let standardError: Double?
            let losses: (reconstruction: Double, kl: Double)
            /// Those that cost most, the dearest first; none for images.
            let columns: [ColumnCost]
            /// As people read it: the class's name, or its label where it has none; empty without a label.
            var shownLabel: String { className ?? label?.description ?? "" }
        }

        let entries: [Entry]
        /// What ``Entry/shownLabel`` is; nil where no image has one.
        var labelNoun: String? {
            if entries.contains(where: { $0.className != nil }) { return "class" }
            return entries.contains { $0.label != nil } ? "label" : nil
        }
        /// The number of images that were ranked.
        let count: Int
        /// What was ranked: image, or row.
        let noun: String
        /// Draws of z that ln p(x) was estimated from; nil for none.
        let draws: Int?
        /// Whether the entropy of the shades is taken off.
        let isLessEntropy: Bool
    }

    private func rank(
        _ input: ImageOptions.Input, _ model: VariationalAutoencoder, _ threads: Int, _ console: Console
    ) throws(VAEError) -> Ranking {
        let losses = try model.losses(of: input.images, sampling: false, threads: threads)
        var errors: [Double]?
        let values: [Double]
        let draws =
            by != .likelihood || samples == nil && model.canIntegrateLikelihood
            ? nil : samples ?? Evaluation.Options.usualSamples
        let floors =
            by == .kl ? nil : try GreyEntropy.floors(of: input.images, model.configuration.likelihood)
        switch by {
        case .likelihood:
            let found = try likelihood(of: input.images, model, draws: draws, threads, console)
            values = found.values.map { -$0 }
            errors = found.errors
        case .loss: values = zip(losses.reconstruction, losses.kl).map { Double($0) + Double($1) }
        case .reconstruction: values = losses.reconstruction.map(Double.init)
        case .kl: values = losses.kl.map(Double.init)
        }
        for at in values.indices {
            for value in [values[at], Double(losses.reconstruction[at]), Double(losses.kl[at])]
            where !value.isFinite {
                throw Finiteness.error("gives a loss of \(value) for image \(input.name(at))")
            }
        }
        // Of equal ones the earlier.
        let ranked = floors.map { zip(values, $0).map { $0 - $1 } } ?? values
        let order = values.indices.sorted { (ranked[$1], $0) < (ranked[$0], $1) }
        let shown = Array(order.prefix(number))
        let costs = try columnCosts(input, shown, model, threads)
        let entries = shown.enumerated().map { index, at in
            Ranking.Entry(
                position: at, name: input.name(at), label: input.labels?[at], className: input.className(at),
                value: values[at], entropy: floors?[at],
                standardError: errors?[at].finite,
                losses: (Double(losses.reconstruction[at]), Double(losses.kl[at])),
                columns: costs.isEmpty ? [] : costs[index])
        }
        return Ranking(
            entries: entries, count: values.count, noun: input.table == nil ? "image" : "row", draws: draws,
            isLessEntropy: floors != nil)
    }

    /// ln p(x) of each image, and the standard errors of estimates.
    private func likelihood(
        of images: ImageSet, _ model: VariationalAutoencoder, draws: Int?, _ threads: Int, _ console: Console
    ) throws(VAEError) -> (values: [Double], errors: [Double]?) {
        do {
            guard let draws else {
                let found = try model.integratedLikelihood(of: images, threads: threads) { share in
                    console.status { _ in "integrating: \(Int(100 * share))%" }
                }
                return (found.values, nil)
            }
            let found = try model.logLikelihood(
                of: images, samples: draws, seed: seed ?? 0, proposal: .mixture, threads: threads
            ) { done in
                console.status { _ in
                    "weighing draws: \(grouped(Double(done))) of \(grouped(Double(images.count))) images"
                }
            }
            return (found.values, found.standardErrors)
        } catch let error as VAEError {
            throw error
        } catch {
            throw VAEError(.unavailable, "estimate", "was cancelled")
        }
    }
}
