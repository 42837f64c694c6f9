import VAE
import VAECore
import VAEReport

extension EvaluationSummary {
    /// The evaluation of a run's model as its page shows it, nil where there is none or the model has become another since.
    /// - Parameter file: the name of the model's file
    /// - Throws: `invalidData` when it is damaged.
    package static func ofRun(
        _ folder: String, _ model: VariationalAutoencoder, file: String = RunFolder.model
    ) throws(VAEError) -> EvaluationSummary? {
        if model.configuration.isQuantized {
            return try CodeEvaluation.ofRun(folder, model, file: file).map { EvaluationSummary($0) }
        }
        return try EvaluationRecord.ofRun(folder, model, file: file).map { EvaluationSummary($0) }
    }

    /// The numbers of a model's codes in words.
    package init(_ record: CodeEvaluation) {
        let items: Words.Items = record.model.imageShape.channels == 1 ? .images : .colourImages
        let (report, data) = (record.report, record.data)
        let binarised =
            switch record.settings.binarize {
            case "threshold": ", black and white by a threshold"
            case "stochastic": ", black and white by chance"
            default: ""
            }
        self.init(
            lead:
                "\(grouped(Double(data.testImages))) test images of \(DataName(data.name).title)\(binarised); "
                + "± is a standard error over images.",
            scale: Scale(record),
            tables: [
                Table(
                    "What an image costs", columns: items.units,
                    rows: [
                        .init(
                            "bound on −ln p(x)",
                            [
                                Words.number(report.bound, report.standardError),
                                Words.number(report.bitsPerValue, 4),
                            ]),
                        .init(
                            "reconstruction, −ln p(x|codes)", [Words.number(report.reconstruction)],
                            isPart: true),
                        .init(
                            "codes under the prior of counts", [Words.number(report.priorNats)], isPart: true),
                        .init("codes if all were equally likely", [Words.number(report.uniformNats)]),
                        .init("commitment, β‖z_e − z_q‖²", [Words.number(report.commitment, 3)]),
                    ],
                    remarks: [
                        "The bound is what it takes to send an image: its codes first, then what they leave open. The losses of models with "
                            + "Gaussian latents are bounds of the same kind."
                    ]),
                Table(
                    "The codebook", columns: [""],
                    rows: [
                        .init("codes", [grouped(Double(report.codes))]),
                        .init("used by test images", [grouped(Double(report.used))]),
                        .init("perplexity", [Words.number(report.perplexity, 1)]),
                        .init("codes of an image", [grouped(Double(report.positions))]),
                    ],
                    remarks: ["As many codes as the perplexity, used alike, would say as much."]),
            ])
    }
}

extension EvaluationSummary.Scale {
    /// The bound beside what one image for all costs.
    fileprivate init?(_ record: CodeEvaluation) {
        let report = record.report
        let marks: [(name: String, value: Double, kind: Mark.Kind, note: String)] = [
            (
                "pixelwise mean of the training images", record.pixelwiseMean, .baseline,
                "one image for all"
            ),
            ("this model: bound on −ln p(x)", report.bound, .model, "reconstruction + codes"),
            ("this model: reconstruction", report.reconstruction, .model, "codes not paid for"),
        ]
        let (low, worst) = (marks.map(\.value).min() ?? 0, marks.map(\.value).max() ?? 0)
        guard worst > low, (worst - low).isFinite else { return nil }
        let gained = record.pixelwiseMean - report.bound
        self.init(
            title: "What is a good value for the bound?", unit: Words.Items.images.units[0],
            marks: marks.sorted { $0.value > $1.value }.map {
                Mark(
                    $0.name, Words.number($0.value), place: ($0.value - low) / (worst - low), kind: $0.kind,
                    note: $0.note)
            },
            remark: gained > 0
                ? "The bound is \(Words.number(gained)) nats better than the pixelwise mean."
                : "The bound is no better than the pixelwise mean.")
    }
}
