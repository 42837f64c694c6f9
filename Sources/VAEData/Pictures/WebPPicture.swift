import CWebP
import VAECore

/// WebP pictures, by libwebp: lossy and lossless, with and without alpha. Animated ones are refused.
enum WebPPicture {
    /// The picture that `bytes` hold: RGB, or RGB and alpha where the file says that it has alpha.
    ///
    /// A pixel may cost no bit at all in this format, so that only the limits bound what a short file takes; sides have
    /// 16,383 pixels at most.
    ///
    /// Takes about six bytes of memory a pixel at most, besides the file.
    /// - Throws: `invalidData`.
    static func decode(_ bytes: [UInt8], path: String, limits: PictureLimits) throws(VAEError) -> Picture {
        // RIFF, its size, WEBP. libwebp refuses a shorter file, too, without a word on why.
        guard bytes.count >= 12, bytes.count - 8 >= number(bytes, at: 4) else {
            throw VAEError(
                .invalidData, path, "is cut off", expected: "as many bytes as it says at its start",
                found: "\(bytes.count) bytes", advice: "Copy the file again.")
        }
        var features = WebPBitstreamFeatures()
        let status = WebPGetFeatures(bytes, bytes.count, &features)
        guard status == VP8_STATUS_OK else {
            throw VAEError(
                .invalidData, path, "is damaged: it has no header of a WebP picture",
                found: words[status.rawValue], advice: "Copy the file again.")
        }
        let (width, height) = (Int(features.width), Int(features.height))
        try limits.check(width, height, path: path)
        guard features.has_animation == 0 else {
            throw VAEError(
                .invalidData, path, "is an animated WebP picture, which is not read",
                advice: "Save one of its images as PNG or JPEG.")
        }
        let channels = features.has_alpha != 0 ? 4 : 3
        let count = width * height * channels
        let stride = Int32(width * channels)
        let unpack = channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            let made = unpack(bytes, bytes.count, target.baseAddress, count, stride)
            filled = made == nil ? 0 : count
        }
        guard pixels.count == count else {
            throw VAEError(
                .invalidData, path, "is damaged: its pixels can't be unpacked",
                advice: "Copy the file again, or save the picture again as WebP.")
        }
        return Picture(width: width, height: height, channels: channels, samples: .bytes(pixels))
            .turned(from: orientation(bytes))
    }

    /// libwebp's statuses.
    private static let words = [
        VP8_STATUS_OUT_OF_MEMORY.rawValue: "no memory", VP8_STATUS_BITSTREAM_ERROR.rawValue: "wrong bits",
        VP8_STATUS_UNSUPPORTED_FEATURE.rawValue: "a feature that libwebp does not know",
        VP8_STATUS_NOT_ENOUGH_DATA.rawValue: "too few bytes",
    ]

    /// The orientation in the chunk EXIF, if there is one.
    private static func orientation(_ bytes: [UInt8]) -> Orientation {
        var at = 12
        while at <= bytes.count - 8 {
            let size = number(bytes, at: at + 4)
            guard size <= bytes.count - at - 8 else { break }
            if bytes[at..<at + 4].elementsEqual("EXIF".utf8) {
                var content = bytes[at + 8..<at + 8 + size]
                // The marks of JPEG's segment, which some programs leave in front.
                if content.starts(with: Array("Exif\0\0".utf8)) { content = content.dropFirst(6) }
                return Orientation(tiff: content)
            }
            // Chunks begin at even places.
            at += 8 + size + size % 2
        }
        return .upright
    }

    /// The integer of four bytes, the lowest first.
    private static func number(_ bytes: [UInt8], at offset: Int) -> Int {
        bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
