import Foundation
import VAE
import VAECore
import VAEData
import VAEReport

/// Makes `report.html` of a run, as often as it is asked for.
///
/// The parts that do not change while a model is trained are made once: the packed images, and the tables of what the run is made of.
package struct RunReport {
    package static let fileName = "report.html"

    private let name: DataName
    private let facts: [Report.Facts]
    private let treatment: Report.Treatment?
    private let test: ImageSet?
    private let images: PackedImages?
    private let threads: Int

    /// - Parameters:
    ///   - record: what the page says of the training; nil for nothing
    ///   - bestOf: the epochs of the whole training, where the page is of its best model; nil where it is of the last
    package init(
        record: RunRecord?, data: Dataset, bestOf epochs: [EpochReport]? = nil, threads: Int
    ) throws(VAEError) {
        name = DataName(data)
        var facts = record.map(RunReport.facts) ?? []
        if let epochs, let best = epochs.best, let place = facts.firstIndex(where: { $0.title == "Training" })
        {
            facts[place].rows.insert(
                .init(
                    "model",
                    "\(RunFolder.best), after epoch \(best.epoch) of \(epochs.count), which has the lowest test loss"
                ),
                at: 0)
        }
        self.facts = facts
        treatment = record?.data.options.map { Report.Treatment($0.pictures) }
        test = data.test
        var images: PackedImages?
        if let test {
            images = try PackedImages(
                test, limit: PackedImages.limit(isQuantized: record?.model.isQuantized ?? false))
        }
        self.images = images
        self.threads = threads
    }

    /// Writes the page at `path`, whole or not at all.
    /// - Parameter losses: measures every test image, for the page to sort them by. Without it a page costs an encoding of the
    ///   test set and little more.
    /// - Parameter evaluation: of this very model
    /// - Parameter prior: of the model's codes
    package func write(
        _ model: VariationalAutoencoder, history: [EpochReport], losses: Bool,
        evaluation: EvaluationSummary? = nil, prior: CodePrior? = nil, to path: String
    ) throws(VAEError) {
        var testSet: Report.TestSet?
        if let test, let images {
            testSet = try Report.TestSet(
                test, packed: images, model: model, measuringLosses: losses, threads: threads)
        }
        var report = Report(
            title: name.title, model: model, history: history, testSet: testSet, labelName: name.label,
            classNames: name.classes, facts: facts, evaluation: evaluation)
        report.treatment = treatment
        report.codePrior = prior
        try report.write(to: path)
    }

    static func facts(_ record: RunRecord) -> [Report.Facts] {
        let (data, training, environment) = (record.data, record.training, record.environment)
        let model = record.model
        let layers: [Report.Facts.Row] =
            if let listed = model.layers {
                [
                    .init("encoder layers", "\(listed.encoder.count)"),
                    .init("decoder layers", "\(listed.decoder.count)"),
                ]
            } else {
                [
                    .init("encoder filters", list(model.encoderFilters)),
                    .init("decoder filters", list(model.decoderFilters)),
                    .init("kernel", "\(model.kernelSize)×\(model.kernelSize)"),
                    .init("hidden units", list(model.encoderUnits)),
                    .init("decoder's hidden units", list(model.decoderUnits)),
                ]
            }
        func list(_ numbers: [Int]) -> String {
            numbers.isEmpty ? "none" : numbers.map(String.init).joined(separator: ", ")
        }
        return [
            Report.Facts(
                "Data",
                [
                    .init("name", data.name), .init("source", data.source),
                    .init("training images", grouped(Double(data.trainImages))),
                    .init("test images", grouped(Double(data.testImages))), .init("SHA-256", data.sha256),
                ]),
            Report.Facts(
                "Training",
                [
                    .init("epochs", "\(training.epochs)"), .init("batch size", "\(training.batchSize)"),
                    .init("optimiser", training.weightDecay == nil ? "Adam" : "AdamW"),
                    .init("learning rate", "\(training.learningRate)"),
                    .init("β₁, β₂", "\(training.beta1), \(training.beta2)"),
                    .init("ε", "\(training.epsilon)"),
                ]
                    + (model.isQuantized ? [] : [.init("KL weight", "\(training.klWeight)")]) + [
                        .init("seed", "\(training.seed)"),
                        .init("binarised images", training.binarization?.rawValue ?? "no"),
                    ] + (training.augmentation.map { [.init("augmented images", $0.description)] } ?? [])
                    + training.additions.map { .init($0.name, $0.value) }),
            Report.Facts(
                "Sizes",
                [.init("image", "\(model.imageShape)")] + layers + [
                    .init("hidden activation", model.hiddenActivation.rawValue),
                    .init("likelihood", model.likelihood.rawValue),
                ]
                    + (model.codebook.map {
                        [
                            .init("codes of an image", "\(model.latentSize)"),
                            .init("codebook", "\($0.size) of \($0.dimension) numbers"),
                            .init("commitment β", "\($0.commitment)"),
                            .init("running means γ", "\($0.decay)"),
                        ]
                    } ?? [.init("latent dimensions", "\(model.latentSize)")])),
            Report.Facts(
                "Environment",
                [
                    .init("version", environment.version), .init("started", environment.started),
                    .init("processor", environment.processor), .init("threads", "\(environment.threads)"),
                    .init("BLAS", environment.blas), .init("BLAS kernels", environment.blasKernels),
                    .init(
                        "products",
                        environment.computedBy),
                    .init("command", environment.command.joined(separator: " ")),
                ]),
        ]
    }
}

extension Report.Treatment {
    /// The treatment of a preparation, whose size and channels are the model's.
    init(_ preparation: PicturePreparation) {
        func values(_ colour: PicturePreparation.Colour) -> [UInt8] {
            [colour.red, colour.green, colour.blue]
        }
        let fit: Fit =
            switch preparation.fit {
            case .crop: .crop
            case .pad: .pad
            case .stretch: .stretch
            }
        self.init(
            fit: fit, background: values(preparation.background), padding: values(preparation.padding))
    }
}
