import CCairo

extension Canvas {
    /// Draws one line of text.
    ///
    /// - Parameters:
    ///   - string: what to write; characters that can't be printed are replaced, and ASCII stands in for what the font lacks
    ///   - point: where the anchors put it
    ///   - style: size, weight and colour
    ///   - horizontal: what of the line lies at `point`: its start, middle or end
    ///   - vertical: what of the letters lies at `point`: baseline, middle or top
    ///   - isUpward: turned to be read from below, as y axes are labelled
    public func draw(
        _ string: String, at point: Point, _ style: TextStyle, _ horizontal: HorizontalAnchor = .start,
        _ vertical: VerticalAnchor = .baseline, isUpward: Bool = false
    ) {
        guard point.isDrawable, !string.isEmpty else { return }
        let string = lettered(string, style)
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
        log?.add(
            string, deviceBox(Rect(x: x, y: y - 0.73 * style.size, width: width, height: 0.73 * style.size)))
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

    /// The upright rectangle around one of the current coordinates, in pixels of the figure.
    private func deviceBox(_ rect: Rect) -> Rect {
        var (low, high) = (Point(repeating: .infinity), Point(repeating: -.infinity))
        for (x, y) in [(rect.minX, rect.minY), (rect.maxX, rect.maxY)] {
            var place = (x, y)
            cairo_user_to_device(context, &place.0, &place.1)
            let point = Point(place.0, place.1) / scale
            (low, high) = (pointwiseMin(low, point), pointwiseMax(high, point))
        }
        return Rect(x: low.x, y: low.y, width: high.x - low.x, height: high.y - low.y)
    }

    /// Draws one line of text within a width: in smaller letters where it would be too long, and shortened where even those are.
    func draw(
        _ string: String, at point: Point, _ style: TextStyle, _ horizontal: HorizontalAnchor = .start,
        _ vertical: VerticalAnchor = .baseline, isUpward: Bool = false, within width: Double
    ) {
        var style = style
        let wanted = self.width(of: string, style)
        // A little less than in proportion: letters are not exactly as much narrower as they are smaller.
        if wanted > width { style.size = max(0.99 * style.size * width / wanted, min(style.size, 10)) }
        draw(
            shortened(string, style, toWidth: width), at: point, style, horizontal, vertical,
            isUpward: isUpward)
    }

    /// The width of a line of text, in pixels of the figure.
    public func width(of string: String, _ style: TextStyle) -> Double {
        let string = lettered(string, style)
        select(style)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, string, &extents)
        return extents.x_advance
    }

    /// The width of the longest of some lines; 0 for none.
    func width(of strings: some Sequence<String>, _ style: TextStyle) -> Double {
        var widest = 0.0
        for string in strings { widest = max(widest, width(of: string, style)) }
        return widest
    }

    /// The text, or as much of its beginning as fits into `width` with an ellipsis after it.
    public func shortened(_ string: String, _ style: TextStyle, toWidth width: Double) -> String {
        let string = lettered(string, style)
        if self.width(of: string, style) <= width { return string }
        let characters = Array(string)
        let fitting = longest(characters[...], style, toWidth: width, followedBy: "…")
        return String(characters[..<fitting]) + "…"
    }

    /// The text in lines of `width` at most, cut between words, and within one that is longer than a line. What does not fit into
    /// the last of `mostLines` ends in an ellipsis.
    func wrapped(_ string: String, _ style: TextStyle, toWidth width: Double, mostLines: Int) -> [String] {
        var rest = Array(lettered(string, style))[...]
        var lines: [String] = []
        while !rest.isEmpty, lines.count < mostLines - 1, self.width(of: String(rest), style) > width {
            let fitting = max(1, longest(rest, style, toWidth: width))
            let space = rest.prefix(fitting + 1).lastIndex(of: " ")
            let end = space.flatMap { $0 > rest.startIndex ? $0 : nil } ?? rest.startIndex + fitting
            lines.append(String(rest[..<end]))
            rest = rest[end...].drop { $0 == " " }
        }
        return rest.isEmpty ? lines : lines + [shortened(String(rest), style, toWidth: width)]
    }

    /// The number of characters that fit. Widths grow with length, so halving finds it.
    private func longest(
        _ characters: ArraySlice<Character>, _ style: TextStyle, toWidth width: Double,
        followedBy end: String = ""
    ) -> Int {
        var (low, high) = (0, characters.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if self.width(of: String(characters.prefix(middle)) + end, style) <= width {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    /// The text as the font can write it.
    private func lettered(_ string: String, _ style: TextStyle) -> String {
        let string = string.printable()
        guard !string.utf8.allSatisfy({ $0 < 0x80 }) else { return string }
        return StandIns.text(string) { !has($0, style) }
    }

    func select(_ style: TextStyle) {
        cairo_select_font_face(
            context, family, CAIRO_FONT_SLANT_NORMAL,
            style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, style.size)
    }
}
