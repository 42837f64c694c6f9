import VAECore

/// Images above their reconstructions above the difference of the two, one column an image.
public struct ReconstructionGrid: Figure {
    /// Neighbouring columns under one heading.
    public struct Group: Sendable, Equatable {
        /// Empty for none.
        public let heading: String
        /// The number of columns.
        public let count: Int

        /// Columns under a heading.
        public init(_ heading: String, count: Int) {
            self.heading = heading
            self.count = count
        }
    }

    public let size: Size
    public let title: String
    private let heading: Heading
    private let headings: [String]
    /// The losses below the columns, as text; nil for none.
    private let losses: [String]?
    private let lossHeading: String
    private let layout: ReconstructionLayout
    private let pictures: [[Raster]]

    private static let bold = TextStyle(size: 14, isBold: true)

    /// - Parameters:
    ///   - inputs: the upper row
    ///   - reconstructions: what the model makes of each, in the same order
    ///   - losses: one an image, in nats, written below its column
    ///   - bands: groups of columns from the left, band below band; the images in their order. nil puts all into
    ///     one band without a heading.
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    ///   - rowHeadings: what to call the three rows
    ///   - lossHeading: what to call the row of losses
    /// - Throws: `invalidArgument` when the two sets differ in shape or number, the bands hold another number of
    ///   images, a band has more than 64, losses and images differ in number, or the headings are not three.
    public init(
        inputs: FloatImages, reconstructions: FloatImages, losses: [Double]? = nil, bands: [[Group]]? = nil,
        title: String = "", subtitle: String = "",
        rowHeadings: [String] = ["input", "reconstruction", "difference"],
        lossHeading: String = "loss in nats"
    ) throws(VAEError) {
        let bands = bands ?? [[Group("", count: inputs.count)]]
        try ReconstructionGrid.check(inputs, reconstructions, losses, bands, rowHeadings)
        var pictures: [[Raster]] = [[], [], []]
        for index in 0..<inputs.count {
            pictures[0].append(try inputs.picture(at: index))
            pictures[1].append(try reconstructions.picture(at: index))
            pictures[2].append(try inputs.difference(from: reconstructions, index))
        }
        self.pictures = pictures
        self.lossHeading = lossHeading
        self.title = title
        headings = rowHeadings
        // Letters are at most 0.7 of the font size wide on average; longer headings are shortened.
        let longest = rowHeadings.map(\.count).max() ?? 0
        let ruler = try Canvas.ruler()
        var heading: Heading?
        layout = ReconstructionLayout(
            bands: bands, shape: inputs.shape,
            left: 24 + min(240, Double(longest) * Self.bold.size * 0.7).rounded(.up) + 12,
            hasLosses: losses != nil
        ) { tile in
            // Losses may be written somewhat smaller, as long as they can be read.
            losses.map {
                0.75 * ruler.width(of: Self.texts($0, tile), .tick) + ReconstructionLayout.leastTextGap
                    - ReconstructionLayout.gap
            } ?? 0
        } headingWidth: {
            $0.isEmpty ? 0 : ruler.width(of: $0, Self.bold)
        } top: { width in
            let made = Heading(title: title, subtitle: subtitle, width: width - 48, on: ruler)
            heading = made
            return made.height
        }
        self.heading = heading ?? Heading(title: "", subtitle: "", width: 0, on: ruler)
        self.losses = losses.map { [layout] in Self.texts($0, layout.tile) }
        size = layout.size
    }

    private static func texts(_ losses: [Double], _ tile: Size) -> [String] {
        // As many decimals as tell them apart: losses of a pixel or a few are small, those of a photograph have five digits.
        let largest = losses.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
        let decimals = largest < 10 ? 2 : largest >= 1000 || tile.width < 44 && largest >= 100 ? 0 : 1
        return losses.map { $0.isFinite ? Ticks.format($0, decimals: decimals) : "–" }
    }

