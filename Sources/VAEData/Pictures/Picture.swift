import VAECore

/// A picture as its file has it, turned upright: rows from the top, pixels from the left, channels innermost.
///
/// Gamma and colour profiles are not applied, as in Pillow: the numbers are the file's.
package struct Picture: Sendable, Equatable {
    /// Values of one precision, 0 for black or transparent.
    package enum Samples: Sendable, Equatable {
        /// 0...255.
        case bytes([UInt8])
        /// 0...65,535, of PNG files of sixteen bits.
        case words([UInt16])

        /// The number of values.
        package var count: Int {
            switch self {
            case .bytes(let values): values.count
            case .words(let values): values.count
            }
        }
    }

    /// Columns of pixels.
    package let width: Int
    /// Rows of pixels.
    package let height: Int
    /// 1 for grey, 2 for grey and alpha, 3 for RGB, 4 for RGB and alpha.
    package let channels: Int
    /// `height · width · channels` values; colours are not multiplied by alpha.
    package let samples: Samples

    /// - Precondition: as many samples as the sizes say, and 1 to 4 channels.
    package init(width: Int, height: Int, channels: Int, samples: Samples) {
        precondition((1...4).contains(channels) && samples.count == width * height * channels)
        self.width = width
        self.height = height
        self.channels = channels
        self.samples = samples
    }

    /// Whether pixels have an alpha value, the last of their channels.
    package var hasAlpha: Bool { channels == 2 || channels == 4 }
    /// Whether pixels have one brightness rather than three colours.
    package var isGrey: Bool { channels <= 2 }

    /// Bytes of the longest file: 2²⁶ pixels of RGB, alpha and sixteen bits that did not compress.
    static let longestFile = 1 << 30 - 1

    /// The picture in the file at `path`, in any format of `PictureFormat`.
    /// - Parameters:
    ///   - least: the size that will be made of it, for a faster way with large JPEG pictures: see `PictureFormat.decode`.
    ///     nil decodes all pixels.
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidData` when it holds no picture of these
    ///   formats, a damaged one, or one beyond `limits`.
    package init(
        contentsOf path: String, atLeast least: (width: Int, height: Int)? = nil,
        limits: PictureLimits = PictureLimits()
    ) throws(VAEError) {
        let bytes = try DurableFile.read(path, limit: Picture.longestFile)
        let format = try PictureFormat(telling: bytes, path: path)
        self = try format.decode(bytes, path: path, atLeast: least, limits: limits)
    }
}
