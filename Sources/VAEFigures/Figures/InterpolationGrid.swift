import VAECore

/// Straight lines through latent space, decoded: a row for each pair of images, which stand at its ends.
public struct InterpolationGrid: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    private let starts: [Raster]
    private let ends: [Raster]
    /// (pairs, steps): what lies between.
    private let steps: [[Raster]]
    private let rowHeadings: [String]
    private let tile: Size
    /// The height of a row: a tile's, or that of a line of text.
    private let rowHeight: Double
    /// The widths of the images at the ends, which have a heading, and of the steps between them.
    private let widths: (end: Double, step: Double)
    private let left: Double

    private static let gap = 4.0
    /// Between an image and its line.
    private static let wideGap = 16.0
    private static let right = 24.0
    private static let columnHeadings = 26.0
    private static let bold = TextStyle(size: 14, isBold: true)
    private static let endHeading = "image"
    /// The least width of a step, for the axis below to have some numbers.
    private static let leastStep = 10.0

    /// - Parameters:
    ///   - starts: the first image of every pair
    ///   - ends: the last image of every pair
    ///   - steps: what the decoder makes of each line, pair by pair, from the first image's latent (0) to the last
    ///     one's (1) in equal steps.
    ///   - rowHeadings: one a pair, such as its classes, or none
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    /// - Throws: `invalidArgument` when shapes differ, the sets do not go together, there are more than 64
    ///   steps or pairs, or fewer than 2 steps.
    public init(
        starts: FloatImages, ends: FloatImages, steps: FloatImages, rowHeadings: [String] = [],
        title: String = "", subtitle: String = ""
    ) throws(VAEError) {
        let pairs = starts.count
        guard starts.shape == ends.shape, starts.shape == steps.shape else {
            throw VAEError(
                .invalidArgument, "interpolated images", "differ in shape", expected: "\(starts.shape)",
                found: "\(ends.shape) and \(steps.shape)")
        }
        guard ends.count == pairs, steps.count.isMultiple(of: pairs),
            rowHeadings.isEmpty || rowHeadings.count == pairs
        else {
            throw VAEError(
                .invalidArgument, "interpolated images", "do not go together",
                expected: "as many last images and headings as first ones, and as many steps for each",
                found: "\(pairs) first and \(ends.count) last images, \(rowHeadings.count) headings and "
                    + "\(steps.count) steps")
        }
        let count = steps.count / pairs
        try VAEError.require(
            "interpolation", (2...64).contains(count) && pairs <= 64,
            expected: "2 to 64 steps, 1 to 64 pairs", found: "\(count) steps and \(pairs) pairs")
        func pictures(_ images: FloatImages, _ range: Range<Int>) throws(VAEError) -> [Raster] {
            var result: [Raster] = []
            for index in range { result.append(try images.picture(at: index)) }
            return result
        }
        self.starts = try pictures(starts, 0..<pairs)
        self.ends = try pictures(ends, 0..<pairs)
        var rows: [[Raster]] = []
        for pair in 0..<pairs { rows.append(try pictures(steps, pair * count..<(pair + 1) * count)) }
        self.steps = rows
        self.rowHeadings = rowHeadings
        self.title = title
        // Letters are at most 0.7 of the font size wide on average; longer headings are shortened.
        let longest = rowHeadings.map(\.count).max() ?? 0
        left = 24 + (longest == 0 ? 0 : min(200, Double(longest) * 0.7 * Self.bold.size).rounded(.up) + 12)
        let room = (1120 - left - Self.right - 2 * Self.wideGap) / Double(count + 2) - Self.gap
        let side = ReconstructionLayout.side(of: starts.shape, fitting: min(84, max(24, room)))
        tile = ReconstructionGrid.tileSize(of: starts.shape, within: side)
        let ruler = try Canvas.ruler()
        rowHeight = max(tile.height, ReconstructionLayout.leastRow)
        widths = (
            max(tile.width, ruler.width(of: Self.endHeading, .tick).rounded(.up)),
            max(tile.width, Self.leastStep)
        )
        let columns = Double(count) * (widths.step + Self.gap) - Self.gap
        let width = max(480, left + 2 * (widths.end + Self.wideGap) + columns + Self.right)
        heading = Heading(title: title, subtitle: subtitle, width: width - 48, on: ruler)
        size = Size(
            width: width,
            height: heading.height + Self.columnHeadings + Double(pairs) * (rowHeight + Self.gap) - Self.gap
                + 56)
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: 24)
        let last = (steps.first?.count ?? 1) - 1
        for (row, pictures) in steps.enumerated() {
            canvas.draw(starts[row], in: rect(row: row, step: nil, isEnd: false).middle(tile))
            for (step, picture) in pictures.enumerated() {
                canvas.draw(picture, in: rect(row: row, step: step).middle(tile))
            }
            canvas.draw(ends[row], in: rect(row: row, step: nil, isEnd: true).middle(tile))
            guard !rowHeadings.isEmpty else { continue }
            // Of two long names the second is not to be lost.
            let lines = canvas.wrapped(
                rowHeadings[row], Self.bold, toWidth: left - 36,
                mostLines: max(1, min(3, Int(rowHeight / 18))))
            for (index, line) in lines.enumerated() {
                let down = (Double(index) - Double(lines.count - 1) / 2) * 18
                canvas.draw(
                    line, at: Point(left - 14, rect(row: row, step: 0).midY + down), Self.bold, .end, .middle)
            }
        }
        for isEnd in [false, true] {
            let at = rect(row: 0, step: nil, isEnd: isEnd)
            canvas.draw(Self.endHeading, at: Point(at.midX, at.minY - 9), .tick, .middle)
        }
        let (first, end) = (rect(row: 0, step: 0), rect(row: 0, step: last))
        canvas.draw("decoded", at: Point((first.minX + end.maxX) / 2, first.minY - 9), .tick, .middle)
        drawAxis(on: canvas, last: last)
    }

    /// Draws the scale below the columns: how far along the line each one is, from 0 to 1.
    private func drawAxis(on canvas: borrowing Canvas, last: Int) {
        // As many decimals as show equal steps as equal.
        let decimals = [0, 1].first { ($0 == 0 ? 1 : 10).isMultiple(of: last) } ?? 2
        let bottom = rect(row: steps.count - 1, step: 0).maxY
        for step in ManifoldGrid.ticks(of: last + 1, spacing: 44 / (widths.step + Self.gap)) {
            let at = Point(rect(row: 0, step: step).midX, bottom)
            canvas.strokeLine([at, at + Point(0, PlotArea.tickLength)], .frame)
            canvas.draw(
                Ticks.format(Double(step) / Double(last), decimals: decimals),
                at: at + Point(0, PlotArea.tickLength + 5),
                .tick, .middle, .top)
        }
        let (first, end) = (rect(row: 0, step: 0), rect(row: 0, step: last))
        let label = "share of the way from z of the first image to z of the last"
        // Below the middle of the axis, or as near to it as the figure's edges allow.
        let half = canvas.width(of: label, .tick) / 2
        let middle = min(max((first.minX + end.maxX) / 2, 24 + half), max(size.width - 24 - half, 24 + half))
        canvas.draw(label, at: Point(middle, bottom + 42), .tick, .middle, within: size.width - 48)
    }

    /// The place of a step, or with nil of an image at an end.
    private func rect(row: Int, step: Int?, isEnd: Bool = false) -> Rect {
        let start = left + widths.end + Self.wideGap
        let count = Double(steps.first?.count ?? 0)
        let x: Double =
            if let step {
                start + Double(step) * (widths.step + Self.gap)
            } else {
                isEnd ? start + count * (widths.step + Self.gap) - Self.gap + Self.wideGap : left
            }
        let y = heading.height + Self.columnHeadings + Double(row) * (rowHeight + Self.gap)
        return Rect(x: x, y: y, width: step == nil ? widths.end : widths.step, height: rowHeight)
    }
}
