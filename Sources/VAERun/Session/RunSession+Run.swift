import VAE
import VAECore
import VAEData
import VAEReport

extension RunSession {
    /// Trains to the end and leaves the whole run folder. After an interruption it may be called again, and goes on.
    ///
    /// - Parameters:
    ///   - figures: writes `report.html`, a web page to explore the model with, after epochs (in a twentieth of the time at most) and at the end, and draws pictures then. Of a
    ///     table there is no page, which shows images, and only the pictures that show none.
    ///   - film: also makes `film.png`, an animated picture of the training. A run that was begun with a film goes on with it.
    ///   - tensorBoard: also writes events for TensorBoard: losses and rates of every epoch, pictures of some, and the test images' means for its projector.
    ///     A run that was begun with them goes on with them.
    ///   - checkpoints: how often the training is saved within an epoch; after each epoch it always is
    ///   - observer: who is told what happens and may end the training; nil for nobody
    /// - Throws: what `observer` threw to end the training, or `CancellationError` when the surrounding task was cancelled, both after a checkpoint; `invalidArgument`
    ///   when there are fewer images than a batch has; `diverged` when the loss is no longer a finite number; `inputOutput` or `cannotCreate`
    ///   when a file can't be written.
    public func run(
        figures: Bool = true, film: Bool = false, tensorBoard: Bool = false,
        checkpoints: CheckpointInterval = .automatic, observer: (any RunObserver)? = nil
    ) throws {
        let observer = observer ?? SilentObserver()
        var record = record
        if film { record.film = true }
        if tensorBoard { record.tensorBoard = true }
        try folder.write(record, to: RunFolder.configuration)
        // From here on whatever ends the run leaves something to go on from.
        if self.checkpoints.isEmpty { try saveCheckpoint() }
        if resumed != nil { try restoreModels(observer) }
        let tested = try data.asTested(by: trainer.configuration)
        var recorder = try filmRecorder(record.film == true, tested, observer)
        let goesOn = resumed != nil && TensorBoardLog.exists(in: folder.path)
        let log = record.tensorBoard == true || goesOn ? try TensorBoardLog(in: folder.path) : nil
        if figures || recorder != nil || log != nil, let warning = RunFigures.fontWarning(for: [data.name]) {
            observer.observe(.warning(warning))
        }
        let isTable = !data.columns.isEmpty
        let isQuantized = trainer.modelConfiguration.isQuantized
        let page = figures && !isTable ? try RunReport(record: record, data: tested, threads: threads) : nil
        if trainer.isFinished {
            observer.observe(.finishedBefore(epochs: trainer.history.count))
        } else {
            try train(checkpoints, observer, &recorder, page, log.map { ($0, tested) })
            if let remark = try remarkOnModel(tested) { observer.observe(.warning(remark)) }
        }
        let prior = try finishCodes(tested, observer)
        observer.observe(.trained)
        if let recorder {
            observer.observe(.drawing(.film))
            try recorder.write(to: folder.file(FilmRecorder.fileName))
        }
        // Every test image is measured for the last page alone: it takes ten times what a page takes.
        // An evaluation that is there is of this model when the run was finished already.
        try page?.write(
            trainer.model, history: trainer.history, losses: true,
            evaluation: (try? EvaluationSummary.ofRun(folder.path, trainer.model)) ?? nil, prior: prior,
            to: folder.file(RunReport.fileName))
        guard figures || log != nil else { return }
        observer.observe(.drawing(.figures))
        let pictures = try RunFigures(
            model: trainer.model, data: tested, history: trainer.history, prior: prior, threads: threads)
        let names = FigureName.drawn(ofTable: isTable, ofCodes: isQuantized)
        if let log { try finish(log, pictures, names) }
        guard figures else { return }
        try pictures.write(names, to: folder.path)
        let card = ModelCard(
            model, record, history: trainer.history,
            evaluation: (try? EvaluationRecord.ofRun(folder.path, model)) ?? nil,
            classNames: data.classNames, files: Folder.names(folder.path))
        guard try card.write(to: folder.path) else {
            observer.observe(
                .warning("\(ModelCard.fileName) in the run folder is somebody's own, and is left as it is"))
            return
        }
    }

    /// Adds what there is of the trained model to its log.
    private func finish(
        _ log: TensorBoardLog, _ pictures: RunFigures, _ names: [FigureName]
    ) throws(VAEError) {
        try log.add(names, of: pictures, step: trainer.history.last?.epoch ?? 0)
        guard !trainer.modelConfiguration.isQuantized else { return }
        try log.writeProjector(
            pictures.encoding(), pictures.test, classNames: pictures.name.classes,
            showsImages: data.columns.isEmpty)
    }

    /// The recorder of the film, with the epochs that a resumed run has behind it; nil where none is wanted. A run that was begun
    /// with a film goes on with it.
    private func filmRecorder(
        _ film: Bool, _ data: Dataset, _ observer: any RunObserver
    ) throws(VAEError) -> FilmRecorder? {
        let frames = folder.file(FilmRecorder.framesName)
        let goesOn = resumed != nil && Folder.holds(FilmRecorder.framesName, folder.path)
        guard film || goesOn else { return nil }
        guard !trainer.modelConfiguration.isQuantized else {
            throw VAEError(
                .invalidArgument, "film",
                "shows a Gaussian latent space, and this model's z is made of codes",
                advice: "Leave it out.")
        }
        guard self.data.columns.isEmpty else {
            throw VAEError(
                .invalidArgument, "film", "shows decoded images, and this is a table",
                advice: "Leave it out.")
        }
        var recorder = try FilmRecorder(
            data: data, latentSize: trainer.modelConfiguration.latentSize,
            told: trainer.modelConfiguration.classes,
            epochs: trainer.configuration.epochs, threads: threads)
        guard let finished = resumed?.epochs, finished > 0 else { return recorder }
        do throws(VAEError) {
            if goesOn, try recorder.goOn(from: frames, after: finished) { return recorder }
            observer.observe(.warning("the film lacks epochs before \(finished + 1)"))
        } catch {
            observer.observe(.warning("\(error)"))
            observer.observe(.warning("the film begins with epoch \(finished + 1)"))
        }
        return recorder
    }
}

/// Nobody.
private struct SilentObserver: RunObserver {}
