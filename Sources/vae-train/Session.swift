import Foundation
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

/// One training run, or what is left of one, from its first line on the screen to its last file.
struct Session {
    let console: Console
    let data: Dataset
    let trainer: Trainer
    let folder: RunFolder
    let checkpoints: CheckpointStore
    let record: RunRecord
    /// As asked for; the trainer may use fewer.
    let threads: Int
    let checkpointEvery: CheckpointInterval
    /// The checkpoint that the run goes on from; nil for a run that begins.
    var resumed: Checkpoint?

    /// - Parameters:
    ///   - figures: makes the page after every epoch, and draws pictures at the end.
    ///   - film: also makes a film of the training.
    /// - Throws: `Interruption.Stop` when a signal ended the training after one of its steps; `VAEError`.
    func run(figures: Bool, film: Bool) throws {
        let interruption = Interruption(announces: !console.isQuiet)
        defer { interruption.end() }
        describe()
        try folder.write(record, to: RunFolder.configuration)
        try restoreModel()
        let tested = try data.asTested(by: trainer.configuration)
        var recorder = try filmRecorder(film, tested)
        if figures || recorder != nil, let warning = RunFigures.fontWarning(for: [data.name]) {
            console.warn(warning)
        }
        let page = figures ? try RunReport(record: record, data: tested, threads: threads) : nil
        if trainer.isFinished {
            console.note("the run is finished: \(trainer.history.count) epochs")
        } else {
            try train(interruption, &recorder, page)
        }
        interruption.end()
        if let recorder {
            console.status(force: true) { _ in "drawing the film" }
            try recorder.write(to: folder.file(FilmRecorder.fileName))
        }
        // Every test image is measured for the last page alone: it takes ten times what a page takes.
        // An evaluation that is there is of this model when the run was finished already.
        try page?.write(
            trainer.model, history: trainer.history, losses: true,
            evaluation: (try? EvaluationRecord.ofRun(folder.path, trainer.model)) ?? nil,
            to: folder.file(RunReport.fileName))
        if figures {
            console.status(force: true) { _ in "drawing figures" }
            try RunFigures(model: trainer.model, data: tested, history: trainer.history, threads: threads)
                .write(to: folder.path)
        }
        console.note("peak memory \(Machine.peakMemory >> 20) MiB")
        console.result("run folder: \(folder.path.escapingControlCharacters())")
    }

