import Testing
import VAECore

@testable import VAEFigures

/// Every figure of images as long and narrow as can be: its texts are whole, within the picture, and not over one another.
@Suite struct OddShapeTests {
    static let shapes = [
        ImageShape(height: 5, width: 200), ImageShape(height: 200, width: 5),
        ImageShape(height: 1, width: 28),
        ImageShape(height: 28, width: 1), ImageShape(height: 1, width: 1), ImageShape(height: 28, width: 28),
        ImageShape(height: 3, width: 800), ImageShape(height: 32, width: 32, channels: 3),
    ]

    private let title = "Test images of a folder with quite a long name and their reconstructions"
    private let subtitle =
        "z is the mean of q(z|x); loss = reconstruction + KL; difference is |input − reconstruction|"
    private let label = "principal axis 2 of 10 dimensions (12% of the variance)"

    private func images(_ count: Int, _ shape: ImageShape) throws -> FloatImages {
        var numbers = Numbers(seed: 3)
        return try FloatImages(shape: shape, values: (0..<count * shape.count).map { _ in numbers.next() })
    }

    private func expectReadable(_ figure: some Figure, _ name: String) throws {
        let entries = try textEntries(of: figure)
        let whole = Rect(x: 0, y: 0, width: figure.size.width, height: figure.size.height)
        for (index, entry) in entries.enumerated() {
            #expect(!entry.text.hasSuffix("…"), "\(name): \(entry.text)")
            #expect(
                whole.contains(Point(entry.box.minX, entry.box.minY))
                    && whole.contains(Point(entry.box.maxX, entry.box.maxY)), "\(name): \(entry)")
            for other in entries[..<index] {
                #expect(!entry.box.overlaps(other.box), "\(name): \(entry) \(other)")
            }
        }
        // Letters below 9 pixels are for nobody.
        #expect(entries.allSatisfy { min($0.box.width, $0.box.height) > 0.73 * 9 || $0.text.count == 1 })
    }

    @Test(arguments: shapes, [1, 2, 12])
    func reconstructions(shape: ImageShape, count: Int) throws {
        let inputs = try images(count, shape)
        for bands in [
            nil, [[.init("the first of 12 of the 30 classes", count: count)]],
            [(0..<count).map { .init("\($0 * 100): 7", count: 1) }],
        ] as [[[ReconstructionGrid.Group]]?] {
            for loss in [3.5, 1234.5, -12_345.6] {
                let losses = [Double](repeating: loss, count: count)
                try expectReadable(
                    ReconstructionGrid(
                        inputs: inputs, reconstructions: inputs, losses: losses, bands: bands, title: title,
                        subtitle: subtitle), "\(shape), \(count)")
            }
        }
    }

    @Test(arguments: shapes)
    func threeGroupsOfOne(shape: ImageShape) throws {
        let inputs = try images(4, shape)
        try expectReadable(
            ReconstructionGrid(
                inputs: inputs, reconstructions: inputs, losses: [1, 2, 3, 4],
                bands: [
                    [.init("the first", count: 1)],
                    [.init("best", count: 1), .init("median", count: 1), .init("worst", count: 1)],
                ], title: title, subtitle: subtitle), "\(shape)")
    }

    /// Losses have decimals enough to differ, and small pictures no more than fit.
    @Test(arguments: [
        ([0.512, 0.634], 28, "0.51"), ([5, -9.87], 1, "−9.87"), ([54.32, 10], 1, "54.3"),
        ([150.26, 1], 1, "150"), ([150.26, 1], 28, "150.3"), ([.nan, .infinity], 28, "–"),
    ])
    func decimals(losses: [Double], width: Int, text: String) throws {
        let inputs = try images(2, ImageShape(height: 28, width: width))
        let figure = try ReconstructionGrid(inputs: inputs, reconstructions: inputs, losses: losses)
        #expect(try textEntries(of: figure).contains { $0.text == text })
    }

    /// Losses below narrow columns don't run into each other: the space between two is no narrower than most of a digit.
    @Test func neighbouringLossesStandApart() throws {
        let inputs = try images(10, ImageShape(height: 96, width: 32))
        let figure = try ReconstructionGrid(
            inputs: inputs, reconstructions: inputs, losses: (0..<10).map { -7405.0 - Double($0) })
        let boxes = try textEntries(of: figure).filter { $0.text.hasPrefix("−74") }.map(\.box)
            .sorted { $0.minX < $1.minX }
        #expect(boxes.count == 10)
        for (left, right) in zip(boxes, boxes.dropFirst()) {
            #expect(right.minX - left.maxX >= 0.8 * left.width / 5, "\(left), \(right)")
        }
    }

    /// Columns with headings of their own stand at even distances in all bands.
    @Test func columnsWithHeadingsStandEvenly() throws {
        let inputs = try images(20, ImageShape(height: 32, width: 32))
        let names = (0..<20).map { "\($0): \($0 % 3 == 1 ? "triangle" : "ox")" }
        let figure = try ReconstructionGrid(
            inputs: inputs, reconstructions: inputs,
            bands: [names[..<10], names[10...]].map { $0.map { .init($0, count: 1) } })
        let entries = try textEntries(of: figure)
        let lefts = try names.map { name in try #require(entries.first { $0.text == name }).box.minX }
        for (upper, lower) in zip(lefts[..<10], lefts[10...]) {
            #expect(abs(upper - lower) < 0.01, "\(lefts)")
        }
        for (before, after) in zip(lefts[..<9], lefts[1..<10]) {
            #expect(abs((after - before) - (lefts[1] - lefts[0])) < 0.01, "\(lefts)")
        }
    }

    @Test(arguments: shapes, [1, 8])
    func interpolations(shape: ImageShape, pairs: Int) throws {
        for steps in [2, 11, 50] {
            for headings in [[], (0..<pairs).map { "\($0) → \($0 + 1)" }] {
                try expectReadable(
                    InterpolationGrid(
                        starts: images(pairs, shape), ends: images(pairs, shape),
                        steps: images(pairs * steps, shape), rowHeadings: headings, title: title,
                        subtitle: subtitle), "\(shape), \(steps)")
            }
        }
    }

    @Test(arguments: shapes, [(2, 2), (20, 20), (5, 40), (40, 5), (20, 1)])
    func planes(shape: ImageShape, size: (columns: Int, rows: Int)) throws {
        let grid = try ManifoldGrid(
            tiles: images(size.columns * size.rows, shape), columns: ManifoldGrid.quantiles(size.columns),
            rows: ManifoldGrid.quantiles(size.rows).reversed(), title: title, subtitle: subtitle,
            xLabel: label, yLabel: size.rows == 1 ? "" : label)
        try expectReadable(grid, "\(shape), \(size)")
    }

    @Test(arguments: shapes, [1, 100])
    func samples(shape: ImageShape, count: Int) throws {
        try expectReadable(
            SampleGrid(images: images(count, shape), title: title, subtitle: subtitle), "\(shape), \(count)")
    }

    @Test(arguments: [1, 2, 10, 100])
    func bars(count: Int) throws {
        let values = (0..<count).map { Double($0 + 1) / 7 }
        try expectReadable(
            DimensionBars(kl: values, variance: values, title: title, subtitle: subtitle), "\(count)")
    }

    /// Losses of any size, the usual ones also in the smallest figure that there may be.
    @Test(arguments: [0.01, 150, 1_234_567.8, -98_765.4])
    func losses(loss: Double) throws {
        let losses = Losses(reconstruction: loss * 1.1, kl: loss * 0.9)
        let epochs = (1...30).map {
            EpochReport(epoch: $0, train: losses, test: losses, seconds: 1, imagesPerSecond: 1)
        }
        try expectReadable(LossCurves(epochs: epochs, title: title, subtitle: subtitle), "\(loss)")
        let width = loss.magnitude < 10_000 ? 600.0 : 760
        let small = try textEntries(
            of: LossCurves(
                epochs: epochs, title: title, subtitle: subtitle, size: Size(width: width, height: 280)))
        // There a heading may be cut, and no number.
        #expect(!small.contains { $0.text.hasSuffix("…") && $0.text.contains { $0.isNumber } })
        #expect(small.allSatisfy { $0.box.maxX <= width && $0.box.maxY <= 280 })
    }

    @Test func smallScatters() throws {
        let scatter = try LatentScatter(
            points: [SIMD2(0, 0), SIMD2(1, 1)], title: title, subtitle: subtitle, xLabel: label, yLabel: "z₂",
            size: Size(width: 400, height: 360))
        for entry in try textEntries(of: scatter) {
            #expect(!entry.text.hasSuffix("…") || entry.text.hasPrefix("principal"), "\(entry)")
            #expect(entry.box.minX >= 0 && entry.box.maxX <= 400 && entry.box.maxY <= 360, "\(entry)")
        }
    }

    @Test func longTitlesTakeSeveralLines() throws {
        let canvas = try Canvas.ruler()
        let lines = canvas.wrapped(subtitle, .subtitle, toWidth: 200, mostLines: 9)
        #expect(lines.count > 2 && lines.joined(separator: " ") == subtitle)
        #expect(lines.allSatisfy { canvas.width(of: $0, .subtitle) <= 200 })
        // A word without an end is cut, and what is more than fits is not there.
        let word = String(repeating: "w", count: 100)
        let cut = canvas.wrapped(word, .subtitle, toWidth: 200, mostLines: 99)
        #expect(cut.joined() == word && cut.count > 3)
        let short = canvas.wrapped(word, .subtitle, toWidth: 200, mostLines: 2)
        #expect(short.count == 2 && short[1].hasSuffix("…"))
        #expect(canvas.wrapped("", .subtitle, toWidth: 200, mostLines: 2) == [])
        #expect(canvas.wrapped("w", .subtitle, toWidth: 1, mostLines: 3) == ["w"])
    }
}
