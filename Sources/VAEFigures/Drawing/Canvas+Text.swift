import CCairo

extension Canvas {
    /// Draws one line of text.
    ///
    /// - Parameters:
    ///   - string: what to write; characters that can't be printed are replaced
    ///   - point: where the anchors put it
    ///   - style: size, weight and colour
    ///   - horizontal: what of the line lies at `point`: its start, middle or end
    ///   - vertical: what of the letters lies at `point`: baseline, middle or top
    ///   - isUpward: turned to be read from below, as y axes are labelled
    public func draw(
        _ string: String, at point: Point, _ style: TextStyle, _ horizontal: HorizontalAnchor = .start,
        _ vertical: VerticalAnchor = .baseline, isUpward: Bool = false
    ) {
        guard point.isDrawable else { return }
        let string = string.printable()
        let width = width(of: string, style)
        cairo_save(context)
        cairo_translate(context, point.x, point.y)
        if isUpward { cairo_rotate(context, -Double.pi / 2) }
        let x =
            switch horizontal {
            case .start: 0.0
            case .middle: -width / 2
            case .end: -width
            }
        // A digit is 0.73 of the font size high in DejaVu Sans, and close to it elsewhere.
        let y =
            switch vertical {
            case .baseline: 0.0
            case .middle: 0.365 * style.size
            case .top: 0.73 * style.size
            }
        cairo_move_to(context, x, y)
        if style.halo > 0 {
            cairo_text_path(context, string)
            stroke(.white, width: 2 * style.halo, dash: [])
            cairo_move_to(context, x, y)
        }
        use(style.colour, 1)
        cairo_show_text(context, string)
        cairo_new_path(context)
        cairo_restore(context)
    }

    /// How far a line of text reaches from left to right.
    public func width(of string: String, _ style: TextStyle) -> Double {
        select(style)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, string.printable(), &extents)
        return extents.x_advance
    }

    /// The text, or as much of its beginning as fits into `width` with an ellipsis after it.
    public func shortened(_ string: String, _ style: TextStyle, toWidth width: Double) -> String {
        let string = string.printable()
        if self.width(of: string, style) <= width { return string }
        // Widths grow with length, so halving finds the longest beginning that fits.
        let characters = Array(string)
        var (low, high) = (0, characters.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if self.width(of: String(characters[..<middle]) + "…", style) <= width {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return String(characters[..<low]) + "…"
    }

    private func select(_ style: TextStyle) {
        cairo_select_font_face(
            context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
            style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, style.size)
    }
}
