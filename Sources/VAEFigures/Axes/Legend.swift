import Foundation

/// The list of classes beside a scatter plot.
struct Legend {
    let title: String
    let entries: [(name: String, look: ClassLook)]
    let showsPrior: Bool

    static let priorDash = [5.0, 4.0]
    private static let priorText = "prior 1σ, 2σ"
    private static let priorStyle = TextStyle(size: 14)
    private static let titleStyle = TextStyle(size: 13, colour: .secondaryInk)
    private static let priorMark = 26.0
    private static let mostWidth = 230.0

    /// Whether there are so many classes that they have to stand closer, for all 256 to find room.
    private var isDense: Bool { entries.count > 60 }
    private var style: TextStyle { TextStyle(size: isDense ? 11 : 14) }
    private var markWidth: Double { isDense ? 18 : 26 }
    /// Between columns.
    private var gap: Double { isDense ? 7 : 10 }
    private var leastSpacing: Double { isDense ? 12.5 : 15 }

    /// The width it needs, at most 230; 0 when there is nothing to say.
    /// - Parameter height: what there is for it
    func width(on canvas: borrowing Canvas, height: Double) -> Double {
        var widest = 0.0
        if showsPrior { widest = Legend.priorMark + canvas.width(of: Legend.priorText, Legend.priorStyle) }
        if !entries.isEmpty { widest = max(widest, canvas.width(of: title, Legend.titleStyle)) }
        let column = columnWidth(on: canvas)
        // Short names stand in several columns where one is too short for all.
        let columns = columns(of: column, in: Size(width: Legend.mostWidth, height: height - listTop))
        widest = max(widest, Double(columns) * (column + gap) - gap)
        return min(widest.rounded(.up), Legend.mostWidth)
    }

    /// The number of columns of a width that the classes take within the room that there is.
    private func columns(of width: Double, in room: Size) -> Int {
        let rows = max(1, Int(room.height / leastSpacing))
        let wanted = (entries.count + rows - 1) / rows
        return max(1, min(wanted, Int((room.width + gap) / (width + gap))))
    }

    private func columnWidth(on canvas: borrowing Canvas) -> Double {
        guard !entries.isEmpty else { return 0 }
        return (markWidth + canvas.width(of: entries.lazy.map(\.name), style)).rounded(.up)
    }

    /// The distance of the first class from the legend's top, in pixels at scale 1.
    private var listTop: Double { 8 + (showsPrior ? 36 : 0) + 24 }

    func draw(on canvas: borrowing Canvas, in rect: Rect) {
        var y = rect.minY + 8
        if showsPrior {
            canvas.strokeLine(
                [Point(rect.minX, y), Point(rect.minX + 19, y)], .ink, width: 1.25, dash: Legend.priorDash)
            canvas.draw(
                Legend.priorText, at: Point(rect.minX + Legend.priorMark, y), Legend.priorStyle, .start,
                .middle)
            y += 36
        }
        guard !entries.isEmpty else { return }
        canvas.draw(
            canvas.shortened(title, Legend.titleStyle, toWidth: rect.width), at: Point(rect.minX, y),
            Legend.titleStyle,
            .start, .middle)
        y += 24
        // More classes than fit get less room each, and what still does not fit is counted.
        let width = min(columnWidth(on: canvas), rect.width)
        let columns = columns(of: width, in: Size(width: rect.width, height: rect.maxY - y))
        let wantedRows = (entries.count + columns - 1) / columns
        let spacing = max(leastSpacing, min(24, (rect.maxY - y) / Double(wantedRows)))
        let rows = min(wantedRows, max(2, Int((rect.maxY - y) / spacing)))
        let shown = entries.count <= rows * columns ? entries.count : (rows - 1) * columns
        let perColumn = (shown + columns - 1) / columns
        var style = style
        style.size = min(style.size, spacing * 0.8)
        for (index, entry) in entries.prefix(shown).enumerated() {
            let x = rect.minX + Double(index / perColumn) * (width + gap)
            let at = y + Double(index % perColumn) * spacing
            canvas.fillMarks(
                [Point(x + markWidth * 0.35, at)], entry.look.mark, radius: min(6.5, spacing * 0.36),
                entry.look.colour)
            canvas.draw(
                canvas.shortened(entry.name, style, toWidth: width - markWidth),
                at: Point(x + markWidth, at), style, .start, .middle)
        }
        if shown < entries.count {
            canvas.draw(
                "+ \(entries.count - shown) more", at: Point(rect.minX, y + Double(rows - 1) * spacing),
                Legend.titleStyle, .start, .middle)
        }
    }
}

extension Double {
    /// This number to the power of `exponent`.
    func power(_ exponent: Double) -> Double { pow(self, exponent) }
}
