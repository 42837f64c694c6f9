import CCairo
import VAECore

extension Canvas {
    /// Draws a picture into a rectangle with hard pixel edges.
    public func draw(_ raster: Raster, in rect: Rect) {
        guard path(rect) else { return }
        cairo_new_path(context)
        // Viewers disagree on how to enlarge a picture inside an SVG or PDF, and squares of 2.5 pixels come
        // out uneven, so those are enlarged here and averaged down; repeated pixels cost next to nothing
        // once compressed.
        let ratio = rect.width * scale / Double(raster.width)
        let isWhole = !isVector && ratio >= 1 && abs(ratio - ratio.rounded()) < 1e-6
        let factor = isWhole || (ratio < 1 && !isVector) ? 1 : min(64, max(1, Int((2 * ratio).rounded(.up))))
        let raster = raster.enlarged(by: factor)
        guard let image = Canvas.surface(holding: raster, asGrey: false) else { return }
        cairo_save(context)
        cairo_translate(context, rect.x, rect.y)
        cairo_scale(context, rect.width / Double(raster.width), rect.height / Double(raster.height))
        cairo_set_source_surface(context, image, 0, 0)
        let pattern = cairo_get_source(context)
        cairo_pattern_set_filter(pattern, isWhole ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
        cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
        cairo_rectangle(context, 0, 0, Double(raster.width), Double(raster.height))
        cairo_fill(context)
        cairo_restore(context)
        cairo_surface_destroy(image)
    }

    /// The picture drawn so far on a canvas of pixels, as RGB.
    func pixels() throws(VAEError) -> Raster {
        try Canvas.check(cairo_status(context))
        cairo_surface_flush(surface)
        let (width, height) = (
            Int(cairo_image_surface_get_width(surface)), Int(cairo_image_surface_get_height(surface))
        )
        let stride = Int(cairo_image_surface_get_stride(surface))
        guard let data = cairo_image_surface_get_data(surface) else {
            throw VAEError(.cannotCreate, "figure", "has no pixels")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let pixel = UnsafeRawPointer(data).load(fromByteOffset: y * stride + 4 * x, as: UInt32.self)
                for shift in [16, 8, 0] as [UInt32] {
                    bytes.append(UInt8(truncatingIfNeeded: pixel >> shift))
                }
            }
        }
        return try Raster(width: width, height: height, channels: 3, bytes: bytes)
    }

    /// A picture as a PNG file, pixel for pixel.
    static func png(of raster: Raster) throws(VAEError) -> [UInt8] {
        guard let image = surface(holding: raster, asGrey: raster.channels == 1) else {
            throw VAEError(
                .cannotCreate, "picture", "does not fit into memory",
                found: "\(raster.width)×\(raster.height)")
        }
        defer { cairo_surface_destroy(image) }
        let output = ByteSink()
        let status = withExtendedLifetime(output) {
            cairo_surface_write_to_png_stream(
                image, ByteSink.append, Unmanaged.passUnretained(output).toOpaque())
        }
        try check(status)
        return output.bytes
    }

    /// The pixels as a surface of cairo's, or nil when memory is short.
    static func surface(holding raster: Raster, asGrey: Bool) -> OpaquePointer? {
        guard
            let image = cairo_image_surface_create(
                asGrey ? CAIRO_FORMAT_A8 : CAIRO_FORMAT_RGB24, Int32(raster.width), Int32(raster.height))
        else { return nil }
        guard let data = cairo_image_surface_get_data(image) else {
            cairo_surface_destroy(image)
            return nil
        }
        let stride = Int(cairo_image_surface_get_stride(image))
        let bytes = raster.bytes
        for y in 0..<raster.height {
            for x in 0..<raster.width {
                let from = (y * raster.width + x) * raster.channels
                if asGrey {
                    data[y * stride + x] = bytes[from]
                } else {
                    let (green, blue) = raster.channels == 1 ? (from, from) : (from + 1, from + 2)
                    let pixel = UInt32(bytes[from]) << 16 | UInt32(bytes[green]) << 8 | UInt32(bytes[blue])
                    UnsafeMutableRawPointer(data).storeBytes(
                        of: pixel, toByteOffset: y * stride + 4 * x, as: UInt32.self)
                }
            }
        }
        cairo_surface_mark_dirty(image)
        return image
    }
}
