import Foundation
import VAE
import VAEConsole
import VAECore
import VAERun

extension TrainCommand {
    /// The run to its end, and what people are told of it.
    /// - Parameter series: the folder of the series that it is part of, with which to go on where it is interrupted
    /// - Throws: `Interruption.Stop` when a signal ended the training after one of its steps; `VAEError`.
    func conduct(_ session: RunSession, in series: String? = nil, _ console: Console, _ ranks: Ranks?) throws
    {
        let interruption = Interruption(announces: !console.isQuiet)
        defer { interruption.end() }
        session.describe(to: console)
        if let url = try watching.start(session) {
            console.result("watch: \(url)")
        }
        if !noFigures, !session.data.columns.isEmpty {
            let names = FigureName.drawn(
                ofTable: true, ofCodes: session.trainer.modelConfiguration.isQuantized
            ).map(\.rawValue).joined(separator: ", ")
            console.note("pictures  \(names); the others and the page show images, and a table has none")
        }
        func run() throws {
            try session.run(
                figures: !noFigures, film: film, tensorBoard: tensorBoard,
                checkpoints: checkpointEvery ?? .automatic,
                observer: RunWatch(session, in: series, console, interruption))
        }
        if let ranks { try ranks.job.run(session, run) } else { try run() }
        if let remark = session.history.remark(on: session.path) { console.warn(remark) }
        console.note("peak memory \(Machine.peakMemory >> 20) MiB")
        if watching.watch {
            console.note("the page ends with the training; go on with: vae watch \(session.path.shellQuoted)")
        }
        console.result("run folder: \(session.path.escapingControlCharacters())")
    }
}

extension [EpochReport] {
    /// What is to be known of a training that went on past its best: by more than a hundredth of the loss, and two nats, which a loss may waver
    /// by.
    /// - Parameter run: its folder
    func remark(on run: String) -> String? {
        guard let last, let best, best.epoch != last.epoch, let lowest = best.test?.total,
            let reached = last.test?.total, reached - lowest > Swift.max(2, 0.01 * abs(lowest))
        else { return nil }
        return
            "the test loss was lowest after epoch \(best.epoch), \(String(format: "%.2f", lowest)), and is \(String(format: "%.2f", reached)) now: "
            + "\(RunFolder.best) is the model of then, and vae plot \(run.shellQuoted) --best draws it. "
            + "More data, --augment, a smaller model, or fewer epochs (--patience) keep a model from learning by heart"
    }
}

/// Shows a run on the console, and ends it when a signal has come.
private final class RunWatch: RunObserver {
    private let console: Console
    private let interruption: Interruption
    /// The run folder, and that of the series which it is part of.
    private let path, whole: String
    /// Epochs of the whole training.
    private let epochs: Int
    /// The word for what is trained on.
    private let items: String
    private var clock = StepClock(imagesBefore: 0)

    init(_ session: RunSession, in series: String?, _ console: Console, _ interruption: Interruption) {
        self.console = console
        self.interruption = interruption
        path = session.path
        whole = series ?? session.path
        epochs = session.trainer.configuration.epochs
        items = session.data.columns.isEmpty ? "images" : "rows"
    }

    func checkInterruption() throws { try interruption.check() }

    func observe(_ event: RunSession.Event) {
        switch event {
        case .warning(let words): console.warn(words)
        case .finishedBefore(let epochs): console.note("the run is finished: \(counted(epochs, "epoch"))")
        case .epochBegins(_, let imagesDone): clock = StepClock(imagesBefore: imagesDone)
        case .step(let step): console.show(step, epochs: epochs, clock, of: items)
        case .epoch(let report): console.show(report, epochs: epochs, of: items)
        case .stoppedEarly(let best):
            console.note(
                "stopped early: no epoch after \(best) had a lower loss; its model is \(RunFolder.best)")
        case .interrupted(let position):
            console.warn("stopped \(position)")
            console.warn("go on with: \(resumeCommand)")
        case .failed(let position, let canGoOn):
            console.warn("the checkpoint \(position) is kept in \(path.escapingControlCharacters())")
            if canGoOn { console.warn("go on with: \(resumeCommand)") }
        case .codes(let lines): for line in lines { console.note(line) }
        case .trained: interruption.end()
        case .drawing(.film): console.status(force: true) { _ in "drawing the film" }
        case .drawing(.figures): console.status(force: true) { _ in "drawing figures" }
        }
    }

    /// The command that goes on with the run.
    private var resumeCommand: String {
        "vae-train --resume \(whole.shellQuoted)"
    }
}
