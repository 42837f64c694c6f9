import Foundation
import VAE
import VAECore
import VAEData
import VAEFigures

/// A search for a learning rate on some data, and what it leaves in a folder of its own: the points as a table, and a picture of them.
package struct LearningRateSearch {
    package static let table = "learning-rate.csv"
    /// The picture's name without its extension.
    package static let picture = "learning-rate"

    package let finder: LearningRateFinder
    private let name: DataName
    private let noun: String
    private let batchSize: Int

    /// - Throws: what `LearningRateFinder` throws; `diverged` when not even the first two steps gave finite numbers.
    package init(
        _ model: ModelConfiguration, _ training: TrainingConfiguration, on data: Dataset, threads: Int,
        products: Products, onStep: (Int) throws -> Void
    ) throws {
        finder = try LearningRateFinder(
            model, training, images: data.train, threads: threads, products: products, onStep: onStep)
        guard finder.points.count > 1 else {
            throw VAEError(
                .diverged, "loss", "is not a finite number at the lowest rate that is tried",
                advice: "Look at the data: vae data DIR. Or clip the gradients: --clip-norm.")
        }
        name = DataName(data)
        noun = data.columns.isEmpty ? "image" : "row"
        batchSize = training.batchSize
    }

    /// The suggestion in two digits; nil where there is none.
    package var suggestion: Double? {
        finder.suggestion.flatMap { Double(String(format: "%.1e", $0)) }
    }

    /// Makes the folder for what is found, new as a run's is.
    /// - Throws: `cannotCreate` when it exists and is not empty, or can't be made.
    package static func makeFolder(_ requested: String?, for data: Dataset) throws(VAEError) -> String {
        try RunFolder.make(requested, dataset: "\(data.name)-learning-rate", in: "runs")
    }

    /// Writes the table, and with `pictures` the curve, into a folder.
    /// - Returns: the paths written.
    /// - Throws: `cannotCreate` or `inputOutput` when a file can't be written.
    package func write(to folder: String, pictures: Bool) throws(VAEError) -> [String] {
        let table = RunFolder.join(folder, Self.table)
        try DurableFile.write(Array(csv.utf8), to: table)
        guard pictures else { return [table] }
        let figure = try figure()
        let picture = RunFolder.join(folder, Self.picture)
        try figure.write(to: picture + ".png", scale: 2)
        try figure.write(to: picture + ".svg")
        return [table, picture + ".png", picture + ".svg"]
    }

    /// Every number has the fewest digits that give it back exactly.
    private var csv: String {
        "step,learning_rate,loss,smoothed_loss\n"
            + finder.points.enumerated().map { step, point in
                "\(step + 1),\(point.learningRate),\(point.loss),\(point.smoothed)\n"
            }.joined()
    }

    private func figure() throws(VAEError) -> LearningRateCurve {
        let end =
            switch finder.end {
            case .reached: ""
            case .rose: ", until the loss had risen too far"
            case .diverged: ", until the loss was no longer a number"
            }
        let points = finder.points
        return try LearningRateCurve(
            rates: points.map(\.learningRate), losses: points.map(\.loss), smoothed: points.map(\.smoothed),
            suggestion: suggestion, title: "Loss of \(name.title) as the learning rate rises",
            subtitle:
                "\(grouped(Double(points.count))) steps with batches of \(grouped(Double(batchSize)))\(end); "
                + "the suggestion is a tenth of the rate with the least smoothed loss",
            lossLabel: "nats per \(noun)")
    }
}
