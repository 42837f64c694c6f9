import Foundation
import VAE
import VAECore
import VAEEvaluation

/// The data that the page's scripts read: a JSON document, and arrays of numbers in base64 beside it.
struct ReportData {
    private let document: Document
    typealias Arrays = [(name: String, base64: [UInt8])]
    private var arrays: Arrays = []

    /// Points whose means and log-variances a page may hold, in bytes before base64.
    private static let pointBytes = 700_000
    /// More would only hide one another.
    static let mostPoints = 20_000

    init(_ report: Report) throws(VAEError) {
        let model = report.model
        arrays.append(("weights", Packing.base64(Packing.bytes(model.weights.flatMap(\.values)))))
        var points: Points?
        if let set = report.testSet {
            points =
                try model.configuration.isQuantized
                ? Self.addCodes(set, model, to: &arrays) : Self.addLatents(set, model, to: &arrays)
        }
        let codes = Codes(report)
        if let prior = report.codePrior {
            guard let codes, prior.size == codes.size,
                (prior.height, prior.width) == (codes.height, codes.width)
            else {
                throw VAEError(
                    .invalidArgument, "report", "has a prior of other codes than its model's",
                    expected: codes.map { "\($0.height)×\($0.width) of \($0.size) codes" }
                        ?? "none, for Gaussian latents",
                    found: "\(prior.height)×\(prior.width) of \(prior.size)")
            }
        }
        if codes?.hasPrior == true, let prior = report.codePrior {
            arrays.append(("prior", try Self.packed(prior)))
        }
        document = Document(
            title: report.title, version: packageVersion,
            model: try ReportPlan(model.configuration), configuration: model.configuration,
            prior: try Prior(model), codes: codes, klWeight: report.history.last.map(Self.klWeight) ?? 1,
            hasPenalty: report.history.contains { !$0.train.isWeightedSum } ? true : nil,
            weights: model.weights.map { Document.Weight(name: $0.name, shape: $0.shape) },
            history: report.history.map(Epoch.init), points: points, labelName: report.labelName,
            classNames: report.classNames, facts: report.facts,
            evaluation: report.evaluation, drawings: report.isOfDrawings, treatment: report.treatment)
    }

    /// The test set in latent space: means, log-variances, images, labels and losses.
    private static func addLatents(
        _ set: Report.TestSet, _ model: VariationalAutoencoder, to arrays: inout Arrays
    ) throws(VAEError) -> Points {
        let size = model.configuration.latentSize
        guard set.codes == nil, set.encoding.latentSize == size,
            set.images.shape == model.configuration.imageShape
        else {
            throw VAEError(
                .invalidArgument, "report", "has a test set of other shapes than its model",
                expected: "\(model.configuration.imageShape) in \(size) dimensions",
                found: "\(set.images.shape) in \(set.encoding.latentSize)")
        }
        let count = min(set.encoding.count, mostPoints, max(1, pointBytes / (4 * size)))
        let mean = Packing.Quantised(set.encoding.mean[..<(count * size)], columns: size)
        let logVariance = Packing.Quantised(set.encoding.logVariance[..<(count * size)], columns: size)
        arrays += [
            ("mean", Packing.base64(mean.bytes)), ("log-variance", Packing.base64(logVariance.bytes)),
        ]
        return addImages(
            set, count: count, mean: Range(mean), logVariance: Range(logVariance),
            axes: size > 2 ? Axes(try PrincipalAxes(of: set.encoding)) : nil, to: &arrays)
    }

    /// The images, labels and losses of a test set.
    static func addImages(
        _ set: Report.TestSet, count: Int, mean: Range? = nil, logVariance: Range? = nil, axes: Axes? = nil,
        to arrays: inout Arrays
    ) -> Points {
        arrays.append(("images", set.images.base64))
        let classes = Set(set.images.labels ?? []).sorted()
        if let labels = set.images.labels {
            let ranks = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
            arrays.append(
                ("labels", Packing.base64(Packing.bytes(labels[..<count].map { ranks[$0] ?? 0 }))))
        }
        var losses: [String: Range]?
        if let measured = set.losses {
            // What codes cost under a uniform prior is the same for all images.
            let parts =
                [("reconstruction", measured.reconstruction)]
                + (set.codes == nil ? [("kl", measured.kl)] : [])
            losses = [:]
            for (name, values) in parts {
                let packed = Packing.Quantised(values[..<count], columns: 1)
                arrays.append((name, Packing.base64(packed.bytes)))
                losses?[name] = Range(packed)
            }
        }
        return Points(
            total: set.images.total, count: count, images: min(set.images.count, count),
            labelled: set.images.labels != nil, classes: classes, mean: mean, logVariance: logVariance,
            losses: losses, axes: axes)
    }

