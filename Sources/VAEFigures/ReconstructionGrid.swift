import VAECore

/// Images above their reconstructions above the difference of the two, one column an image.
public struct ReconstructionGrid: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    private let headings: [String]
    private let losses: [Double]?
    private let tile: Size
    private let left: Double
    private let pictures: [[Raster]]

    private static let gap = 6.0
    private static let bold = TextStyle(size: 14, isBold: true)
    /// Room for the scale of the differences.
    private static let right = 64.0

    /// - Parameters:
    ///   - losses: one an image, in nats, written below its column.
    ///   - rowHeadings: what to call the three rows.
    /// - Throws: `invalidArgument` when the two sets differ in shape or number, there are more than 64
    ///   images, losses and images differ in number, or the headings are not three.
    public init(
        inputs: FloatImages, reconstructions: FloatImages, losses: [Double]? = nil, title: String = "",
        subtitle: String = "", rowHeadings: [String] = ["input", "reconstruction", "difference"]
    ) throws(VAEError) {
        try ReconstructionGrid.check(inputs, reconstructions, losses, rowHeadings)
        var pictures: [[Raster]] = [[], [], []]
        for index in 0..<inputs.count {
            pictures[0].append(try inputs.picture(index))
            pictures[1].append(try reconstructions.picture(index))
            pictures[2].append(try inputs.difference(from: reconstructions, index))
        }
        self.pictures = pictures
        self.losses = losses
        self.title = title
        headings = rowHeadings
        heading = Heading(title: title, subtitle: subtitle)
        // Letters are at most 0.7 of the font size wide on average; longer headings are shortened.
        let longest = rowHeadings.map(\.count).max() ?? 0
        left = 24 + min(240, Double(longest) * ReconstructionGrid.bold.size * 0.7).rounded(.up) + 12
        let room = max(
            24, (1150 - left - ReconstructionGrid.right) / Double(inputs.count) - ReconstructionGrid.gap)
        tile = ReconstructionGrid.tileSize(of: inputs.shape, within: min(112, room.rounded(.down)))
        let width = Double(inputs.count) * (tile.width + ReconstructionGrid.gap) - ReconstructionGrid.gap
        let height = 3 * (tile.height + ReconstructionGrid.gap) - ReconstructionGrid.gap
        size = Size(
            width: max(560, left + width + ReconstructionGrid.right),
            height: heading.height + height + (losses == nil ? 24 : 44))
    }

    private static func check(
        _ inputs: FloatImages, _ reconstructions: FloatImages, _ losses: [Double]?, _ headings: [String]
    ) throws(VAEError) {
        guard inputs.shape == reconstructions.shape, inputs.count == reconstructions.count else {
            throw VAEError(
                .invalidArgument, "reconstructions", "do not match the inputs",
                expected: "\(inputs.count) images of \(inputs.shape)",
                found: "\(reconstructions.count) of \(reconstructions.shape)")
        }
        guard inputs.count <= 64 else {
            throw VAEError(
                .invalidArgument, "images", "are too many for one row", expected: "at most 64",
                found: "\(inputs.count)")
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

    /// The largest whole multiple of an image that fits into a square, or the image shrunk into it.
    static func tileSize(of shape: ImageShape, within side: Double) -> Size {
        let scale = side / Double(max(shape.width, shape.height))
        let factor = scale >= 1 ? scale.rounded(.down) : scale
        return Size(
            width: max(1, (Double(shape.width) * factor).rounded()),
            height: max(1, (Double(shape.height) * factor).rounded()))
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: 24, maxX: size.width - 24)
        for (row, pictures) in pictures.enumerated() {
            let y = heading.height + Double(row) * (tile.height + Self.gap)
            canvas.text(
                canvas.fitted(headings[row], Self.bold, width: left - 36),
                at: Point(left - 14, y + tile.height / 2),
                Self.bold, .end, .middle)
            for (column, picture) in pictures.enumerated() {
                canvas.image(picture, in: rect(column: column, y: y))
            }
        }
        drawScale(on: canvas)
        drawLosses(on: canvas)
    }

    private func rect(column: Int, y: Double) -> Rect {
        Rect(
            x: left + Double(column) * (tile.width + Self.gap), y: y, width: tile.width, height: tile.height)
    }

    /// What the colours of the differences mean, to the right of their row.
    private func drawScale(on canvas: borrowing Canvas) {
        let bottom = rect(column: pictures[0].count - 1, y: heading.height + 2 * (tile.height + Self.gap))
        let bar = Rect(x: bottom.maxX + 14, y: bottom.y, width: 10, height: bottom.height)
        let steps = Int(bar.height)
        for step in 0..<steps {
            canvas.fill(
                Rect(x: bar.x, y: bar.y + Double(step), width: bar.width, height: bar.height - Double(step)),
                Palette.heat(1 - Double(step) / Double(max(1, steps - 1))))
        }
        canvas.text("1", at: Point(bar.maxX + 6, bar.minY), .tick, .start, .top)
        canvas.text("0", at: Point(bar.maxX + 6, bar.maxY), .tick)
    }

    private func drawLosses(on canvas: borrowing Canvas) {
        guard let losses else { return }
        let y = size.height - 18
        canvas.text("loss in nats", at: Point(left - 14, y), .tick, .end)
        let decimals = tile.width < 44 ? 0 : 1
        let texts = losses.map { $0.isFinite ? Ticks.format($0, decimals: decimals) : "–" }
        // One size for all, small enough for the widest.
        var widest = 1.0
        for text in texts { widest = max(widest, canvas.measure(text, .tick)) }
        var style = TextStyle.tick
        style.size = min(style.size, style.size * (tile.width + Self.gap - 2) / widest)
        for (column, text) in texts.enumerated() {
            canvas.text(text, at: Point(rect(column: column, y: y).midX, y), style, .middle)
        }
    }
}