    private static func check(
        _ inputs: FloatImages, _ reconstructions: FloatImages, _ losses: [Double]?, _ bands: [[Group]],
        _ headings: [String]
    ) throws(VAEError) {
        guard inputs.shape == reconstructions.shape, inputs.count == reconstructions.count else {
            throw VAEError(
                .invalidArgument, "reconstructions", "do not match the inputs",
                expected: "\(inputs.count) images of \(inputs.shape)",
                found: "\(reconstructions.count) of \(reconstructions.shape)")
        }
        let counts = bands.map { $0.map(\.count) }
        guard counts.allSatisfy({ !$0.isEmpty && $0.allSatisfy((1...64).contains) && $0.reduce(0, +) <= 64 })
        else {
            throw VAEError(
                .invalidArgument, "images", "are too many for one row, or none", expected: "1 to 64",
                found: "\(counts)")
        }
        guard counts.joined().reduce(0, +) == inputs.count else {
            throw VAEError(
                .invalidArgument, "groups", "hold another number of images", expected: "\(inputs.count)",
                found: "\(counts)")
        }
        if let losses, losses.count != inputs.count {
            throw VAEError(
                .invalidArgument, "losses", "differ in number from the images", expected: "\(inputs.count)",
                found: "\(losses.count)")
        }
        guard headings.count == 3 else {
            throw VAEError(
                .invalidArgument, "row headings", "do not match the rows", expected: "3",
                found: "\(headings.count)")
        }
    }

    /// The largest whole multiple of an image that fits into a square (or half multiple, for small ones), or the
    /// image shrunk into it.
    static func tileSize(of shape: ImageShape, within side: Double) -> Size {
        let scale = side / Double(max(shape.width, shape.height))
        // Pictures are drawn at twice the size of a figure's units, where halves are whole.
        let factor = scale >= 1 ? (scale >= 4 ? scale.rounded(.down) : (2 * scale).rounded(.down) / 2) : scale
        return Size(
            width: max(1, (Double(shape.width) * factor).rounded()),
            height: max(1, (Double(shape.height) * factor).rounded()))
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: 24)
        for (row, pictures) in pictures.enumerated() {
            for (column, picture) in pictures.enumerated() {
                canvas.draw(picture, in: layout.rect(column, row: row))
            }
            for first in layout.firstColumns {
                let at = Point(layout.left - 14, layout.rect(first, row: row).midY)
                canvas.draw(
                    canvas.shortened(headings[row], Self.bold, toWidth: layout.left - 36), at: at, Self.bold,
                    .end,
                    .middle)
            }
        }
        for group in layout.groups where !group.heading.isEmpty {
            let first = layout.cell(group.first, row: 0)
            canvas.draw(
                group.heading, at: Point(first.minX, first.minY - 11), Self.bold, within: group.width)
        }
        drawScale(on: canvas)
        drawLosses(on: canvas)
    }

    /// Draws the scale of the differences' colours, to the right of their row.
    private func drawScale(on canvas: borrowing Canvas) {
        guard let last = layout.firstBandsLast else { return }
        // Beside rows that are too low for it, the scale is as high as all three.
        let beside = layout.cell(last, row: 2)
        let top = beside.height < 36 ? layout.cell(last, row: 0).minY : beside.minY
        let bar = Rect(x: beside.maxX + 14, y: top, width: 10, height: beside.maxY - top)
        let steps = Int(bar.height)
        for step in 0..<steps {
            canvas.fill(
                Rect(x: bar.x, y: bar.y + Double(step), width: bar.width, height: bar.height - Double(step)),
                Palette.heat(1 - Double(step) / Double(max(1, steps - 1))))
        }
        canvas.draw("1", at: Point(bar.maxX + 6, bar.minY), .tick, .start, .top)
        canvas.draw("0", at: Point(bar.maxX + 6, bar.maxY), .tick)
    }

    private func drawLosses(on canvas: borrowing Canvas) {
        guard let losses else { return }
        // One size for all, small enough for the widest.
        let widest = max(1, canvas.width(of: losses, .tick))
        let room = layout.cell(0, row: 0).width + ReconstructionLayout.gap - ReconstructionLayout.leastTextGap
        var style = TextStyle.tick
        style.size = min(style.size, style.size * room / widest)
        for first in layout.firstColumns {
            let y = layout.cell(first, row: 2).maxY + 22
            canvas.draw(
                lossHeading, at: Point(layout.left - 14, y), .tick, .end, within: layout.left - 36)
        }
        for (column, text) in losses.enumerated() {
            let at = layout.cell(column, row: 2)
            canvas.draw(text, at: Point(at.midX, at.maxY + 22), style, .middle)
        }
    }
}
