import Foundation
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun
import VAEWatch

extension TrainCommand {
    /// `--repeat`: the same training with several seeds, one after the other.
    func workSeries(of count: Int, _ console: Console, _ ranks: Ranks?) throws {
        guard count >= 2, count <= 1000 else {
            throw VAEError(
                .invalidArgument, "--repeat", "is out of range", expected: "2 to 1000", found: "\(count)")
        }
        for (flag, isGiven) in [
            ("--export-data", images.exportData != nil), ("--dry-run", dryRun),
            ("--find-learning-rate", findLearningRate), ("--watch", watching.watch),
        ] where isGiven {
            throw VAEError(
                .invalidArgument, flag, "can't be combined with --repeat",
                advice: flag == "--watch"
                    ? "Watch the series with another program: vae watch DIR." : "Leave it away.")
        }
        let first = training.seed ?? 0
        let (last, overflows) = first.addingReportingOverflow(UInt64(count - 1))
        guard !overflows else {
            throw VAEError(.invalidArgument, "--seed", "is too large for so many seeds after it")
        }
        let record = SeriesRecord(
            seeds: Array(first...last), arguments: Array(Self.givenArguments),
            directory: FileManager.default.currentDirectoryPath)
        let name = images.data.map { URL(fileURLWithPath: $0).lastPathComponent } ?? images.dataset?.rawValue
        let folder = try record.begin(out, name: name ?? "digits")
        try train(record, in: folder, console, ranks)
    }

    /// `--resume` of a series: the seeds that are not finished.
    func goOnSeries(
        _ record: SeriesRecord, in folder: String, _ console: Console, _ ranks: Ranks?
    ) throws {
        // All else was said when it began, and is the same for each of its runs.
        let other = Self.givenArguments.first { argument in
            argument.hasPrefix("-")
                && !Self.flagsOfResumedSeries.contains(where: {
                    argument == $0 || argument.hasPrefix("\($0)=")
                })
        }
        if let other {
            throw VAEError(
                .invalidArgument, String(other.prefix { $0 != "=" }),
                "can't be combined with --resume of a series",
                expected: Self.flagsOfResumedSeries.joined(separator: ", "),
                advice: "Leave it away, or go on with one run: vae-train --resume \(folder)/seed-N.")
        }
        guard var command = try? TrainCommand.parse(record.arguments) else {
            throw VAEError(
                .invalidData, RunFolder.join(folder, SeriesRecord.fileName),
                "holds arguments that this version does not know",
                advice: "Go on with its runs one by one: vae-train --resume \(folder)/seed-N.")
        }
        // Paths are as they were where the command was given.
        func absolute(_ path: String?) -> String? {
            path.map { $0.hasPrefix("/") ? $0 : RunFolder.join(record.directory, $0) }
        }
        command.images.data = absolute(command.images.data)
        command.model.file = absolute(command.model.file)
        command.threads = threads ?? command.threads
        command.quiet = quiet
        command.noColor = noColor
        try command.train(record, in: folder, console, ranks)
    }

    private static let flagsOfResumedSeries = ["--resume", "--threads", "--quiet", "-q", "--no-color"]

    private func train(
        _ record: SeriesRecord, in folder: String, _ console: Console, _ ranks: Ranks?
    ) throws {
        let threads = try workers(ranks)
        let products = chosenProducts ?? .filtered
        var known: Dataset?
        for (index, seed) in record.seeds.enumerated() {
            let path = SeriesRecord.folder(seed, of: folder)
            console.result("seed \(seed), run \(index + 1) of \(record.seeds.count)")
            if Folder.holds(RunFolder.configuration, path) {
                // Flags were checked when the series began, and of them only the seed is another now.
                var run = TrainCommand.plain
                (run.threads, run.noFigures, run.quiet, run.noColor) = (threads, noFigures, quiet, noColor)
                run.checkpointEvery = checkpointEvery
                try run.goOn(path, in: folder, console, ranks)
                continue
            }
            var asked = try training.configuration(objective, optimizer)
            asked.seed = seed
            let request = try images.request(seed: seed)
            // Images are those of the first seed, but for built-in digits, which are drawn by it.
            let data: Dataset
            if let known, known.name != DatasetChoice.synthetic.rawValue {
                data = known
            } else {
                data = try request.load { console.show($0) }
                console.clearStatus()
                if known == nil { introduce(console, products) }
                known = data
            }
            let (model, configuration) = try configuration(of: data, asked, console)
            let trainer = try Trainer(
                model, configuration, threads: threads, products: products, ranks: ranks?.job.communicator)
            try conduct(
                RunSession(trainer, data, request.record(of: data), folder: path, threads: threads),
                in: folder, console, ranks)
        }
        try summarize(record, in: folder, console)
    }

    /// Mean and spread of all seeds, and the comparison as files.
    private func summarize(_ record: SeriesRecord, in folder: String, _ console: Console) throws {
        let comparison = try RunComparison(record.seeds.map { SeriesRecord.folder($0, of: folder) })
        if !noFigures {
            _ = try ComparisonFiles(comparison).write(to: folder)
            try ComparisonPage.write(
                comparison, to: RunFolder.join(folder, ComparisonPage.fileName))
        }
        let losses = comparison.runs.compactMap { $0.last?.comparedLoss }
        if let spread = Spread(losses), spread.count == comparison.runs.count {
            let kind = comparison.runs.allSatisfy { $0.last?.test != nil } ? "test loss" : "loss"
            console.result(
                String(
                    format:
                        "%d seeds: %@ %.2f ± %.2f (mean and standard deviation), median %.2f, %.2f to %.2f",
                    spread.count, kind, spread.mean, spread.standardDeviation ?? 0, spread.median,
                    spread.least,
                    spread.largest))
        }
        console.result("series folder: \(folder.escapingControlCharacters())")
    }

    /// A command without flags.
    private static var plain: TrainCommand {
        do { return try TrainCommand.parse([]) } catch {
            preconditionFailure("vae-train needs a flag: \(error)")
        }
    }
}