    /// The command that goes on with the run.
    var resumeCommand: String {
        let plain = folder.path.utf8.allSatisfy { byte in
            byte >= 0x80 || Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
                || "/._-+=:,@%".utf8.contains(byte)
        }
        let path = folder.path.escapingControlCharacters()
        return "vae-train --resume "
            + (plain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'")
    }

    private func train(
        _ interruption: Interruption, _ recorder: inout FilmRecorder?, _ page: RunReport?
    ) throws {
        do {
            try fit(interruption, &recorder, page)
        } catch let stop as Interruption.Stop {
            try saveCheckpoint()
            console.warn("stopped \(position)")
            console.warn("go on with: \(resumeCommand)")
            throw stop
        } catch let error as VAEError where Folder.exists(folder.path) {
            if let kept = try? checkpoints.read() {
                let position = Self.position(of: kept.checkpoint)
                console.warn(
                    "the checkpoint \(position) is kept in \(folder.path.escapingControlCharacters())")
                if error.kind != .diverged { console.warn("go on with: \(resumeCommand)") }
            }
            throw error
        }
        if trainer.history.count < trainer.configuration.epochs, let best = trainer.history.best {
            console.note(
                "stopped early: no epoch after \(best.epoch) had a lower loss; its model is \(RunFolder.best)"
            )
        }
    }

    /// What makes the film, with the epochs that a resumed run has behind it; nil where none is wanted. A run that was begun with a film
    /// goes on with it.
    private func filmRecorder(_ film: Bool, _ data: Dataset) throws(VAEError) -> FilmRecorder? {
        let frames = folder.file(FilmRecorder.framesName)
        let goesOn = resumed != nil && Folder.holds(FilmRecorder.framesName, folder.path)
        guard film || goesOn else { return nil }
        var recorder = try FilmRecorder(
            data: data, latentSize: trainer.modelConfiguration.latentSize,
            epochs: trainer.configuration.epochs, threads: threads)
        guard let finished = resumed?.history.count, finished > 0 else { return recorder }
        do throws(VAEError) {
            if goesOn, try recorder.goOn(from: frames, after: finished) { return recorder }
            console.warn("the film lacks epochs before \(finished + 1)")
        } catch {
            console.warn("\(error)")
            console.warn("the film begins with epoch \(finished + 1)")
        }
        return recorder
    }

    private func fit(
        _ interruption: Interruption, _ recorder: inout FilmRecorder?, _ page: RunReport?
    ) throws {
        let epochs = trainer.configuration.epochs
        var clock = StepClock(imagesBefore: (resumed?.stepsOfEpoch ?? 0) * trainer.configuration.batchSize)
        var (saved, cost) = (ContinuousClock.now, 0.0)
        try trainer.fit(
            data.train, test: data.test,
            onStep: { step in
                console.show(step, epochs: epochs, clock)
                try interruption.check()
                let taken = (step.epoch - 1) * step.stepsPerEpoch + step.step
                let seconds = (ContinuousClock.now - saved) / .seconds(1)
                // The end of an epoch has a checkpoint of its own.
                if step.step < step.stepsPerEpoch,
                    checkpointEvery.isDue(steps: taken, seconds: seconds, cost: cost)
                {
                    cost = try saveCheckpointOrWarn()
                    saved = .now
                }
            },
            whileTesting: { try interruption.check() },
            onEpoch: { report in
                console.show(report, epochs: epochs)
                let model = trainer.model
                // Before the checkpoint, so that a run which goes on from it finds the epoch's frame.
                try recorder?.add(report, model)
                try recorder?.save(to: folder.file(FilmRecorder.framesName))
                try folder.add(report, model, isBest: trainer.history.best?.epoch == report.epoch)
                cost = try saveCheckpoint()
                saved = .now
                if !trainer.isFinished {
                    try page?.write(
                        model, history: trainer.history, losses: false, to: folder.file(RunReport.fileName))
                }
                try interruption.check()
                if let recorder, recorder.isDue(after: report.epoch), !trainer.isFinished {
                    console.status(force: true) { _ in "drawing the film" }
                    try recorder.write(to: folder.file(FilmRecorder.fileName))
                }
                clock = StepClock(imagesBefore: 0)
            })
    }

    /// - Returns: the seconds it took.
    @discardableResult private func saveCheckpoint() throws(VAEError) -> Double {
        let start = ContinuousClock.now
        try checkpoints.write(trainer.checkpoint())
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Within an epoch a full disk is no reason to stop: the checkpoint before is there still, and space may come.
    private func saveCheckpointOrWarn() throws(VAEError) -> Double {
        do throws(VAEError) {
            return try saveCheckpoint()
        } catch {
            guard Folder.exists(folder.path) else { throw error }
            console.warn("no checkpoint now: \(error)")
            console.warn("training goes on; the checkpoint before it is kept")
            return 0
        }
    }

    /// Where a run was stopped between writing an epoch's checkpoint and its model, or a file was lost since, the checkpoint
    /// has the model.
    private func restoreModel() throws(VAEError) {
        guard let resumed, resumed.stepsOfEpoch == 0, !resumed.history.isEmpty else { return }
        let isBest = resumed.history.best?.epoch == resumed.history.count
        try folder.save(trainer.model, isBest: isBest)
    }

    private var position: String { Self.position(of: trainer.checkpoint()) }

    static func position(of checkpoint: Checkpoint) -> String {
        let epoch = checkpoint.history.count
        return checkpoint.stepsOfEpoch == 0
            ? "after epoch \(epoch)" : "in epoch \(epoch + 1), after its step \(checkpoint.stepsOfEpoch)"
    }
}