    /// β of the loss of a test image: the one that schedules end with, and 1 where a capacity makes it that of a distance.
    private static func klWeight(_ report: EpochReport) -> Double {
        let losses = report.test ?? report.train
        return losses.isWeightedSum || report.test == nil ? losses.klWeight : 1
    }

    /// The document, safe inside a script element.
    func json() throws(VAEError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // JSON has no such numbers; the page shows the words.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let json = try? encoder.encode(document) else {
            throw VAEError(.invalidArgument, "report", "can't be written as JSON")
        }
        return Array(json).escapedForScript
    }

    /// The arrays as elements that no browser runs. Base64 has no character that HTML gives a meaning.
    func arrayElements() -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, base64) in arrays {
            bytes += "<script type=\"text/plain\" id=\"array-\(name)\">".utf8
            bytes += base64
            bytes += "</script>\n".utf8
        }
        return bytes
    }
}

extension ReportData {
    struct Document: Encodable {
        struct Weight: Encodable {
            let name: String
            let shape: [Int]
        }

        let title, version: String
        let model: ReportPlan
        let configuration: ModelConfiguration
        /// nil for N(0, I).
        let prior: Prior?
        /// Of a model with a codebook.
        let codes: Codes?
        /// β, the weight of the divergence in the losses.
        let klWeight: Double
        /// true where losses are not all reconstruction + β·KL; nil otherwise.
        let hasPenalty: Bool?
        let weights: [Weight]
        let history: [Epoch]
        let points: Points?
        let labelName: String
        let classNames: [String]
        let facts: [Report.Facts]
        let evaluation: EvaluationSummary?
        /// Whether there is a pad to draw on, rather than a place for picture files.
        let drawings: Bool
        let treatment: Report.Treatment?
    }

    /// A prior that was trained: a mixture of Gaussians, component by component.
    struct Prior: Encodable {
        let weights, means, deviations: [Float]

        init?(_ model: VariationalAutoencoder) throws(VAEError) {
            guard !model.configuration.prior.isStandard else { return nil }
            let prior = try model.prior()
            weights = prior.weights.map(Float.init)
            means = prior.means.map(Float.init)
            deviations = prior.variances.map { Float($0.squareRoot()) }
        }
    }

    /// Test images in latent space: of `total`, the first `count` with their means, the first `images` with their pixels.
    struct Points: Encodable {
        let total, count, images: Int
        let labelled: Bool
        /// All labels of the set, ascending: what a class looks like depends on its rank among them, which is what the page has of each image.
        let classes: [Int]
        /// Of Gaussian latents.
        let mean, logVariance: Range?
        let losses: [String: Range]?
        let axes: Axes?
    }

    /// The values that 0 and 65535 stand for, column by column.
    struct Range: Encodable {
        let low, high: [Float]

        init(_ packed: Packing.Quantised) { (low, high) = (packed.low, packed.high) }
    }

    /// The leading principal axes of the means.
    struct Axes: Encodable {
        let mean: [Double]
        let vectors: [[Double]]
        let shares: [Double]

        init(_ axes: PrincipalAxes) {
            let count = min(axes.axes.count, 8)
            mean = axes.mean
            vectors = Array(axes.axes[..<count])
            shares = (0..<count).map(axes.varianceShare(along:))
        }
    }

    struct Epoch: Encodable {
        struct Losses: Encodable {
            let total, reconstruction, kl: Double

            init(_ losses: VAE.Losses) {
                (total, reconstruction, kl) = (losses.total, losses.reconstruction, losses.kl)
            }
        }

        let epoch: Int
        let train: Losses
        let test: Losses?
        let seconds, imagesPerSecond: Double

        init(_ report: EpochReport) {
            epoch = report.epoch
            train = Losses(report.train)
            test = report.test.map(Losses.init)
            (seconds, imagesPerSecond) = (report.seconds, report.imagesPerSecond)
        }
    }
}
