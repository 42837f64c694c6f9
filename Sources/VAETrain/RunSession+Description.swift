import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

extension RunSession {
    /// Says what is trained, on what and how, before the first step.
    func describe(to console: Console) {
        trainer.describe(on: data, threads: threads, to: console)
        console.note("run       \(path.escapingControlCharacters())")
        if let resumed { console.note("resumed   \(resumed)") }
        trainer.describeLosses(of: data, to: console)
    }
}

extension Trainer {
    /// Says what is trained, on what and how.
    /// - Parameter threads: as many as were asked for
    func describe(on data: Dataset, threads asked: Int, to console: Console) {
        let shape = data.train.shape
        let (network, training) = (modelConfiguration, configuration)
        let limit =
            threads == Machine.processors
            ? "the machine has no more processors" : "a batch has no more parts"
        let remarks = [
            ranks > 1 ? "of each of \(ranks) ranks" : nil,
            threads < asked ? "\(threads) in use: \(limit)" : nil, Threads.quota,
        ].compactMap(\.self)
        console.note(
            "threads   \(asked)" + (remarks.isEmpty ? "" : " (\(remarks.joined(separator: "; ")))")
                + ", seed \(training.seed)")
        let isTable = !data.columns.isEmpty
        let what =
            isTable ? "rows of \(grouped(Double(data.columns.count))) columns" : "images of \(shape)"
        console.note(
            "data      \(data.name.escapingControlCharacters()): \(grouped(Double(data.train.count))) training and "
                + "\(grouped(Double(data.test?.count ?? 0))) test \(what) "
                + "(\(data.source.escapingControlCharacters()))")
        console.note(
            "model     \(grouped(Double(model.parameterCount))) parameters, \(network.phrase)")
        console.note(
            "training  \(counted(training.epochs, "epoch")), batches of \(training.batchSize), "
                + "\(training.weightDecay == nil ? "Adam" : "AdamW") \(training.learningRate)"
                + training.schedule.phrase
                + (training.patience.map { ", patience \($0)" } ?? "")
                + (training.augmentation.map { ", images augmented (\($0))" } ?? "")
                + (training.binarization.map { ", images binarised (\($0.rawValue))" } ?? ""))
        for addition in training.additions {
            console.note("          \(addition.name): \(addition.value)")
        }
    }

    /// Says what the losses mean, and which columns have none.
    func describeLosses(of data: Dataset, to console: Console) {
        let isTable = !data.columns.isEmpty
        console.note(
            "loss = \(configuration.equation(of: modelConfiguration)), in nats per \(isTable ? "row" : "image")"
        )
        if let codebook = modelConfiguration.codebook {
            console.note(
                "the KL divergence is a constant, \(modelConfiguration.latentSize) × ln \(codebook.size): what codes cost under a uniform prior"
            )
        }
        if let test = configuration.testEquation {
            console.note("the test loss, by which epochs are compared, is \(test) after every epoch")
        }
        if modelConfiguration.likelihood.isDensity {
            console.note("the reconstruction is a density's: it can be negative")
        }
        if let names = data.standardization?.constantColumns, !names.isEmpty {
            let shown = names.prefix(8).map { "\"\($0.prefix(100))\"" }.joined(separator: ", ")
            let more = names.count > 8 ? " and \(names.count - 8) more" : ""
            console.warn(
                "column\(names.count == 1 ? "" : "s") \((shown + more).escapingControlCharacters()) never "
                    + "change\(names.count == 1 ? "s" : "") in the training rows, and \(names.count == 1 ? "is" : "are") 0 to the model"
            )
        }
    }
}

extension LearningRateSchedule {
    /// The words behind the learning rate in a line about the training; none for a constant one.
    fileprivate var phrase: String {
        let warmUp = warmUpEpochs == 0 ? "" : ", rising over \(Self.epochs(warmUpEpochs))"
        switch decay {
        case .constant: return warmUp
        case .cosine: return warmUp + ", falling along a cosine"
        case .step: return warmUp + ", times \(stepFactor) every \(Self.epochs(stepEpochs))"
        }
    }

    private static func epochs(_ count: Int) -> String { counted(count, "epoch") }
}
