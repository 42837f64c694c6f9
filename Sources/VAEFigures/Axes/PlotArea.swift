/// A rectangle of a figure with a horizontal and a vertical scale.
struct PlotArea {
    let rect: Rect
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    init(_ rect: Rect, x: ClosedRange<Double>, y: ClosedRange<Double>) {
        self.rect = rect
        self.x = x
        self.y = y
    }

    /// The given ranges with one of them widened, so that a unit is as long to the right as upwards.
    static func equalAspect(_ rect: Rect, x: ClosedRange<Double>, y: ClosedRange<Double>) -> PlotArea {
        let (spanX, spanY) = (x.upperBound - x.lowerBound, y.upperBound - y.lowerBound)
        let unit = min(rect.width / spanX, rect.height / spanY)
        func widened(_ range: ClosedRange<Double>, to span: Double) -> ClosedRange<Double> {
            let extra = max(0, span - (range.upperBound - range.lowerBound)) / 2
            return range.lowerBound - extra...range.upperBound + extra
        }
        return PlotArea(
            rect, x: widened(x, to: rect.width / unit), y: widened(y, to: rect.height / unit))
    }

    /// Pixels a unit of x.
    var unit: Double { rect.width / (x.upperBound - x.lowerBound) }

    /// The point at which a pair of values is drawn.
    func place(_ valueX: Double, _ valueY: Double) -> Point {
        Point(
            rect.minX + (valueX - x.lowerBound) / (x.upperBound - x.lowerBound) * rect.width,
            rect.maxY - (valueY - y.lowerBound) / (y.upperBound - y.lowerBound) * rect.height)
    }

    /// Draws light lines at ticks, to go under the data.
    func drawGrid(on canvas: borrowing Canvas, x ticksX: Ticks?, y ticksY: Ticks?) {
        for value in ticksX?.values ?? [] {
            let at = place(value, y.lowerBound).x
            canvas.strokeLine([Point(at, rect.minY), Point(at, rect.maxY)], .grid)
        }
        for value in ticksY?.values ?? [] {
            let at = place(x.lowerBound, value).y
            canvas.strokeLine([Point(rect.minX, at), Point(rect.maxX, at)], .grid)
        }
    }

    /// Draws the left and bottom border, tick marks and their numbers, to go over the data.
    func drawAxes(on canvas: borrowing Canvas, x ticksX: Ticks, y ticksY: Ticks, isBoxed: Bool = false) {
        if isBoxed {
            canvas.stroke(rect, .frame)
        } else {
            canvas.strokeLine(
                [Point(rect.minX, rect.minY), Point(rect.minX, rect.maxY), Point(rect.maxX, rect.maxY)],
                .frame)
        }
        for (value, label) in zip(ticksX.values, ticksX.labels) {
            let at = place(value, y.lowerBound)
            canvas.strokeLine([at, at + Point(0, PlotArea.tickLength)], .frame)
            canvas.draw(label, at: at + Point(0, PlotArea.tickLength + 5), .tick, .middle, .top)
        }
        for (value, label) in zip(ticksY.values, ticksY.labels) {
            let at = place(x.lowerBound, value)
            canvas.strokeLine([at, at - Point(PlotArea.tickLength, 0)], .frame)
            canvas.draw(label, at: at - Point(PlotArea.tickLength + 4, 0), .tick, .end, .middle)
        }
    }

    static let tickLength = 5.0
}
