import Foundation
import VAE
import VAECore
import VAEData
import VAEFigures

/// Watches a training and makes a film of it: the latent space and the decoded plane after every epoch.
///
/// What it keeps of an epoch does not grow with the data or the model: a few thousand points and a picture's worth of
/// decoded images, and at most forty epochs, evenly spread. All frames have the same axes, fitted to all epochs' points,
/// so frames are drawn when the film is made.
package struct FilmRecorder {
    private let test: ImageSet
    private let name: DataName
    private let epochs: Int
    private let threads: Int
    private let grid: Int
    private var frames: [Frame] = []

    /// What is kept of an epoch.
    private struct Frame {
        let epoch: Int
        let loss: Double?
        let points: [SIMD2<Float>]
        let labels: (x: String, y: String)
        /// The decoded grid, row by row from the top.
        let tiles: ImageSet
    }

    private static let mostPoints = 3000
    private static let mostFrames = 40
    /// Pixels of the decoded plane's side.
    private static let side = 420

    /// - Parameter epochs: of the whole training.
    /// - Throws: `invalidArgument` without test images.
    package init(data: Dataset, epochs: Int, threads: Int) throws(VAEError) {
        guard let test = data.test else {
            throw VAEError(.invalidArgument, "test images", "are none, and the film shows them")
        }
        // Evenly spread, as a test set's halves may differ.
        let count = min(test.count, Self.mostPoints)
        self.test = try test.selecting((0..<count).map { $0 * test.count / count })
        name = DataName(data.name)
        self.epochs = epochs
        self.threads = threads
        let longest = max(test.shape.height, test.shape.width)
        grid = min(15, max(5, Self.side / longest))
    }

    /// Whether an epoch becomes a frame: each of a short training, else every so many, and the last one.
    private func shows(_ epoch: Int) -> Bool {
        let step = (epochs + Self.mostFrames - 1) / Self.mostFrames
        return epoch == 1 || epoch == epochs || epoch.isMultiple(of: step)
    }

    /// Whether the film should be written after an epoch: so often that an interrupted training has one of half its
    /// epochs or more, and so seldom that all writing costs about twice the last.
    package func isDue(after epoch: Int) -> Bool { epoch == epochs || epoch & (epoch - 1) == 0 }

    /// Takes an epoch into the film.
    package mutating func add(_ report: EpochReport, _ model: VariationalAutoencoder) throws(VAEError) {
        guard shows(report.epoch) else { return }
        let encoding = try model.encode(test, threads: threads)
        let plane = try plane(of: encoding)
        let tiles = try FloatImages(
            shape: test.shape, values: model.decode(plane.grid(grid).latents, threads: threads))
        frames.append(
            Frame(
                epoch: report.epoch, loss: report.test?.total, points: plane.coordinates(encoding),
                labels: (plane.xLabel, plane.yLabel), tiles: try tiles.shrunk(to: Self.side / grid)))
    }

    /// The plane to show: with more than two dimensions, where principal axes turn and change places from epoch to
    /// epoch, turned so that the points stay as close as can be to where they were.
    private func plane(of encoding: Encoding) throws(VAEError) -> LatentPlane {
        guard encoding.latentSize > 2 else { return try LatentPlane(of: encoding) }
        let axes = try PrincipalAxes(of: encoding)
        let plain = LatentPlane(axes)
        guard let last = frames.last else { return plain }
        return LatentPlane(axes, Alignment(of: plain.coordinates(encoding), to: last.points))
    }

    /// Writes the film so far as an animated PNG, in place of one that is there.
    package func write(to path: String) throws(VAEError) {
        guard let last = frames.last else { return }
        let all = frames.flatMap(\.points)
        let isLine = last.tiles.count == grid
        let limits = try LatentScatter.Limits(fitting: all, showsPrior: !isLine)
        var pictures: [any Figure] = []
        for frame in frames { pictures.append(try figure(frame, limits, isLine: isLine)) }
        // About eight seconds in all, then time to look at the end.
        let pace = min(0.6, max(0.15, 8 / Double(frames.count)))
        try Film(pictures, seconds: pace, lastSeconds: 3).write(to: path)
    }

    private func figure(
        _ frame: Frame, _ limits: LatentScatter.Limits, isLine: Bool
    ) throws(VAEError) -> FigureRow {
        let quantiles = LatentPlane.quantiles(grid)
        let scatter = try LatentScatter(
            points: frame.points, labels: test.labels, classNames: name.classes,
            title: "\(name.title), epoch \(frame.epoch) of \(epochs)",
            subtitle: frame.loss.map { String(format: "test loss %.2f nats per image", $0) } ?? "",
            xLabel: frame.labels.x,
            yLabel: frame.labels.y, legendTitle: nil, showsPrior: !isLine, limits: limits,
            size: Size(width: 540, height: 566))
        let manifold = try ManifoldGrid(
            tiles: FloatImages(frame.tiles, at: 0..<frame.tiles.count), columns: quantiles,
            rows: isLine ? [0] : quantiles.reversed(),
            title: isLine ? "The line, decoded" : "The plane, decoded",
            subtitle: "at quantiles of the prior", xLabel: frame.labels.x,
            yLabel: isLine ? "" : frame.labels.y,
            side: Double(Self.side))
        return FigureRow([scatter, manifold])
    }
}
