import VAECore

/// The formats of pictures that are read, each told by its first bytes.
///
/// Another format takes a case here and a file of its own.
package enum PictureFormat: String, Sendable, CaseIterable {
    case png, jpeg, webp

    /// The name as people write it.
    package var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .webp: "WebP"
        }
    }

    /// All names, for messages: "PNG, JPEG or WebP".
    package static var names: String {
        let names = allCases.map(\.name)
        return "\(names.dropLast().joined(separator: ", ")) or \(names[names.count - 1])"
    }

    /// The endings of file names, in lower case and without the dot. They choose the files of a folder; what a file is its
    /// first bytes say.
    package var extensions: [String] {
        switch self {
        case .png: ["png"]
        case .jpeg: ["jpg", "jpeg"]
        case .webp: ["webp"]
        }
    }

    /// Whether a file of this name is taken for a picture; hidden files are not.
    package static func isPictureName(_ name: String) -> Bool {
        let name = name.lowercased()
        return !name.hasPrefix(".")
            && allCases.contains { $0.extensions.contains { name.hasSuffix(".\($0)") } }
    }

    /// The format of a file by its first bytes, of which twelve are enough; nil for none of these.
    package init?(of start: some Collection<UInt8>) {
        let start = Array(start.prefix(12))
        if start.starts(with: PNGChunk.signature) {
            self = .png
        } else if start.starts(with: [0xFF, 0xD8, 0xFF] as [UInt8]) {
            self = .jpeg
        } else if start.count == 12, start.starts(with: "RIFF".utf8), start[8...].elementsEqual("WEBP".utf8) {
            self = .webp
        } else {
            return nil
        }
    }

    /// The format of a file by its first bytes, `FileKind.needed` of them or all that there are.
    /// - Throws: `invalidData` that says what else the file is.
    package init(telling start: some Collection<UInt8>, path: String) throws(VAEError) {
        guard let format = PictureFormat(of: start) else {
            throw PictureFormat.refusal(of: start, path: path)
        }
        self = format
    }

    /// The error for a file that is none of these formats.
    /// - Parameter start: the file's first bytes, `FileKind.needed` of them or all that there are
    package static func refusal(of start: some Collection<UInt8>, path: String) -> VAEError {
        let advice = "Convert it to PNG or JPEG."
        if let kind = FileKind.picture(of: start), PictureFormat(of: start) == nil {
            // PNG's first four bytes without the four that tell what text modes of transfers break.
            guard kind != "a PNG picture" else {
                return VAEError(
                    .invalidData, path, "is a damaged PNG picture",
                    expected: "\\x89PNG\\r\\n\\x1A\\n at its start",
                    advice: "Copy the file again, and not as text.")
            }
            return VAEError(.invalidData, path, "is \(kind), which is not read", advice: advice)
        }
        return VAEError(
            .invalidData, path, "is no picture", expected: names,
            found: FileKind.name(of: start) ?? "another kind of file", advice: advice)
    }

    /// The picture of a file's bytes.
    /// - Parameters:
    ///   - path: the file's name in errors.
    ///   - least: a size, turned upright, that the picture will be scaled down to. A JPEG picture may then come out at a half, a
    ///     quarter or an eighth of its size, as long as that is at least twice `least` on both sides: several times faster, with
    ///     pixels that differ slightly, for the scaling is done on frequencies. nil gives every pixel of the file.
    /// - Throws: `invalidData` when they are no whole picture of this format, or one beyond `limits`.
    package func decode(
        _ bytes: [UInt8], path: String, atLeast least: (width: Int, height: Int)? = nil,
        limits: PictureLimits = PictureLimits()
    ) throws(VAEError) -> Picture {
        switch self {
        case .png: try PNGPicture.decode(bytes, path: path, limits: limits)
        case .jpeg: try JPEGPicture.decode(bytes, path: path, atLeast: least, limits: limits)
        case .webp: try WebPPicture.decode(bytes, path: path, limits: limits)
        }
    }
}
