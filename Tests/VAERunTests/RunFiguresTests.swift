import Testing
import VAE
import VAECore
import VAEData

@testable import VAEFigures
@testable import VAERun

/// The pictures of runs on data of any kind.
@Suite struct RunFiguresTests {
    private func figures(
        _ labels: [Int]?, count: Int, shape: ImageShape = ImageShape(height: 4, width: 5),
        latentSize: Int = 2, test loss: Losses? = nil,
        train: Losses = Losses(reconstruction: 1, kl: 1)
    ) throws -> RunFigures {
        let pixels = (0..<count * shape.count).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let test = try ImageSet(
            shape: shape, pixels: pixels,
            labels: labels.map { all in (0..<count).map { all[$0 % all.count] } })
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [4], latentSize: latentSize))
        return try RunFigures(
            model: model, data: Dataset(name: "things", train: test, test: test, source: "s"),
            history: [
                EpochReport(
                    epoch: 1, train: train, test: loss, seconds: 1,
                    imagesPerSecond: 1)
            ], threads: 1)
    }

    private func texts(_ figure: some Figure) throws -> [String] {
        let log = TextLog()
        figure.draw(on: try Canvas(.png, size: figure.size, log: log))
        return log.entries.map(\.text)
    }

    /// "Each class" is said where each is there.
    @Test(arguments: [
        (1, "the first 12 of each class"), (2, "the first 6 of each class"), (10, "the first of each class"),
        (12, "the first of each class"), (13, "the first of 12 of the 13 classes"),
        (30, "the first of 12 of the 30 classes"), (200, "the first of 12 of the 200 classes"),
    ])
    func theFirstOfEachClass(classes: Int, heading: String) throws {
        let figure = try figures(Array(0..<classes), count: max(240, classes)).reconstructions()
        #expect(try texts(figure).contains(heading))
    }

    /// A loss that is a density's, which may be negative.
    @Test func lossesHaveARealMinusSign() throws {
        let figures = try figures(nil, count: 3, test: Losses(reconstruction: -400, kl: 13.5))
        #expect(try figures.latentSpace().title == "things in latent space, test loss −386.50")
    }

    /// The equation under the curves: a weight is one, and what is no multiple of the divergence is called so.
    @Test func lossesSayWhatTheyAre() throws {
        for (train, words) in [
            (Losses(reconstruction: 1, kl: 2), "reconstruction + KL"),
            (Losses(reconstruction: 1, kl: 2, klWeight: 4), "reconstruction + 4·KL"),
            (Losses(reconstruction: 1, kl: 2, klWeight: 4, penalty: 3), "reconstruction + penalty"),
            // The rounding of a sum is none.
            (
                Losses(reconstruction: 1, kl: 2, klWeight: 4, penalty: 8.000000000000002),
                "reconstruction + 4·KL"
            ),
        ] {
            let subtitle = "nats per image; total = \(words)"
            #expect(try texts(figures(nil, count: 3, train: train).losses()).contains(subtitle), "\(words)")
        }
    }

    @Test func fewImagesHaveNoBestAndNoPairTwice() throws {
        for (count, hasBest, rows) in [(1, false, 1), (2, false, 1), (3, true, 3), (40, true, 8)] {
            let figures = try figures(nil, count: count)
            #expect(try texts(figures.reconstructions()).contains("best") == hasBest, "\(count)")
            let lines = try texts(figures.interpolations())
            #expect(lines.contains("The one test image of things") == (count == 1))
            // A heading and a foot beside the rows, which are as high as their tiles and a gap.
            let height = try figures.interpolations().size.height
            let one = try self.figures(nil, count: 1).interpolations().size.height
            #expect(height == one + Double(rows - 1) * 64, "\(count): \(height) and \(one)")
        }
    }

    /// Every picture is drawn, also of one image and of one latent dimension.
    @Test(arguments: [(5, 200), (200, 5), (1, 28), (28, 1), (1, 1)], [1, 2, 3])
    func everyPictureOfOddShapes(size: (height: Int, width: Int), latentSize: Int) throws {
        let shape = ImageShape(height: size.height, width: size.width)
        for count in [1, 2, 20] {
            let figures = try figures([0, 10], count: count, shape: shape, latentSize: latentSize)
            for name in FigureName.drawn(ofTable: false) {
                let figure = try figures.figure(name)
                #expect(try figure.png(scale: name.scale).count > 100)
                // Nothing is cut.
                #expect(!(try texts(figure)).contains { $0.hasSuffix("…") }, "\(name)")
            }
        }
    }
}
