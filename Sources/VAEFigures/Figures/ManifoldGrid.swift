import VAECore

/// The decoder's images of a grid of points of a two-dimensional latent space.
///
/// The grid's lines need not be equally far apart: quantiles of the prior are the usual choice. The axes
/// therefore carry the latent values of single rows and columns.
public struct ManifoldGrid: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    private let xLabel: String
    private let yLabel: String
    private let columns: [Double]
    private let rows: [Double]
    private let sheet: Raster
    private let area: Rect
    /// The pixels of the sheet from one tile to the next, and those of a tile.
    private let pitch, tile: Size

    private static let left = 92.0
    private static let right = 28.0
    private static let bottom = 66.0
    /// A figure grows so far for a label of its axes; longer ones are shortened.
    private static let longestLabel = 600.0

    /// - Parameters:
    ///   - tiles: the decoded images row by row from the top, each row from the left
    ///   - columns: the value of the horizontal latent for each column, from the left
    ///   - rows: the value of the vertical latent for each row, from the top, so usually descending
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    ///   - xLabel: below the horizontal axis
    ///   - yLabel: beside the vertical axis
    ///   - gap: white pixels between tiles; nil for none between drawings on a dark ground, which need none to be told apart, and some between
    ///     all others, which would read as one picture
    ///   - side: the grid's longer side is at most so many pixels
    /// - Throws: `invalidArgument` when tiles are not `columns · rows`, or too many for one picture, `gap` is not within 0...1,000, or `side` is
    ///   below 100;
    ///   `invalidData` when a latent value is not finite.
    public init(
        tiles: FloatImages, columns: [Double], rows: [Double], title: String = "", subtitle: String = "",
        xLabel: String = "z₁", yLabel: String = "z₂", gap: Int? = nil, side: Double = 900
    ) throws(VAEError) {
        try VAEError.require(
            "side of the grid", side >= 100 && side <= Double(Raster.longestSide),
            expected: "100 to \(Raster.longestSide) pixels", found: "\(side)")
        // Divided, not multiplied, so that no count can overflow.
        guard !columns.isEmpty, tiles.count.isMultiple(of: columns.count),
            tiles.count / columns.count == rows.count
        else {
            throw VAEError(
                .invalidArgument, "tiles", "do not fill the grid",
                expected: "\(columns.count) columns times \(rows.count) rows", found: "\(tiles.count)")
        }
        guard (columns + rows).allSatisfy(\.isFinite) else {
            throw VAEError(.invalidData, "latent values of the grid", "are not all finite")
        }
        let gap = gap ?? tiles.gapToTellApart
        try VAEError.require("gap", gap, in: 0...1000, unit: " pixels")
        sheet = try tiles.sheet(columns: columns.count, gap: gap)
        tile = Size(width: Double(tiles.shape.width), height: Double(tiles.shape.height))
        pitch = Size(width: tile.width + Double(gap), height: tile.height + Double(gap))
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.columns = columns
        self.rows = rows
        let shown = ReconstructionGrid.tileSize(
            of: ImageShape(height: sheet.height, width: sheet.width), within: side)
        // A sheet that is narrow or low leaves room for its labels, the vertical one in letters of 11 pixels.
        let ruler = try Canvas.ruler()
        let width = max(
            min(400, side), shown.width, min(ruler.width(of: xLabel, .axisLabel), Self.longestLabel)
        )
        .rounded(.up)
        let height = max(shown.height, 0.7 * min(ruler.width(of: yLabel, .axisLabel), Self.longestLabel))
            .rounded(.up)
        heading = Heading(title: title, subtitle: subtitle, width: width + 8, on: ruler)
        area = Rect(
            x: Self.left + ((width - shown.width) / 2).rounded(),
            y: heading.height + ((height - shown.height) / 2).rounded(), width: shown.width,
            height: shown.height)
        size = Size(width: Self.left + width + Self.right, height: heading.height + height + Self.bottom)
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: Self.left)
        canvas.draw(sheet, in: area)
        let scale = Size(
            width: area.width / Double(sheet.width), height: area.height / Double(sheet.height))
        let cell = Size(width: pitch.width * scale.width, height: pitch.height * scale.height)
        let middle = Point(
            area.minX + tile.width * scale.width / 2, area.minY + tile.height * scale.height / 2)
        for index in Self.ticks(of: columns.count, spacing: 56 / cell.width) {
            let at = Point(middle.x + Double(index) * cell.width, area.maxY)
            canvas.strokeLine([at, at + Point(0, PlotArea.tickLength)], .frame)
            canvas.draw(
                Ticks.format(columns[index], decimals: 2), at: at + Point(0, PlotArea.tickLength + 5), .tick,
                .middle,
                .top)
        }
        // A single row stands for no axis.
        for index in rows.count == 1 ? [] : Self.ticks(of: rows.count, spacing: 40 / cell.height) {
            let at = Point(area.minX, middle.y + Double(index) * cell.height)
            canvas.strokeLine([at, at - Point(PlotArea.tickLength, 0)], .frame)
            canvas.draw(
                Ticks.format(rows[index], decimals: 2), at: at - Point(PlotArea.tickLength + 4, 0), .tick,
                .end,
                .middle)
        }
        canvas.draw(
            xLabel, at: Point(area.midX, area.maxY + 48), .axisLabel, .middle,
            within: size.width - Self.left - Self.right)
        canvas.draw(
            yLabel, at: Point(area.minX - 66, area.midY), .axisLabel, .middle, isUpward: true,
            within: size.height - heading.height - Self.bottom)
    }

    /// The lines of a grid that shows the whole of a standard normal prior: the middles of `count` equal shares of it,
    /// ascending, symmetric about 0.
    ///
    /// Use them for `columns`, and in reverse for `rows`.
    /// - Parameter count: lines; none for 0 or less
    /// - Complexity: O(`count`).
    public static func quantiles(_ count: Int) -> [Double] {
        (0..<max(count, 0)).map { normalQuantile((Double($0) + 0.5) / Double(count)) }
    }

    /// Indices at least `spacing` apart, as far from one end as from the other, so that an axis shows −z
    /// wherever it shows z. A grid's middle, where z is 0, is among them when there is one.
    static func ticks(of count: Int, spacing: Double) -> [Int] {
        var step = max(1, Int(min(spacing.rounded(.up), Double(count))))
        if !count.isMultiple(of: 2) { return Array(stride(from: count / 2 % step, to: count, by: step)) }
        // With an even number of lines only odd steps can be symmetric.
        if step.isMultiple(of: 2) { step += 1 }
        let first = (0..<step).first { (count - 1 - 2 * $0).isMultiple(of: step) } ?? 0
        return Array(stride(from: first, to: count, by: step))
    }
}
