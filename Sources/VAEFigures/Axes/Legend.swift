import Foundation

/// The list of classes beside a scatter plot.
struct Legend {
    let title: String
    let entries: [(name: String, colour: Colour)]
    let showsPrior: Bool

    static let priorDash = [5.0, 4.0]
    private static let priorText = "prior 1σ, 2σ"
    private static let style = TextStyle(size: 14)
    private static let titleStyle = TextStyle(size: 13, colour: .secondaryInk)
    private static let markWidth = 26.0

    /// The width it needs, at most 190; 0 when there is nothing to say.
    func width(on canvas: borrowing Canvas) -> Double {
        var widest = 0.0
        if showsPrior { widest = Legend.markWidth + canvas.width(of: Legend.priorText, Legend.style) }
        if !entries.isEmpty { widest = max(widest, canvas.width(of: title, Legend.titleStyle)) }
        for entry in entries {
            widest = max(widest, Legend.markWidth + canvas.width(of: entry.name, Legend.style))
        }
        return min(widest.rounded(.up), 190)
    }

    func draw(on canvas: borrowing Canvas, in rect: Rect) {
        var y = rect.minY + 8
        if showsPrior {
            canvas.strokeLine(
                [Point(rect.minX, y), Point(rect.minX + 19, y)], .ink, width: 1.25, dash: Legend.priorDash)
            canvas.draw(
                Legend.priorText, at: Point(rect.minX + Legend.markWidth, y), Legend.style, .start, .middle)
            y += 36
        }
        guard !entries.isEmpty else { return }
        canvas.draw(
            canvas.shortened(title, Legend.titleStyle, toWidth: rect.width), at: Point(rect.minX, y),
            Legend.titleStyle,
            .start, .middle)
        y += 24
        // More classes than fit get less room each, and what still does not fit is counted.
        let spacing = max(15, min(24, (rect.maxY - y) / Double(entries.count)))
        let room = max(1, Int((rect.maxY - y) / spacing))
        let shown = entries.count <= room ? entries.count : max(1, room - 1)
        let fits = rect.width - Legend.markWidth
        for entry in entries.prefix(shown) {
            canvas.fillDots([Point(rect.minX + 9, y)], radius: min(6.5, spacing * 0.36), entry.colour)
            canvas.draw(
                canvas.shortened(entry.name, Legend.style, toWidth: fits),
                at: Point(rect.minX + Legend.markWidth, y),
                Legend.style, .start, .middle)
            y += spacing
        }
        if shown < entries.count {
            canvas.draw(
                "+ \(entries.count - shown) more", at: Point(rect.minX, y), Legend.titleStyle, .start, .middle
            )
        }
    }
}

extension Double {
    /// This number to the power of `exponent`.
    func power(_ exponent: Double) -> Double { pow(self, exponent) }
}
