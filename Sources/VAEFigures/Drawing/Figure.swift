import VAECore

/// A drawing that can be written as PNG, SVG or PDF.
///
/// A figure checks what it is given when it is made, so that drawing itself can't fail.
public protocol Figure: Sendable {
    /// Width and height in pixels at scale 1.
    var size: Size { get }
    /// The subject of the picture, for people who can't see it: the SVG's `<title>` and the PDF's.
    var title: String { get }
    /// Draws on a canvas of `size` that is already white.
    func draw(on canvas: borrowing Canvas)
}

/// The kinds of file a figure can be written as.
public enum FigureFormat: String, Sendable, CaseIterable {
    /// Pixels.
    case png
    /// Shapes, for the web and for drawing programs.
    case svg
    /// Shapes, for print and LaTeX.
    case pdf

    /// The format that a path's extension names, upper or lower case.
    /// - Throws: `invalidArgument` for any other extension or none.
    public init(path: String) throws(VAEError) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let suffix = parts.count > 1 ? (parts.last ?? "").lowercased() : ""
        guard let format = FigureFormat(rawValue: suffix) else {
            throw VAEError(
                .invalidArgument, path, "does not say which kind of picture to write",
                expected: "a name ending in .png, .svg or .pdf",
                found: suffix.isEmpty ? "no extension" : ".\(suffix)")
        }
        self = format
    }
}

extension Figure {
    /// The figure as a PNG file of `size · scale` pixels. The same figure gives the same bytes each time
    /// on one machine; another version of cairo or of the fonts may smooth edges differently.
    ///
    /// - Parameter scale: pixels of the file per pixel of `size`.
    /// - Throws: `invalidArgument` when a side is below 1 or above 32,767 pixels at that scale, or all are more than 2²⁸; `cannotCreate` when there is
    ///   not memory enough.
    public func png(scale: Double = 1) throws(VAEError) -> [UInt8] {
        let canvas = try Canvas(.png, size: size, scale: scale)
        draw(on: canvas)
        return try canvas.finish()
    }

    /// The figure as pixels, for another picture or a test.
    ///
    /// - Parameter scale: pixels of the picture per pixel of `size`.
    /// - Throws: `invalidArgument` when a side is below 1 or above 32,767 pixels at that scale, or all are more than 2²⁸; `cannotCreate` when there is
    ///   not memory enough.
    public func raster(scale: Double = 1) throws(VAEError) -> Raster {
        let canvas = try Canvas(.png, size: size, scale: scale)
        draw(on: canvas)
        return try canvas.pixels()
    }

    /// The figure as an SVG file. Letters are shapes, so it looks the same without our fonts; the title
    /// is also there as text, for search and screen readers. The same figure gives the same bytes each time, as with ``png(scale:)``.
    ///
    /// - Throws: `invalidArgument` when a side is below 1 or above 32,767 pixels, or all are more than 2²⁸; `cannotCreate` when there is
    ///   not memory enough.
    public func svg() throws(VAEError) -> [UInt8] {
        let canvas = try Canvas(.svg, size: size)
        draw(on: canvas)
        return SVGDocument.adding(title: title, to: SVGDocument.numberingIdentifiers(of: try canvas.finish()))
    }

    /// The figure as a PDF page of its own size, 96 pixels to the inch. The same figure gives the same bytes each time, as with ``png(scale:)``: in the place of
    /// the time it was made the file has the first of January 2000.
    ///
    /// - Throws: `invalidArgument` when a side is below 1 or above 32,767 pixels, or all are more than 2²⁸; `cannotCreate` when there is
    ///   not memory enough.
    public func pdf() throws(VAEError) -> [UInt8] {
        let canvas = try Canvas(.pdf, size: size, title: title)
        draw(on: canvas)
        return PDFDocument.correctingDate(of: try canvas.finish())
    }

    /// Writes the figure, whole or not at all, as its path's extension says: `.png`, `.svg` or `.pdf`.
    ///
    /// - Parameters:
    ///   - path: ends in .png, .svg or .pdf, which is the kind of file it becomes
    ///   - scale: pixels of a PNG per pixel of `size`; the other formats have no pixels
    /// - Throws: `invalidArgument` for another extension, and what ``png(scale:)``, ``svg()`` or ``pdf()`` throws; `cannotCreate` or
    ///   `inputOutput` when the file can't be written: what was there is then left as it was.
    public func write(to path: String, scale: Double = 1) throws(VAEError) {
        switch try FigureFormat(path: path) {
        case .png: try DurableFile.write(try png(scale: scale), to: path)
        case .svg: try DurableFile.write(try svg(), to: path)
        case .pdf: try DurableFile.write(try pdf(), to: path)
        }
    }
}
