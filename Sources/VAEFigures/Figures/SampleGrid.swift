import VAECore

/// Images in rows and columns under a title: draws from the prior, say.
public struct SampleGrid: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    private let sheet: Raster
    private let area: Rect

    private static let margin = 24.0

    /// - Parameters:
    ///   - images: row by row from the top, each row from the left
    ///   - columns: images a row; nil makes a sheet about as wide as high
    ///   - gap: white pixels between images
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    ///   - side: the sheet's longer side is at most so many pixels
    /// - Throws: `invalidArgument` when `columns` is not positive, `gap` not within 0...1,000, `side` below 100, or
    ///   the sheet would be wider or higher than 32,767 pixels.
    public init(
        images: FloatImages, columns: Int? = nil, gap: Int = 2, title: String = "", subtitle: String = "",
        side: Double = 952
    ) throws(VAEError) {
        try VAEError.require(
            "side of the sheet", side >= 100 && side <= Double(Raster.longestSide),
            expected: "100 to \(Raster.longestSide) pixels", found: "\(side)")
        sheet = try ImageSheet(images: images, columns: columns, gap: gap).picture
        self.title = title
        let shown = ReconstructionGrid.tileSize(
            of: ImageShape(height: sheet.height, width: sheet.width), within: side)
        let width = max(480, shown.width + 2 * Self.margin)
        heading = Heading(
            title: title, subtitle: subtitle, width: width - 2 * Self.margin, on: try Canvas.ruler())
        area = Rect(x: Self.margin, y: heading.height, width: shown.width, height: shown.height)
        size = Size(width: width, height: area.maxY + Self.margin)
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: Self.margin)
        canvas.draw(sheet, in: area)
    }
}
