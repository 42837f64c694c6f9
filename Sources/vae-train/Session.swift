import Foundation
import Kernels
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

/// One training run from its first line on the screen to its last file.
struct Session {
    let console: Console
    let request: DataRequest
    let data: Dataset
    let trainer: Trainer
    /// As asked for; the trainer may use fewer.
    let threads: Int
    private let convolutions: ConvolutionMethod

    init(
        console: Console, request: DataRequest, data: Dataset, model: ModelConfiguration,
        training: TrainingConfiguration, threads: Int, convolutions: ConvolutionMethod
    ) throws(VAEError) {
        guard training.batchSize <= data.train.count else {
            throw VAEError(
                .invalidArgument, "batch size", "is larger than the training set",
                expected: "at most \(data.train.count)", found: "\(training.batchSize)")
        }
        self.console = console
        self.request = request
        self.data = data
        self.threads = threads
        trainer = try Trainer(model, training, threads: threads, convolutions: convolutions)
        self.convolutions = convolutions
    }

    /// - Parameters:
    ///   - figures: makes the page after every epoch, and draws pictures at the end.
    ///   - film: also makes a film of the training.
    func run(in folder: RunFolder, figures: Bool, film: Bool) throws {
        describe(folder)
        let record = record()
        try folder.write(record, to: RunFolder.configuration)

        let epochs = trainer.configuration.epochs
        var recorder =
            film
            ? try FilmRecorder(
                data: data, latentSize: trainer.modelConfiguration.latentSize, epochs: epochs,
                threads: threads)
            : nil
        let page = figures ? try RunReport(record: record, data: data, threads: threads) : nil
        var start = ContinuousClock.now
        try trainer.fit(
            data.train, test: data.test,
            onStep: {
                console.show($0, epochs: epochs, seconds: (ContinuousClock.now - start) / .seconds(1))
            },
            onEpoch: { report in
                console.show(report, epochs: epochs)
                try folder.append(report)
                let model = trainer.model
                try model.save(to: folder.file(RunFolder.model))
                // Every test image is measured for the last page alone: it takes ten times what a page takes.
                try page?.write(
                    model, history: trainer.history, losses: report.epoch == epochs,
                    to: folder.file(RunReport.fileName))
                try recorder?.add(report, model)
                if let recorder, recorder.isDue(after: report.epoch) {
                    console.status(force: true) { _ in "drawing the film" }
                    try recorder.write(to: folder.file("film.png"))
                }
                start = .now
            })
        if figures {
            console.status(force: true) { _ in "drawing figures" }
            try RunFigures(model: trainer.model, data: data, history: trainer.history, threads: threads)
                .write(to: folder.path)
        }
        console.note("peak memory \(Machine.peakMemory >> 20) MiB")
        console.result("run folder: \(folder.path.escapingControlCharacters())")
    }

    private func describe(_ folder: RunFolder) {
        let shape = data.train.shape
        let (model, training) = (trainer.modelConfiguration, trainer.configuration)
        let limit =
            trainer.threads == Machine.processors
            ? "the machine has no more processors" : "a batch has no more parts"
        console.note(
            "threads   \(threads)"
                + (trainer.threads < threads ? " (\(trainer.threads) in use: \(limit))" : "")
                + ", seed \(training.seed)")
        console.note(
            "data      \(data.name.escapingControlCharacters()): \(grouped(Double(data.train.count))) training and "
                + "\(grouped(Double(data.test?.count ?? 0))) test images of \(shape) "
                + "(\(data.source.escapingControlCharacters()))")
        console.note(
            "model     \(grouped(Double(trainer.model.parameterCount))) parameters, filters "
                + model.encoderFilters.map(String.init).joined(separator: "-")
                + ", \(model.hiddenUnits) hidden units, \(model.latentSize) latent dimensions")
        console.note(
            "training  \(training.epochs) epochs, batches of \(training.batchSize), Adam \(training.learningRate)"
        )
        console.note("run       \(folder.path.escapingControlCharacters())")
        console.note("loss = reconstruction + KL, in nats per image")
    }

    private func record() -> RunRecord {
        RunRecord(
            model: trainer.modelConfiguration, training: trainer.configuration,
            parameters: trainer.model.parameterCount,
            data: request.record(of: data),
            environment: RunRecord.Environment(
                version: packageVersion, blas: OpenBLAS.configuration, blasKernels: OpenBLAS.core,
                convolutions: convolutions.rawValue, tiles: ConvolutionMethod.directInstructionSet,
                processor: Machine.processorName, threads: threads, started: Date().ISO8601Format(),
                command: CommandLine.arguments))
    }
}
