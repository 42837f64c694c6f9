import CSPNG
import VAECore

/// PNG pictures, by libspng: all colour types and depths, interlaced or not.
enum PNGPicture {
    /// The picture that `bytes` hold.
    ///
    /// Fewer bits than eight are spread over 0...255, colours of a palette are looked up, and a transparent colour (tRNS) becomes
    /// an alpha channel. Sixteen bits stay sixteen.
    ///
    /// Takes the file twice and the pixels once, of memory.
    /// - Throws: `invalidData`.
    static func decode(_ bytes: [UInt8], path: String, limits: PictureLimits) throws(VAEError) -> Picture {
        let checked = try CheckedPNG(bytes, limits: limits, path: path)
        let layout = Layout(checked)
        let count = checked.width * checked.height * layout.channels
        var status = SPNG_OK
        let samples: Picture.Samples
        if checked.depth == 16 {
            samples = .words(
                [UInt16](unsafeUninitializedCapacity: count) { target, filled in
                    status = unpack(checked.essence, layout, into: UnsafeMutableRawBufferPointer(target))
                    filled = status == SPNG_OK ? count : 0
                })
        } else {
            samples = .bytes(
                [UInt8](unsafeUninitializedCapacity: count) { target, filled in
                    status = unpack(checked.essence, layout, into: UnsafeMutableRawBufferPointer(target))
                    filled = status == SPNG_OK ? count : 0
                })
        }
        guard status == SPNG_OK else {
            throw VAEError(
                .invalidData, path, "is damaged: its pixels can't be unpacked",
                found: spng_strerror(Int32(status.rawValue)).map { String(cString: $0) },
                advice: "Save the picture again as PNG.")
        }
        return Picture(
            width: checked.width, height: checked.height, channels: layout.channels, samples: samples
        ).turned(from: checked.orientation)
    }

    /// libspng's name for the pixels that are wanted of it.
    private struct Layout {
        let channels: Int
        let format: spng_format
        let appliesTransparency: Bool

        init(_ png: CheckedPNG) {
            let isWide = png.depth == 16
            switch (png.colour, png.hasTransparency) {
            case (.grey, false): (channels, format) = (1, isWide ? SPNG_FMT_PNG : SPNG_FMT_G8)
            case (.grey, true): (channels, format) = (2, isWide ? SPNG_FMT_GA16 : SPNG_FMT_GA8)
            case (.rgb, false), (.palette, false):
                (channels, format) = (3, isWide ? SPNG_FMT_PNG : SPNG_FMT_RGB8)
            case (.rgb, true), (.palette, true):
                (channels, format) = (4, isWide ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8)
            case (.greyAndAlpha, _): (channels, format) = (2, SPNG_FMT_PNG)
            case (.rgbAndAlpha, _): (channels, format) = (4, SPNG_FMT_PNG)
            }
            appliesTransparency = png.hasTransparency && ![.greyAndAlpha, .rgbAndAlpha].contains(png.colour)
        }
    }

    private static func unpack(
        _ file: [UInt8], _ layout: Layout, into target: UnsafeMutableRawBufferPointer
    ) -> spng_errno {
        guard let decoder = spng_ctx_new(0) else { return SPNG_EMEM }
        defer { spng_ctx_free(decoder) }
        return file.withUnsafeBytes { file in
            var status = spng_set_png_buffer(decoder, file.baseAddress, file.count)
            var size = 0
            let format = Int32(layout.format.rawValue)
            if status == 0 { status = spng_decoded_image_size(decoder, format, &size) }
            if status == 0, size != target.count { status = Int32(SPNG_EBUFSIZ.rawValue) }
            let flags = layout.appliesTransparency ? SPNG_DECODE_TRNS.rawValue : 0
            if status == 0 {
                status = spng_decode_image(decoder, target.baseAddress, target.count, format, Int32(flags))
            }
            // What follows the pixels is read, too, so that nothing cut off passes.
            if status == 0 { status = spng_decode_chunks(decoder) }
            return spng_errno(numericCast(status))
        }
    }
}
