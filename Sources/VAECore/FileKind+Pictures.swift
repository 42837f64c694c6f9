extension FileKind {
    /// The kind of a picture, such as "a HEIC picture"; nil for a file of another kind.
    /// - Parameter start: the file's first bytes, all of it or `needed` of them
    package static func picture(of start: some Collection<UInt8>) -> String? {
        let start = Array(start.prefix(needed))
        for (bytes, name) in pictures where start.starts(with: bytes) { return name }
        if start.count >= 12, start.starts(with: "RIFF".utf8), start[8..<12].elementsEqual("WEBP".utf8) {
            return "a WebP picture"
        }
        // Two letters alone may begin any text; bytes 6 to 9 are reserved, and zero.
        if start.count >= 14, start.starts(with: "BM".utf8), start[6..<10].allSatisfy({ $0 == 0 }) {
            return "a BMP picture"
        }
        if start.count >= 12, start[4..<8].elementsEqual("ftyp".utf8) {
            let brand = String(decoding: start[8..<12], as: UTF8.self)
            if ["avif", "avis"].contains(brand) { return "an AVIF picture" }
            if ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains(brand) {
                return "a HEIC picture"
            }
            return nil
        }
        return isSVG(start) ? "an SVG picture" : nil
    }

    /// Whether text begins as XML does and soon names the element of SVG.
    private static func isSVG(_ start: [UInt8]) -> Bool {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = start.starts(with: byteOrderMark) ? start.dropFirst(3) : start[...]
        guard text.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") else { return false }
        let name = Array("<svg".utf8)
        return text.indices.contains { text[$0...].starts(with: name) }
    }

    private static let pictures: [([UInt8], String)] = [
        ([0x89] + Array("PNG".utf8), "a PNG picture"), ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        (Array("GIF8".utf8), "a GIF picture"),
        (Array("II*\u{0}".utf8), "a TIFF picture"), (Array("MM\u{0}*".utf8), "a TIFF picture"),
        // TIFF's successor for files over 4 GiB.
        (Array("II+\u{0}".utf8), "a TIFF picture"), (Array("MM\u{0}+".utf8), "a TIFF picture"),
        (Array("8BPS".utf8), "a PSD picture"),
        ([0, 0, 0, 12] + Array("jP  \r\n".utf8) + [0x87, 0x0A], "a JPEG 2000 picture"),
        ([0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 picture"),
        ([0, 0, 0, 12] + Array("JXL \r\n".utf8) + [0x87, 0x0A], "a JPEG XL picture"),
    ]
}
