import Foundation
import Testing
import VAE
import VAEData
import VAEFigures

/// Runs the code of `VAEFigures.docc`: `ArticleTests` compares the two.
@Suite struct FiguresTests {
    private let folder = ScratchFolder()

    @Test func theFirstFiguresAreDrawn() throws {
        let model = try VariationalAutoencoder(ModelConfiguration(), seed: 3)
        let images = try SyntheticDigits.dataset(trainCount: 20, testCount: 0).train

        let lines = ManifoldGrid.quantiles(20)
        let latents = lines.reversed().flatMap { y in lines.flatMap { x in [Float(x), Float(y)] } }
        let tiles = try FloatImages(
            shape: model.configuration.imageShape, values: model.decode(latents))
        let grid = try ManifoldGrid(
            tiles: tiles, columns: lines, rows: lines.reversed(), title: "Decoded plane")

        try grid.write(to: "\(folder.path)/manifold.png", scale: 2)
        try grid.write(to: "\(folder.path)/manifold.pdf")

        let before = try FloatImages(images, at: 0..<10)
        let after = try FloatImages(
            shape: images.shape, values: model.reconstruct(images.slice(0..<10)))
        let comparison = try ReconstructionGrid(inputs: before, reconstructions: after)

        let film = try Film([grid, grid], seconds: 0.5, lastSeconds: 2)
        try film.write(to: "\(folder.path)/film.png")

        #expect(comparison.size.width > comparison.size.height / 2)
        let png = try Data(contentsOf: URL(filePath: "\(folder.path)/manifold.png"))
        #expect(Array(png.prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
        let pdf = try Data(contentsOf: URL(filePath: "\(folder.path)/manifold.pdf"))
        #expect(Array(pdf.prefix(4)) == Array("%PDF".utf8))
    }

    @Test func aFigureOfOnesOwnIsDrawn() throws {
        let histogram = Histogram(title: "Latent means", counts: [1, 4, 9, 5, 2])
        let row = FigureRow([histogram, histogram])
        try row.write(to: "\(folder.path)/histogram.svg")

        let raster = try histogram.raster()
        // Above the first bar the ground, within it the colour; the highest bar reaches further up.
        #expect(raster.colour(x: 75, y: 200) == .white && raster.colour(x: 75, y: 330) == Palette.primary)
        #expect(raster.colour(x: 200, y: 200) == Palette.primary)
        let svg = try Data(contentsOf: URL(filePath: "\(folder.path)/histogram.svg"))
        #expect(String(decoding: svg, as: UTF8.self).contains("<title>Latent means; Latent means</title>"))
    }
}

/// Bars side by side.
struct Histogram: Figure {
    let title: String
    let counts: [Int]

    var size: Size { Size(width: 400, height: 400) }

    func draw(on canvas: borrowing Canvas) {
        canvas.draw(title, at: Point(200, 38), .title, .middle)
        let most = Double(counts.max() ?? 1)
        let width = 300 / Double(counts.count)
        for (index, count) in counts.enumerated() {
            let height = 280 * Double(count) / most
            let bar = Rect(x: 50 + Double(index) * width, y: 350 - height, width: width - 4, height: height)
            canvas.fill(bar, Palette.primary)
            canvas.draw("\(count)", at: Point(bar.midX, bar.minY - 6), .tick, .middle)
        }
        canvas.strokeLine([Point(50, 350), Point(350, 350)], .frame)
    }
}
