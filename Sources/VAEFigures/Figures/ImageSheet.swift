import VAECore

/// Images in rows and columns and nothing else, one pixel a pixel.
public struct ImageSheet: Figure {
    public let title: String
    /// The sheet itself; `picture.png()` keeps grey images grey and is the smallest file.
    public let picture: Raster

    public var size: Size { Size(width: Double(picture.width), height: Double(picture.height)) }

    /// - Parameters:
    ///   - images: row by row from the top, each row from the left
    ///   - columns: images a row, or nil for a sheet about as wide as high
    ///   - gap: white pixels between images
    ///   - title: the picture's name for people who can't see it
    /// - Throws: `invalidArgument` when `columns` is not positive, `gap` not within 0...1,000, or the sheet
    ///   would be wider or higher than 32,767 pixels.
    public init(images: FloatImages, columns: Int? = nil, gap: Int = 2, title: String = "") throws(VAEError) {
        try VAEError.require("gap", gap, in: 0...1000, unit: " pixels")
        if let columns, columns < 1 {
            throw VAEError(
                .invalidArgument, "columns", "are none", expected: "at least 1", found: "\(columns)")
        }
        let area = Double(images.count * images.shape.height) / Double(images.shape.width)
        let square = Int(area.squareRoot().rounded(.up))
        picture = try images.sheet(columns: columns ?? square, gap: gap)
        self.title = title
    }

    /// The sheet as a PNG file with every pixel as a square of `factor` × `factor`; grey stays grey.
    /// - Parameters:
    ///   - factor: nil for the largest that leaves the longer side within `side` pixels, 1 at least.
    /// - Throws: `invalidArgument` when the file would be wider or higher than 32,767 pixels.
    package func png(enlarged factor: Int?, within side: Int) throws(VAEError) -> [UInt8] {
        let longer = max(picture.width, picture.height)
        let factor = factor ?? max(1, side / longer)
        guard factor >= 1, factor <= Raster.longestSide / longer else {
            throw VAEError(
                .invalidArgument, "scale", "makes a sheet that is too large",
                expected: "1 to \(Raster.longestSide / longer)", found: "\(factor)")
        }
        return try picture.enlarged(by: factor).png()
    }

    public func draw(on canvas: borrowing Canvas) {
        canvas.draw(picture, in: Rect(x: 0, y: 0, width: size.width, height: size.height))
    }
}
