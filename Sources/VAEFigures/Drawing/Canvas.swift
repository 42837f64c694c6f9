import CCairo
import VAECore

/// A surface to draw on, and the only owner of cairo's pointers; no file but `Canvas*.swift` touches them.
///
/// Places are in pixels of the figure, from its top left corner. A canvas starts white. What is not finite
/// is not drawn. Errors of cairo (which remembers the first) come out of `finish()`.
public struct Canvas: ~Copyable {
    /// Width and height of the figure, in pixels at scale 1.
    public let size: Size
    /// Whether the drawing stays shapes (SVG, PDF) instead of becoming pixels.
    let isVector: Bool
    let scale: Double
    let surface: OpaquePointer
    let context: OpaquePointer
    /// The font's, as fontconfig knows it.
    let family: String
    /// The log of every text that is drawn; nil for none.
    let log: TextLog?
    private let output: ByteSink

    /// - Parameters:
    ///   - scale: pixels per unit of `size`, for PNG only
    ///   - family: "@cairo:" for the letters that cairo has where the system has no font
    ///   - log: is told of every text that is drawn, and where
    /// - Throws: `invalidArgument` when the size is not drawable, `cannotCreate` when memory is short.
    init(
        _ format: FigureFormat, size: Size, scale: Double = 1, title: String = "",
        family: String = "sans-serif",
        log: TextLog? = nil
    ) throws(VAEError) {
        let (width, height) = (size.width * scale, size.height * scale)
        let sides = 1.0...Double(Raster.longestSide)
        try VAEError.require(
            "figure size",
            sides.contains(width) && sides.contains(height) && scale > 0
                && width * height <= Canvas.mostPixels,
            expected: "sides of 1 to \(Raster.longestSide) pixels, at most \(Int(Canvas.mostPixels)) in all",
            found: "\(size.width)×\(size.height) at scale \(scale)")
        let output = ByteSink()
        let closure = Unmanaged.passUnretained(output).toOpaque()
        let made: OpaquePointer?
        switch format {
        case .png:
            made = cairo_image_surface_create(
                CAIRO_FORMAT_RGB24, Int32(width.rounded()), Int32(height.rounded()))
        case .svg:
            made = cairo_svg_surface_create_for_stream(ByteSink.append, closure, width, height)
            // Without this a browser shows a 1,000-pixel figure at 1,333.
            cairo_svg_surface_set_document_unit(made, CAIRO_SVG_UNIT_PX)
        case .pdf:
            made = cairo_pdf_surface_create_for_stream(ByteSink.append, closure, width * 0.75, height * 0.75)
            cairo_pdf_surface_set_metadata(made, CAIRO_PDF_METADATA_TITLE, title.printable())
            cairo_pdf_surface_set_metadata(made, CAIRO_PDF_METADATA_CREATE_DATE, PDFDocument.date)
        }
        guard let surface = made, let context = cairo_create(surface) else {
            throw VAEError(.cannotCreate, "figure", "can't be drawn: cairo gave no surface")
        }
        self.size = size
        self.family = family
        self.log = log
        self.scale = format == .pdf ? 0.75 : scale
        self.surface = surface
        self.context = context
        self.output = output
        isVector = format != .png
        // Hinting would give letters other widths at other scales.
        let options = cairo_font_options_create()
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
        cairo_scale(context, self.scale, self.scale)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        fill(Rect(x: 0, y: 0, width: size.width, height: size.height), .white)
    }

    deinit {
        cairo_destroy(context)
        // A stream surface writes its last bytes here, so the sink must still be there.
        withExtendedLifetime(output) { cairo_surface_destroy(surface) }
    }

    /// One gibibyte at four bytes a pixel.
    private static let mostPixels = 268_435_456.0

    /// The file. Nothing can be drawn any more.
    consuming func finish() throws(VAEError) -> [UInt8] {
        try Canvas.check(cairo_status(context))
        if isVector {
            cairo_surface_finish(surface)
        } else {
            try Canvas.check(
                cairo_surface_write_to_png_stream(
                    surface, ByteSink.append, Unmanaged.passUnretained(output).toOpaque()))
        }
        try Canvas.check(cairo_surface_status(surface))
        return output.bytes
    }

    static func check(_ status: cairo_status_t) throws(VAEError) {
        guard status == CAIRO_STATUS_SUCCESS else {
            throw VAEError(
                .cannotCreate, "figure", "can't be drawn: \(String(cString: cairo_status_to_string(status)))")
        }
    }
}

/// Collects the bytes of a file that cairo writes in pieces.
final class ByteSink {
    var bytes: [UInt8] = []

    static let append:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> cairo_status_t = {
            closure, data, length in
            guard let closure else { return CAIRO_STATUS_WRITE_ERROR }
            let sink = Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue()
            sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
            return CAIRO_STATUS_SUCCESS
        }
}
