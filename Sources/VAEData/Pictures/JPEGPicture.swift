import CTurboJPEG
import VAECore

/// JPEG pictures, by libjpeg-turbo: grey, YCbCr, RGB, CMYK and YCCK, sequential and progressive.
enum JPEGPicture {
    /// The picture that `bytes` hold, grey or RGB.
    ///
    /// Inks are taken as Adobe writes them, 255 for none, whether or not a segment of Adobe's says so, as Pillow and browsers do;
    /// RGB of them is (255 − ink) · (255 − black) / 255.
    ///
    /// Takes three bytes of memory a pixel, four for inks, and for progressive pictures six or eight more, besides the file.
    /// - Throws: `invalidData`, also for a picture that libjpeg would fill up with grey.
    static func decode(
        _ bytes: [UInt8], path: String, atLeast least: (width: Int, height: Int)?, limits: PictureLimits
    ) throws(VAEError) -> Picture {
        let header = try JPEGHeader(bytes, limits: limits, path: path)
        var bytes = bytes
        if let place = header.misstatedSelection {
            bytes.replaceSubrange(place..<place + 3, with: [0, 63, 0])
        }
        let scale = scale(of: header, least)
        let width = (header.width + scale - 1) / scale
        let height = (header.height + scale - 1) / scale
        let format = [1: TJPF_GRAY, 3: TJPF_RGB][header.components] ?? TJPF_CMYK
        let count = width * height * header.components
        var problem: String?
        var pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            problem = unpack(bytes, header, width, height, format, into: target)
            filled = problem == nil ? count : 0
        }
        if let problem {
            throw VAEError(
                .invalidData, path, "is damaged: its pixels can't be unpacked", found: problem,
                advice: "Copy the file again, or save the picture again as JPEG.")
        }
        if format == TJPF_CMYK { pixels = colours(ofInks: pixels) }
        return Picture(
            width: width, height: height, channels: min(3, header.components), samples: .bytes(pixels)
        ).turned(from: header.orientation)
    }

    /// 1, 2, 4 or 8: the part of a picture that is large enough for what is wanted.
    private static func scale(of header: JPEGHeader, _ least: (width: Int, height: Int)?) -> Int {
        guard let least else { return 1 }
        let (width, height) =
            header.orientation.swapsSides ? (least.height, least.width) : (least.width, least.height)
        return [8, 4, 2].first { header.width / $0 >= 2 * width && header.height / $0 >= 2 * height } ?? 1
    }

    /// - Returns: libjpeg's words for what is wrong; nil when nothing is.
    private static func unpack(
        _ file: [UInt8], _ header: JPEGHeader, _ width: Int, _ height: Int, _ format: TJPF,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) -> String? {
        guard let decoder = tjInitDecompress() else { return "no memory" }
        defer { tjDestroy(decoder) }
        let status = file.withUnsafeBufferPointer { file in
            tjDecompress2(
                decoder, file.baseAddress, UInt(file.count), target.baseAddress, Int32(width), 0,
                Int32(height),
                format.rawValue, TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT)
        }
        guard status != 0 else { return nil }
        let words = tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "status \(status)"
        // libjpeg says the first thing that it warns of. Bytes in front of the picture's end come after all pixels, and many
        // cameras leave some; a missing restart marker may also stand there, with more to come.
        let isHarmless =
            tjGetErrorCode(decoder) == TJERR_WARNING.rawValue && !header.hasRestarts
            && words.hasSuffix("extraneous bytes before marker 0xd9")
        return isHarmless ? nil : words
    }

    /// RGB of cyan, magenta, yellow and black, as Pillow makes it.
    private static func colours(ofInks inks: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: inks.count / 4 * 3) { target, count in
            for pixel in 0..<inks.count / 4 {
                let light = Int32(inks[4 * pixel + 3])
                for colour in 0..<3 {
                    // Rounded division by 255 of what is below 2¹⁶.
                    let product = (255 - Int32(inks[4 * pixel + colour])) * light + 128
                    target.initializeElement(
                        at: 3 * pixel + colour,
                        to: UInt8(truncatingIfNeeded: light - (((product >> 8) + product) >> 8)))
                }
            }
            count = inks.count / 4 * 3
        }
    }
}
