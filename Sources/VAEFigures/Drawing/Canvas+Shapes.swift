import CCairo

extension Canvas {
    /// Fills a rectangle.
    public func fill(_ rect: Rect, _ colour: Colour, opacity: Double = 1) {
        guard path(rect) else { return }
        use(colour, opacity)
        cairo_fill(context)
    }

    /// Draws a rectangle's border, half inside and half outside.
    public func stroke(_ rect: Rect, _ colour: Colour, width: Double = 1) {
        guard path(rect) else { return }
        stroke(colour, width: width, dash: [])
    }

    /// Draws straight lines from point to point.
    public func strokeLine(_ points: [Point], _ colour: Colour, width: Double = 1, dash: [Double] = []) {
        guard let first = points.first, points.allSatisfy(\.isDrawable) else { return }
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        stroke(colour, width: width, dash: dash)
    }

    /// Fills a closed shape with straight sides.
    func fillPolygon(_ corners: [Point], _ colour: Colour, opacity: Double = 1) {
        guard let first = corners.first, corners.allSatisfy(\.isDrawable) else { return }
        cairo_move_to(context, first.x, first.y)
        for corner in corners.dropFirst() { cairo_line_to(context, corner.x, corner.y) }
        cairo_close_path(context)
        use(colour, opacity)
        cairo_fill(context)
    }

    /// Draws a circle's outline.
    public func strokeCircle(
        _ centre: Point, radius: Double, _ colour: Colour, width: Double = 1, dash: [Double] = []
    ) {
        guard centre.isDrawable, radius.isFinite, radius > 0 else { return }
        cairo_new_sub_path(context)
        cairo_arc(context, centre.x, centre.y, radius, 0, 2 * Double.pi)
        stroke(colour, width: width, dash: dash)
    }

    /// Draws filled dots as one shape: where two of one call overlap, they do not darken.
    ///
    /// Each is a line of no length with round ends, the shortest thing an SVG file can say.
    public func fillDots(
        _ centres: some Sequence<Point>, radius: Double, _ colour: Colour, opacity: Double = 1
    ) {
        for centre in centres where centre.isDrawable {
            cairo_move_to(context, centre.x, centre.y)
            cairo_line_to(context, centre.x, centre.y)
        }
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        stroke(colour, width: 2 * radius, dash: [], opacity: opacity)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT)
    }

    /// Runs `body` with drawing limited to a rectangle.
    public func withClip(to rect: Rect, _ body: () -> Void) {
        cairo_save(context)
        if path(rect) { cairo_clip(context) }
        body()
        cairo_restore(context)
    }

    /// Runs `body` with the origin moved to the right.
    func withOrigin(movedRightBy distance: Double, _ body: () -> Void) {
        cairo_save(context)
        cairo_translate(context, distance, 0)
        body()
        cairo_restore(context)
    }

    func use(_ colour: Colour, _ opacity: Double) {
        cairo_set_source_rgba(
            context, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255, opacity)
    }

    /// Starts a rectangle as the current path; false when there is nothing to draw.
    func path(_ rect: Rect) -> Bool {
        guard Point(rect.x, rect.y).isDrawable, Point(rect.maxX, rect.maxY).isDrawable, rect.width > 0,
            rect.height > 0
        else { return false }
        cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
        return true
    }

    func stroke(_ colour: Colour, width: Double, dash: [Double], opacity: Double = 1) {
        use(colour, opacity)
        cairo_set_line_width(context, width)
        cairo_set_dash(context, dash, Int32(dash.count), 0)
        cairo_stroke(context)
    }
}

extension Point {
    /// Finite and within the ±2²³ that cairo's fixed-point numbers hold.
    var isDrawable: Bool { abs(x) < 8_000_000 && abs(y) < 8_000_000 }
}
