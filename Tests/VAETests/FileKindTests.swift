import Foundation
import Testing
import VAECore

/// What a file of the wrong kind is called.
@Suite("Kinds of files")
struct FileKindTests {
    /// The first bytes of files.
    static let starts: [(start: [UInt8], name: String)] = [
        (text("PK\u{3}\u{4}rest"), "ZIP"), ([0x89] + text("HDF\r\n\u{1A}\n"), "HDF5"),
        ([0x80, 2, 0x7D, 0x71], "pickle"), ([0x89] + text("PNG\r\n\u{1A}\n"), "PNG"),
        ([0xFF, 0xD8, 0xFF, 0xE0], "JPEG"), (text("RIFF\u{4}\u{0}\u{0}\u{0}WEBP"), "WebP"),
        (text("RIFF\u{4}\u{0}\u{0}\u{0}WAVE"), "sound"), (text("GIF89a"), "GIF"), (text("II*\u{0}"), "TIFF"),
        (text("MM\u{0}*"), "TIFF"), (text("8BPS"), "PSD"), (text("BM1234\u{0}\u{0}\u{0}\u{0}1234"), "BMP"),
        (text("\u{0}\u{0}\u{0}\u{18}ftypheic"), "HEIC"), (text("\u{0}\u{0}\u{0}\u{18}ftypavif"), "AVIF"),
        ([0, 0, 0, 12] + text("jP  \r\n") + [0x87, 10], "JPEG 2000"),
        ([0, 0, 0, 12] + text("JXL \r\n") + [0x87, 10], "JPEG XL"),
        (text("<?xml version=\"1.0\"?>\n<svg xmlns="), "SVG"), (text("BMs of text, not a picture"), "text"),
        ([0x1F, 0x8B, 8, 0], "gzip"), ([], "empty"),
        ([0x93] + text("NUMPY"), "NPY"), ([0, 0, 8, 3, 0, 0], "IDX"), (text("  {\"a\": 1}"), "JSON"),
        (text("<!DOCTYPE html>"), "web page"), (text("z1,z2\n0.5,−1\n"), "text"),
        ([16, 0, 0, 0, 0, 0, 0, 0] + text("{}"), "safetensors"),
        (text(String(repeating: "A", count: 257) + "ustar\u{0}"), "tar"),
    ]

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: starts)
    func named(start: [UInt8], name: String) {
        #expect(FileKind.name(of: start)?.contains(name) == true, "\(FileKind.name(of: start) ?? "none")")
    }

    @Test func othersAreNot() {
        #expect(
            FileKind.name(of: [0xFD, 0x37, 0x7A, 0x58]) == nil
                && FileKind.name(of: [0x93, 0x4E, 0x55]) == nil)
        #expect(FileKind.name(of: Array("größer".utf8)) == FileKind.text)
        let cut = [UInt8](repeating: 65, count: FileKind.needed - 1) + Array("ö".utf8)
        #expect(FileKind.name(of: cut) == FileKind.text)
        #expect(FileKind.name(of: [1, 2, 3]) == nil && FileKind.name(of: [0x80, 9, 0, 0]) == nil)
        // What comes later does not matter.
        let long = [UInt8](repeating: 65, count: FileKind.needed) + [0]
        #expect(FileKind.name(of: long) == FileKind.text)
    }
}
