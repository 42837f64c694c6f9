import CCairo
import VAECore

/// Reads pictures from PNG files, by cairo and libpng.
package enum PNG {
    /// Pixels of the longest side, the same as a model's images may have.
    package static let longestSide = 1 << 14
    /// Pixels of the largest picture: a screen of 3840×2160 fits.
    package static let mostPixels = 1 << 23
    /// Bytes of the longest file.
    static let longestFile = 1 << 26

    /// The picture in the file at `path`: RGB, eight bits a value.
    ///
    /// Opaque pixels of eight bits and fewer come out as they are in the file. Transparent ones are laid over white, and sixteen
    /// bits are rounded to eight. Chunks about colour spaces are not read.
    ///
    /// Takes eleven bytes of memory a pixel at most, besides the file.
    /// - Parameter mostPixels: refuses larger pictures, before they are unpacked.
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidData` when it is no PNG file, is
    ///   damaged, or is a picture of a side above `longestSide` or more pixels than `mostPixels`.
    package static func read(_ path: String, mostPixels: Int = PNG.mostPixels) throws(VAEError) -> ImageSet {
        let bytes = try DurableFile.read(path, limit: longestFile)
        let checked = try CheckedPNG(bytes, mostPixels: mostPixels, path: path)
        let source = Source(checked.essence)
        let made = withExtendedLifetime(source) {
            cairo_image_surface_create_from_png_stream(
                Source.read, Unmanaged.passUnretained(source).toOpaque())
        }
        guard let picture = made else { throw damaged(path) }
        defer { cairo_surface_destroy(picture) }
        guard cairo_surface_status(picture) == CAIRO_STATUS_SUCCESS else { throw damaged(path) }
        let shape = ImageShape(height: checked.height, width: checked.width, channels: 3)
        guard cairo_image_surface_get_format(picture) != CAIRO_FORMAT_RGB24 else {
            return try ImageSet(shape: shape, pixels: pixels(of: picture, shape))
        }
        // Alpha, or more bits than eight.
        guard
            let opaque = cairo_image_surface_create(
                CAIRO_FORMAT_RGB24, Int32(shape.width), Int32(shape.height)),
            let context = cairo_create(opaque)
        else { throw damaged(path) }
        cairo_set_source_rgb(context, 1, 1, 1)
        cairo_paint(context)
        cairo_set_source_surface(context, picture, 0, 0)
        cairo_paint(context)
        let painted = cairo_status(context)
        cairo_destroy(context)
        defer { cairo_surface_destroy(opaque) }
        guard painted == CAIRO_STATUS_SUCCESS else { throw damaged(path) }
        return try ImageSet(shape: shape, pixels: pixels(of: opaque, shape))
    }

    /// The pixels of a surface of cairo's format RGB24.
    private static func pixels(of surface: OpaquePointer, _ shape: ImageShape) -> [UInt8] {
        cairo_surface_flush(surface)
        guard let data = cairo_image_surface_get_data(surface),
            Int(cairo_image_surface_get_width(surface)) == shape.width,
            Int(cairo_image_surface_get_height(surface)) == shape.height
        else { return [] }
        let stride = Int(cairo_image_surface_get_stride(surface))
        var pixels: [UInt8] = []
        pixels.reserveCapacity(shape.count)
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                let pixel = UnsafeRawPointer(data).load(fromByteOffset: y * stride + 4 * x, as: UInt32.self)
                for shift in [16, 8, 0] as [UInt32] {
                    pixels.append(UInt8(truncatingIfNeeded: pixel >> shift))
                }
            }
        }
        return pixels
    }

    /// cairo says that it has no memory when libpng finds damage, too; pictures are small enough to take it for that.
    private static func damaged(_ path: String) -> VAEError {
        VAEError(
            .invalidData, path, "is damaged: its pixels can't be unpacked",
            advice: "Save the picture again as PNG.")
    }

    /// The bytes of a file as cairo asks for them.
    private final class Source {
        private let bytes: [UInt8]
        private var next = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        static let read:
            @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>?, UInt32) -> cairo_status_t =
                { closure, target, length in
                    guard let closure, let target else { return CAIRO_STATUS_READ_ERROR }
                    let source = Unmanaged<Source>.fromOpaque(closure).takeUnretainedValue()
                    let count = Int(length)
                    guard count <= source.bytes.count - source.next else { return CAIRO_STATUS_READ_ERROR }
                    source.bytes[source.next..<source.next + count].withUnsafeBufferPointer { piece in
                        if let start = piece.baseAddress { target.update(from: start, count: count) }
                    }
                    source.next += count
                    return CAIRO_STATUS_SUCCESS
                }
    }
}
