import Foundation
import VAE
import VAECore
import VAEEvaluation
import VAEFigures

extension RunFigures {
    /// The test set's means in the plane.
    func latentSpace() throws(VAEError) -> LatentScatter {
        let encoding = try encoding()
        let plane = try LatentPlane(of: encoding, dimensions: options.dimensions)
        let loss = history.last?.test.map { ", test loss \(Words.number($0.total))" } ?? ""
        let epochs = history.last.map { " after \($0.epoch) epoch\($0.epoch == 1 ? "" : "s")" } ?? ""
        let what = plane.isLine ? "means and standard deviations" : "means"
        return try LatentScatter(
            points: plane.coordinates(encoding), labels: test.labels, classNames: name.classes,
            title: "\(name.title) in latent space\(loss)",
            subtitle: "\(what) of q(z|x), \(grouped(Double(encoding.count))) test \(noun)s\(epochs); "
                + "loss in nats per \(noun)", xLabel: plane.xLabel, yLabel: plane.yLabel,
            legendTitle: name.label, showsPrior: model.configuration.prior.isStandard,
            hasOneScale: !plane.isLine)
    }

    /// The plane decoded.
    func manifold() throws(VAEError) -> ManifoldGrid {
        let encoding = try encoding()
        let plane = try LatentPlane(of: encoding, dimensions: options.dimensions)
        let prior = try model.prior(threads: threads)
        let grid = plane.grid(GridSize(options.grid, for: test.shape), prior)
        let size =
            plane.isLine
            ? "at \(grid.columns.count)" : "on a grid of \(grid.columns.count)×\(grid.rows.count)"
        return try ManifoldGrid(
            tiles: decoded(grid.latents), columns: grid.columns, rows: grid.rows,
            title: plane.isLine ? "The latent line, decoded" : "The latent plane, decoded",
            subtitle: "decoder means \(size) quantiles of the prior"
                + (prior.isStandard ? "" : "'s mean and spread") + (plane.remark.map { "; \($0)" } ?? "")
                + (model.configuration.classes.first.map { "; class \(name.name(ofClass: $0))" } ?? ""),
            xLabel: plane.xLabel, yLabel: plane.isLine ? "" : plane.yLabel)
    }

    /// The bars for what each dimension carries.
    func latentDimensions() throws(VAEError) -> DimensionBars {
        let prior = try model.prior(threads: threads)
        let activity = LatentActivity(of: try encoding().relative(to: prior))
        let count = activity.kl.count
        return try DimensionBars(
            kl: activity.kl, variance: activity.varianceOfMean,
            title: "\(activity.activeUnits) of \(count) latent dimension\(count == 1 ? "" : "s") active",
            subtitle: String(
                format: "%@, %@ test %@s, KL divergence %.2f nats in all%@", name.title,
                grouped(Double(test.count)), noun, activity.kl.reduce(0, +),
                prior.isStandard ? "" : ", from a Gaussian of the prior's mean and spread"))
    }

    func losses() throws(VAEError) -> LossCurves {
        let losses = history.last.map { $0.test ?? $0.train }
        let weight = losses?.klWeight ?? 1
        let penalty =
            history.contains { !$0.train.isWeightedSum }
            ? "penalty" : weight == 1 ? "KL" : String(format: "%g·KL", weight)
        return try LossCurves(
            epochs: history, title: "Losses on \(name.title)",
            subtitle: "nats per \(noun); total = reconstruction + \(penalty)")
    }
}
