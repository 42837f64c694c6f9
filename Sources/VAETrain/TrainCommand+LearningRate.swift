import Foundation
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

extension TrainCommand {
    /// `--find-learning-rate`: a few hundred steps at rising rates, what they say, and nothing trained.
    func findLearningRate(
        _ model: ModelConfiguration, _ training: TrainingConfiguration, on data: Dataset, threads: Int,
        _ console: Console
    ) throws {
        let options = LearningRateFinder.Options()
        let steps = options.steps
        console.note(
            "search    \(steps) steps at rates from \(Self.short(options.lowest)) to \(Self.short(options.highest)); epochs, rate and schedules are not used"
        )
        let folder = try LearningRateSearch.makeFolder(out, for: data)
        let search = try LearningRateSearch(
            model, training, on: data, threads: threads, products: chosenProducts ?? .filtered
        ) { step in console.status { _ in "learning rates: step \(step) of \(steps)" } }
        console.clearStatus()
        let points = search.finder.points
        let range =
            "\(Self.short(points[0].learningRate)) to \(Self.short(points[points.count - 1].learningRate))"
        let end =
            switch search.finder.end {
            case .reached: ""
            case .rose: "; there the loss had risen too far"
            case .diverged: "; with the next the loss was no longer a number"
            }
        console.note(
            "rates     \(range) in \(points.count) steps with batches of \(training.batchSize)\(end)")
        if let least = points.min(by: { $0.smoothed < $1.smoothed }) {
            console.note(
                "loss      least at \(Self.short(least.learningRate)), \(String(format: "%.2f", least.smoothed)), "
                    + "from \(String(format: "%.2f", points[0].smoothed))")
        }
        for path in try search.write(to: folder, pictures: !noFigures) {
            console.note("wrote     \(path.escapingControlCharacters())")
        }
        guard let suggestion = search.suggestion else {
            console.warn("no rate is suggested: the loss did not fall below where it began")
            return
        }
        console.result("learning rate: \(Self.short(suggestion))")
        console.result("train with: \(Self.command(with: suggestion))")
    }

    /// - Throws: `invalidArgument` for flags that say something of a training, and would say nothing here.
    func checkSearch() throws(VAEError) {
        guard findLearningRate else { return }
        for (flag, isGiven) in [
            ("--resume", resume != nil), ("--export-data", images.exportData != nil), ("--dry-run", dryRun),
            ("--film", film), ("--watch", watching.watch),
            ("--tensorboard", tensorBoard), ("--checkpoint-every", checkpointEvery != nil),
        ] where isGiven {
            throw VAEError(
                .invalidArgument, flag, "can't be combined with --find-learning-rate",
                advice: "Leave it away.")
        }
        guard optimizer.learningRate == nil else {
            throw VAEError(
                .invalidArgument, "--learning-rate", "is what --find-learning-rate looks for",
                advice: "Leave it away.")
        }
    }

    /// This command with the rate, without what belongs to the search.
    private static func command(with rate: Double) -> String {
        var rest: [String] = []
        var arguments = givenArguments
        while let argument = arguments.popFirst() {
            if argument == "--out" || argument == "--output" {
                arguments = arguments.dropFirst()
            } else if argument != "--find-learning-rate", !argument.hasPrefix("--out=") {
                rest.append(argument.shellQuoted)
            }
        }
        return (["vae-train"] + rest + ["--learning-rate", short(rate)]).joined(separator: " ")
    }

    /// "0.0012", and "1e-06" for what has many zeros.
    private static func short(_ rate: Double) -> String { String(format: "%.3g", rate) }
}

extension String {
    /// The text as a word of a shell.
    var shellQuoted: String {
        let plain =
            !isEmpty
            && utf8.allSatisfy { byte in
                byte >= 0x80 || Character(UnicodeScalar(byte)).isLetter
                    || Character(UnicodeScalar(byte)).isNumber
                    || "/._-+=:,@%".utf8.contains(byte)
            }
        let text = escapingControlCharacters()
        return plain ? text : "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
