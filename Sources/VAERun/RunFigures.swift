import Foundation
import VAE
import VAECore
import VAEData
import VAEFigures

/// The pictures at the end of a run.
package struct RunFigures {
    let model: VariationalAutoencoder
    let data: Dataset
    let history: [EpochReport]
    let threads: Int

    package init(model: VariationalAutoencoder, data: Dataset, history: [EpochReport], threads: Int) {
        self.model = model
        self.data = data
        self.history = history
        self.threads = threads
    }

    package func write(to folder: RunFolder) throws(VAEError) {
        if let test = data.test {
            let encoding = try model.encode(test, threads: threads)
            let axes = try PrincipalAxes(of: encoding)
            let scatter = try scatter(encoding, axes, labels: test.labels)
            try scatter.write(to: folder.file("latent-space.png"))
            try scatter.write(to: folder.file("latent-space.svg"))
            try reconstructions(test).write(to: folder.file("reconstructions.png"), scale: 2)
            try manifold(axes).write(to: folder.file("manifold.png"), scale: 2)
        }
        try losses().write(to: folder.file("losses.png"))
    }

    /// The data set's name as people write it.
    private var dataName: String {
        switch data.name {
        case "mnist": "MNIST"
        case "fashion-mnist": "Fashion-MNIST"
        case "synthetic": "Synthetic digits"
        default: data.name
        }
    }

    /// The test set's means, in the plane itself or on its two widest axes.
    private func scatter(_ encoding: Encoding, _ axes: PrincipalAxes, labels: [UInt8]?) throws(VAEError)
        -> LatentScatter
    {
        let (xs, ys, xLabel, yLabel): ([Float], [Float], String, String)
        switch encoding.latentSize {
        case 1:
            (xs, ys) = (encoding.mean, encoding.logVariance.map { exp(0.5 * $0) })
            (xLabel, yLabel) = ("z₁", "posterior standard deviation")
        case 2:
            xs = stride(from: 0, to: encoding.mean.count, by: 2).map { encoding.mean[$0] }
            ys = stride(from: 1, to: encoding.mean.count, by: 2).map { encoding.mean[$0] }
            (xLabel, yLabel) = ("z₁", "z₂")
        default:
            (xs, ys) = (axes.coordinates(encoding, along: 0), axes.coordinates(encoding, along: 1))
            (xLabel, yLabel) = (axisLabel(axes, 0), axisLabel(axes, 1))
        }
        let what = encoding.latentSize == 1 ? "mean and width of q(z|x)" : "mean of q(z|x)"
        return try LatentScatter(
            points: zip(xs, ys).map { SIMD2($0, $1) }, labels: labels, title: "\(dataName) in latent space",
            subtitle: [
                "\(what) of \(grouped(Double(encoding.count))) test images",
                history.last?.test.map { String(format: "test loss %.2f nats per image", $0.total) },
                history.last.map { "epoch \($0.epoch)" },
            ].compactMap(\.self).joined(separator: ", "),
            xLabel: xLabel, yLabel: yLabel, legendTitle: "digit", showsPrior: encoding.latentSize == 2)
    }

    private func axisLabel(_ axes: PrincipalAxes, _ index: Int) -> String {
        String(
            format: "principal axis %d of %d dimensions (%.0f%% of variance)", index + 1, axes.mean.count,
            100 * axes.share(of: index))
    }

    /// The first test image of each class, or the first ten.
    private func reconstructions(_ test: ImageSet) throws(VAEError) -> ReconstructionGrid {
        var chosen = Array(0..<min(10, test.count))
        if let labels = test.labels {
            let classes = Set(labels).sorted().prefix(12)
            chosen = classes.compactMap { labels.firstIndex(of: $0) }
        }
        var pixels: [UInt8] = []
        for index in chosen { pixels += test.slice(index..<index + 1).pixels }
        let images = try ImageSet(shape: test.shape, pixels: pixels)
        let losses = try model.losses(of: images, sampling: false, threads: threads)
        return try ReconstructionGrid(
            inputs: FloatImages(images, at: 0..<images.count),
            reconstructions: FloatImages(
                shape: test.shape, values: model.reconstruct(images, threads: threads)),
            losses: zip(losses.reconstruction, losses.kl).map { Double($0 + $1) },
            title: "Test images and their reconstructions", subtitle: "z = mean of q(z|x); loss in nats")
    }

    /// The plane decoded at normal quantiles, so that equal steps hold equal shares of the prior (or, on principal axes, of a
    /// Gaussian as wide as the cloud).
    private func manifold(_ axes: PrincipalAxes) throws(VAEError) -> ManifoldGrid {
        let side = 20
        let quantiles = (0..<side).map { normalQuantile((Double($0) + 0.5) / Double(side)) }
        let size = model.configuration.latentSize
        let rows = size == 1 ? [0.0] : quantiles.reversed()
        var latents: [Float] = []
        for second in rows {
            for first in quantiles {
                switch size {
                case 1: latents.append(Float(first))
                case 2: latents += [Float(first), Float(second)]
                default: latents += axes.point(first, second)
                }
            }
        }
        let plane =
            size <= 2
            ? ("z₁", "z₂")
            : ("principal axis 1, standard deviations", "principal axis 2, standard deviations")
        return try ManifoldGrid(
            tiles: FloatImages(
                shape: model.configuration.imageShape, values: model.decode(latents, threads: threads)),
            columns: quantiles, rows: rows, title: "The decoded latent plane",
            subtitle: "decoder means on a \(side)×\(rows.count) grid of normal quantiles", xLabel: plane.0,
            yLabel: plane.1)
    }

    private func losses() throws(VAEError) -> LossCurves {
        func part(_ losses: Losses) -> LossCurves.Losses {
            LossCurves.Losses(total: losses.total, reconstruction: losses.reconstruction, kl: losses.kl)
        }
        return try LossCurves(
            epochs: history.map {
                LossCurves.Epoch($0.epoch, train: part($0.train), test: $0.test.map(part))
            },
            title: "Losses", subtitle: "\(dataName), nats per image")
    }
}
