import VAE
import VAECore
import VAEData

extension RunSession {
    /// The error that an observer threw to end a training.
    private struct Interrupted: Error {
        let reason: any Error
    }

    /// Trains, and says what is kept where that ends before its time.
    func train(
        _ interval: CheckpointInterval, _ observer: any RunObserver, _ recorder: inout FilmRecorder?,
        _ page: RunReport?, _ log: (TensorBoardLog, Dataset)?
    ) throws {
        do {
            try fit(interval, observer, &recorder, page, log)
        } catch let interrupted as Interrupted {
            try endEarly(observer)
            throw interrupted.reason
        } catch let cancellation as CancellationError {
            try endEarly(observer)
            throw cancellation
        } catch let error as VAEError where Folder.exists(folder.path) {
            if let kept = try? checkpoints.read() {
                observer.observe(
                    .failed(kept: Position(kept.checkpoint), canGoOn: error.kind != .diverged))
            }
            throw error
        }
        if trainer.history.count < trainer.configuration.epochs, let best = trainer.history.best {
            observer.observe(.stoppedEarly(best: best.epoch))
        }
    }

    /// After an interruption: a checkpoint, from which this session or another one goes on.
    private func endEarly(_ observer: any RunObserver) throws(VAEError) {
        try saveCheckpoint()
        let position = Position(trainer.checkpoint())
        resumed = position
        observer.observe(.interrupted(position))
    }

    private func fit(
        _ interval: CheckpointInterval, _ observer: any RunObserver, _ recorder: inout FilmRecorder?,
        _ page: RunReport?, _ log: (TensorBoardLog, Dataset)?
    ) throws {
        func goesOn() throws {
            do { try observer.checkInterruption() } catch { throw Interrupted(reason: error) }
        }
        observer.observe(
            .epochBegins(
                trainer.history.count + 1,
                imagesDone: (resumed?.steps ?? 0) * trainer.configuration.batchSize))
        var (saved, cost) = (ContinuousClock.now, 0.0)
        var pageIsDue = ContinuousClock.now
        var rate: Double?
        try trainer.fit(
            data.train, test: data.test,
            onStep: { step in
                observer.observe(.step(step))
                rate = step.learningRate
                try goesOn()
                let taken = (step.epoch - 1) * step.stepsPerEpoch + step.step
                let seconds = (ContinuousClock.now - saved) / .seconds(1)
                // The end of an epoch has a checkpoint of its own.
                if step.step < step.stepsPerEpoch,
                    interval.isDue(steps: taken, seconds: seconds, cost: cost)
                {
                    cost = try saveCheckpointOrWarn(observer)
                    saved = .now
                }
            },
            whileTesting: goesOn,
            onEpoch: { report in
                warnOfReplacements(observer)
                observer.observe(.epoch(report))
                let model = self.model
                let file = try ModelFile(model, isBest: trainer.history.best?.epoch == report.epoch)
                // Before the checkpoint, so that a run which goes on from it finds the epoch's frame.
                try recorder?.add(report, model)
                try recorder?.save(to: folder.file(FilmRecorder.framesName))
                if let log { try add(report, learningRate: rate, to: log.0, log.1) }
                try folder.add(report)
                cost = try saveCheckpoint(with: file)
                try folder.save(file)
                saved = .now
                if !trainer.isFinished, let page, pageIsDue <= .now {
                    let start = ContinuousClock.now
                    try page.write(
                        model, history: trainer.history, losses: false, to: folder.file(RunReport.fileName))
                    // Where epochs are short, pages would take longer than they.
                    pageIsDue = .now + (ContinuousClock.now - start) * Self.pageInterval
                }
                try goesOn()
                guard !trainer.isFinished else { return }
                if let recorder, recorder.isDue(after: report.epoch) {
                    observer.observe(.drawing(.film))
                    try recorder.write(to: folder.file(FilmRecorder.fileName))
                }
                observer.observe(.epochBegins(report.epoch + 1, imagesDone: 0))
            })
    }

    /// Adds an epoch to the log, and after some epochs pictures: those after the last are added when it is measured.
    private func add(
        _ report: EpochReport, learningRate: Double?, to log: TensorBoardLog, _ data: Dataset
    ) throws(VAEError) {
        try log.add(report, learningRate: learningRate)
        guard !trainer.isFinished, TensorBoardLog.isDue(after: report.epoch) else { return }
        let model = trainer.modelConfiguration
        let drawn = FigureName.drawn(ofTable: !data.columns.isEmpty, ofCodes: model.isQuantized)
        // Draws of codes take a prior that is fitted to all training images.
        let wanted = TensorBoardLog.pictures.filter { $0 != .samples || !model.isQuantized }
        try log.add(
            drawn.filter(wanted.contains),
            of: RunFigures(
                model: trainer.model, data: data, history: trainer.history, threads: threads),
            step: report.epoch)
    }

    /// Times that a page takes between two of them, during which nothing but epochs is done: pages cost a twentieth of the time at most.
    private static let pageInterval = 20

    /// Says which images could not be read any more, and were replaced by others.
    private func warnOfReplacements(_ observer: any RunObserver) {
        for error in data.train.takeReplacements() + (data.test?.takeReplacements() ?? []) {
            observer.observe(.warning("\(error); the image after it is taken in its place"))
        }
    }

    /// - Parameter model: that of an epoch which has just ended
    /// - Returns: the seconds it took.
    @discardableResult func saveCheckpoint(with model: ModelFile? = nil) throws(VAEError) -> Double {
        let start = ContinuousClock.now
        try checkpoints.write(trainer.checkpoint(), with: model)
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Within an epoch a full disk is no reason to stop: the checkpoint before is there still, and space may come.
    private func saveCheckpointOrWarn(_ observer: any RunObserver) throws(VAEError) -> Double {
        do throws(VAEError) {
            return try saveCheckpoint()
        } catch {
            guard Folder.exists(folder.path) else { throw error }
            observer.observe(.warning("no checkpoint now: \(error)"))
            observer.observe(.warning("training goes on; the checkpoint before it is kept"))
            return 0
        }
    }
}
