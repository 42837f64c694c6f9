import Foundation
import VAE
import VAECore
import VAEEvaluation
import VAEData
import VAEFigures

/// Watches a training and makes a film of it: the latent space and the decoded plane after every epoch.
///
/// The part that it keeps of an epoch does not grow with the data or the model: a few thousand points and a picture's worth of
/// decoded images, and at most forty epochs, evenly spread; `save` keeps it for a run that is interrupted. All frames have the same axes, fitted to all epochs' points,
/// so frames are drawn when the film is made.
package struct FilmRecorder {
    private let test: ImageSet
    private let name: DataName
    private let epochs: Int
    private let threads: Int
    private let latentSize: Int
    /// Columns and rows of the decoded plane.
    private let grid: GridSize
    /// The classes of a conditional model that have rows of their own; nil for a model that knows of none.
    private let told: ClassRows?
    /// All labels of the test set, of which the film shows some images.
    private let classes: Set<Int>?
    private var frames: [FilmFrame] = []

    /// The film.
    package static let fileName = "film.png"
    /// The file of the frames it is drawn from, for a run that is gone on with.
    package static let framesName = "film.safetensors"
    private static let mostPoints = 3000
    private static let mostFrames = 40
    /// Pixels of the decoded plane's side.
    private static let side = 420

    /// - Parameters:
    ///   - latentSize: the model's number of latent dimensions.
    ///   - told: a conditional model's classes, ascending: in place of the decoded plane there is a line of it for each, of many for some,
    ///     evenly spread
    ///   - epochs: of the whole training.
    /// - Throws: `invalidArgument` without test images.
    package init(
        data: Dataset, latentSize: Int, told: [Int] = [], epochs: Int, threads: Int
    ) throws(VAEError) {
        guard let test = data.test else {
            throw VAEError(.invalidArgument, "test images", "are none, and the film shows them")
        }
        // Evenly spread, as a test set's halves may differ.
        let count = min(test.count, Self.mostPoints)
        self.test = test.selecting((0..<count).map { $0 * test.count / count })
        name = DataName(data)
        self.latentSize = latentSize
        self.epochs = epochs
        self.threads = threads
        let side = (Double(test.shape.height) * Double(test.shape.width)).squareRoot()
        grid = GridSize(min(15, max(5, Int(Double(Self.side) / side))), for: test.shape)
        self.told = told.isEmpty ? nil : ClassRows(told, in: grid)
        classes = test.labels.map(Set.init)
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
        guard shows(report.epoch), let loss = report.test?.total else { return }
        let encoding = try model.encode(test, threads: threads)
        let plane = try plane(of: encoding)
        let prior = try model.prior(threads: threads)
        // A line fills its rows one by one.
        func line(_ rows: Int) -> [Float] {
            plane.quantiles(grid.columns * rows, prior).flatMap { plane.latent($0, 0) }
        }
        let values =
            if let told {
                try model.decode(
                    told.labels.flatMap { _ in line(told.rowsEach) },
                    classes: told.labels.flatMap {
                        [Int](repeating: $0, count: grid.columns * told.rowsEach)
                    }, threads: threads)
            } else {
                try model.decode(
                    plane.isLine ? line(grid.rows) : plane.grid(grid, prior).latents, threads: threads)
            }
        let tiles = try FloatImages(shape: test.shape, values: values)
        frames.append(
            FilmFrame(
                epoch: report.epoch, loss: loss, points: plane.coordinates(encoding),
                tiles: try tiles.shrunk(to: tileSide)))
    }

    /// The longer side of a decoded image, in pixels: as it is drawn, or twice that where the shorter side would be lost.
    private var tileSide: Int {
        let drawn = Self.side / (test.shape.width >= test.shape.height ? grid.columns : grid.rows)
        return grid.columns == grid.rows ? drawn : 2 * drawn
    }

    /// Writes what the film is made of, in place of what is there.
    package func save(to path: String) throws(VAEError) { try FilmFrames.write(frames, to: path) }

    /// Takes the frames of the first `epochs` epochs that `save` wrote.
    /// - Returns: whether none is missing.
    /// - Throws: `missingInput` when there is no such file; `invalidData` when it is not of this run.
    package mutating func goOn(from path: String, after epochs: Int) throws(VAEError) -> Bool {
        frames = try FilmFrames.read(
            path, points: test.count, tiles: grid.columns * (told?.rows ?? grid.rows), side: Self.side,
            channels: test.shape.channels
        ).filter { $0.epoch <= epochs && shows($0.epoch) }
        return frames.map(\.epoch) == (1...max(1, epochs)).prefix(epochs).filter(shows)
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
        guard !frames.isEmpty else { return }
        let all = frames.flatMap(\.points)
        let limits = try LatentScatter.Limits(fitting: all, showsPrior: latentSize > 1)
        var pictures: [any Figure] = []
        for frame in frames { pictures.append(try figure(frame, limits)) }
        // About eight seconds in all, then time to look at the end.
        let pace = min(0.6, max(0.15, 8 / Double(frames.count)))
        try Film(pictures, seconds: pace, lastSeconds: 3).write(to: path)
    }

    private func figure(_ frame: FilmFrame, _ limits: LatentScatter.Limits) throws(VAEError) -> FigureRow {
        let labels =
            switch latentSize {
            case 1: ("z₁", "standard deviation of q(z|x)")
            case 2: ("z₁", "z₂")
            default: ("principal plane of \(latentSize) dimensions", "")
            }
        let scatter = try LatentScatter(
            points: frame.points, labels: test.labels, classNames: name.classes, classes: classes,
            title: "\(name.title), epoch \(frame.epoch) of \(epochs)",
            subtitle: frame.loss.isFinite
                ? String(format: "test loss %.2f nats per image", frame.loss) : "test loss not finite",
            xLabel: labels.0, yLabel: labels.1, legendTitle: nil, hasOneScale: latentSize > 1, limits: limits,
            size: Size(width: 540, height: 566))
        return try FigureRow([scatter, decoded(frame, labels)])
    }

    private func decoded(_ frame: FilmFrame, _ labels: (String, String)) throws(VAEError) -> any Figure {
        let images = try FloatImages(frame.tiles, at: 0..<frame.tiles.count)
        if let told {
            let names = told.labels.map { name.name(ofClass: $0) }.joined(separator: ", ")
            let axis = latentSize > 2 ? "the first principal axis" : "z₁"
            return try SampleGrid(
                images: images, columns: grid.columns, gap: images.gapToTellApart,
                title: "Each \(name.label), decoded",
                subtitle: "along \(axis) at quantiles of the prior, from the top: \(names)",
                side: Double(Self.side))
        }
        if latentSize == 1 {
            return try SampleGrid(
                images: images, columns: grid.columns, gap: images.gapToTellApart, title: "The line, decoded",
                subtitle: "row by row at quantiles of the prior", side: Double(Self.side))
        }
        return try ManifoldGrid(
            tiles: images, columns: ManifoldGrid.quantiles(grid.columns),
            rows: ManifoldGrid.quantiles(grid.rows).reversed(), title: "The plane, decoded",
            subtitle: "at quantiles of the prior", xLabel: labels.0, yLabel: labels.1, side: Double(Self.side)
        )
    }
}

/// The rows of a sheet that shows classes one below the other.
private struct ClassRows {
    let labels: [Int]
    /// More than one where there are few classes.
    let rowsEach: Int

    var rows: Int { labels.count * rowsEach }

    init(_ classes: [Int], in grid: GridSize) {
        let shown = min(classes.count, grid.rows)
        labels = (0..<shown).map { classes[$0 * classes.count / shown] }
        rowsEach = max(1, grid.rows / shown)
    }
}
