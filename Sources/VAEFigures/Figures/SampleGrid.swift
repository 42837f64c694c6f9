import VAECore

/// Images in rows and columns under a title: draws from the prior, say.
public struct SampleGrid: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    private let sheet: Raster
    private let area: Rect

    private static let margin = 24.0
    private static let widest = 952.0

    /// - Parameters:
    ///   - columns: images a row; nil makes a sheet about as wide as high.
    /// - Throws: `invalidArgument` when `columns` is not positive, or the sheet would be wider or higher than
    ///   32,767 pixels.
    public init(
        images: FloatImages, columns: Int? = nil, title: String = "", subtitle: String = ""
    ) throws(VAEError) {
        sheet = try ImageSheet(images: images, columns: columns, gap: 2).picture
        heading = Heading(title: title, subtitle: subtitle)
        self.title = title
        let shown = ReconstructionGrid.tileSize(
            of: ImageShape(height: sheet.height, width: sheet.width), within: Self.widest)
        area = Rect(x: Self.margin, y: heading.height, width: shown.width, height: shown.height)
        size = Size(
            width: max(480, shown.width + 2 * Self.margin), height: area.maxY + Self.margin)
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: Self.margin, maxX: size.width - Self.margin)
        canvas.image(sheet, in: area)
    }
}
