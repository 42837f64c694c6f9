import CCairo
import VAECore

/// The font that figures are lettered in: the system's sans-serif, whatever it is.
public struct FigureFont: Sendable, Equatable {
    /// Its name, such as "DejaVu Sans"; nil where the system has none, and letters of cairo's own serve.
    public let family: String?
    /// The characters of figures, and of the texts that were asked for, that it lacks, plain or bold, and that ASCII stands in for:
    /// "-" for "−", "z1" for "z₁", "?" for what has no likeness.
    public let missing: [Character]

    /// The font as it is now.
    /// - Parameter texts: what figures will show beside their own words, such as names of classes
    /// - Throws: `cannotCreate` when there is not memory enough to ask.
    public static func current(for texts: [String] = []) throws(VAEError) -> FigureFont {
        try FigureFont(on: Canvas.ruler(), for: texts)
    }

    init(family: String?, missing: [Character]) { (self.family, self.missing) = (family, missing) }

    init(on canvas: borrowing Canvas, for texts: [String] = []) {
        let plain = TextStyle(size: 14)
        let others = Set(texts.joined().unicodeScalars).filter { !$0.isASCII && StandIns.table[$0] == nil }
        let used = StandIns.table.keys.sorted() + others.sorted()
        var missing: [Character] = []
        for scalar in used where ![plain, .title].allSatisfy({ canvas.has(scalar, $0) }) {
            missing.append(Character(scalar))
        }
        self.missing = missing
        family = canvas.fontFamily(plain)
    }

    /// The warning that people should read before they look at a figure; nil when nothing is missing.
    public var warning: String? {
        guard let family else {
            return "no font is installed: pictures are lettered in plain ASCII (- for −, z1 for z₁). "
                + "Install one, such as the package fonts-dejavu-core."
        }
        guard !missing.isEmpty else { return nil }
        return "the font \(family.escapingControlCharacters()) lacks "
            + missing.prefix(10).map(String.init).joined(separator: " ")
            + (missing.count > 10 ? " and \(missing.count - 10) more" : "")
            + ": pictures have ASCII in their place. Install another that has them, such as the package "
            + (missing.allSatisfy { StandIns.table[$0.unicodeScalars.first ?? " "] != nil }
                ? "fonts-dejavu-core." : "fonts-noto-cjk or fonts-noto-core.")
    }
}

extension Canvas {
    /// A canvas that nothing is drawn on, to measure letters: figures must know their size before they are drawn.
    static func ruler() throws(VAEError) -> Canvas { try Canvas(.png, size: Size(width: 1, height: 1)) }

    /// Whether the font has a letter for a character.
    func has(_ scalar: Unicode.Scalar, _ style: TextStyle) -> Bool {
        select(style)
        let font = cairo_get_scaled_font(context)
        // Cairo's own letters, which serve where there is no font, are ASCII, and a box for all else.
        if cairo_scaled_font_get_type(font) == CAIRO_FONT_TYPE_USER { return scalar.isASCII }
        var glyphs: UnsafeMutablePointer<cairo_glyph_t>?
        var count: Int32 = 0
        let status = cairo_scaled_font_text_to_glyphs(
            font, 0, 0, String(scalar), -1, &glyphs, &count, nil, nil, nil)
        defer { cairo_glyph_free(glyphs) }
        guard status == CAIRO_STATUS_SUCCESS, let glyphs, count > 0 else { return false }
        // Glyph 0 is the one for what a font lacks.
        return (0..<Int(count)).allSatisfy { glyphs[$0].index != 0 }
    }

    /// The font's name; nil for cairo's own letters.
    func fontFamily(_ style: TextStyle) -> String? {
        select(style)
        var name = [CChar](repeating: 0, count: 256)
        guard vae_font_family(cairo_get_scaled_font(context), &name, name.count) else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
