/// The values of one loss, cut into pieces wherever one is not finite.
struct Curve: Sendable {
    let name: String
    let colour: Colour
    let pieces: [[Point]]

    init(name: String, colour: Colour, _ values: [(epoch: Int, value: Double)]) {
        self.name = name
        self.colour = colour
        pieces = values.split { !$0.value.isFinite }.map { $0.map { Point(Double($0.epoch), $0.value) } }
    }

    var values: [Double] { pieces.flatMap { $0.map(\.y) } }
}

/// One loss of the loss curves, with a heading that names the curves and gives their last values.
struct Panel: Sendable {
    let heading: String
    let curves: [Curve]

    private static let headingStyle = TextStyle(size: 15, isBold: true)
    private static let valueStyle = TextStyle(size: 13, isBold: true)

    private var range: ClosedRange<Double> {
        let values = curves.flatMap(\.values)
        guard let low = values.min(), let high = values.max() else { return 0...1 }
        let range = (low...high).padded(by: 0.06)
        // A KL divergence of 0 throughout, say, must not suggest that losses could be negative.
        return low >= 0 ? max(0, range.lowerBound)...range.upperBound : range
    }

    func ticks(height: Double) -> Ticks { Ticks(in: range, about: max(2, Int(height / 50))) }

    /// Between two lines of last values.
    static let linePitch = 17.0

    /// Lines that the last values take: one, unless they don't fit side by side.
    func valueLines(on canvas: borrowing Canvas, width: Double) -> Int {
        let widths = curves.map { 13 + canvas.width(of: Self.lastValue($0), Self.valueStyle) }
        return widths.reduce(16 * Double(widths.count - 1), +) > width ? max(1, curves.count) : 1
    }

    /// - Parameter valueLines: lines of last values above the panel
    func draw(on canvas: borrowing Canvas, in rect: Rect, valueLines: Int, epochs: ClosedRange<Double>) {
        // Ticks stay within the epochs that there are; one epoch stands in the middle of its axis.
        let area = PlotArea(rect, x: epochs.padded(by: 0.03), y: range)
        let ticksX = Ticks(in: epochs, about: max(2, Int(rect.width / 55)), wholeNumbers: true)
        let ticksY = curves.isEmpty ? Ticks(values: [], decimals: 0) : ticks(height: rect.height)
        area.drawGrid(on: canvas, x: nil, y: ticksY)
        for curve in curves { draw(curve, in: area, on: canvas) }
        area.drawAxes(on: canvas, x: ticksX, y: ticksY)
        canvas.draw("epoch", at: Point(rect.midX, rect.maxY + 46), .axisLabel, .middle)
        let more = Double(valueLines - 1) * Self.linePitch
        canvas.draw(
            heading, at: Point(rect.minX, rect.minY - 32 - more), Self.headingStyle, within: rect.width)
        drawLastValues(on: canvas, above: rect, lines: valueLines)
    }

    private func draw(_ curve: Curve, in area: PlotArea, on canvas: borrowing Canvas) {
        // Marks show where epochs are; with many they would hide the line.
        let marks = curve.values.count <= 30
        for piece in curve.pieces {
            let places = piece.map { area.place($0.x, $0.y) }
            canvas.strokeLine(places, curve.colour, width: 2.25)
            if marks || places.count == 1 { canvas.fillDots(places, radius: 3.25, curve.colour) }
        }
    }

    /// Names the curves beside a sample of their colour, with the last finite value of each.
    private func drawLastValues(on canvas: borrowing Canvas, above rect: Rect, lines: Int) {
        var x = rect.minX
        var y = rect.minY - 14 - Double(lines - 1) * Self.linePitch
        if curves.isEmpty { canvas.draw("no finite values", at: Point(x, y), .tick, .start, .middle) }
        for curve in curves {
            canvas.fillDots([Point(x + 4, y)], radius: 4, curve.colour)
            var text = Self.lastValue(curve)
            // A number is never cut: half of one says something else.
            if canvas.width(of: text, .note) > rect.maxX - x - 13 {
                text = "\(curve.name) \(Ticks.short(curve.values.last ?? .nan))"
            }
            let style = TextStyle(
                size: Self.valueStyle.size, colour: curve.colour.mixed(with: .black, by: 0.3), isBold: true)
            canvas.draw(text, at: Point(x + 13, y), style, .start, .middle, within: rect.maxX - x - 13)
            if lines > 1 {
                y += Self.linePitch
            } else {
                x += 13 + canvas.width(of: text, style) + 16
            }
        }
    }

    private static func lastValue(_ curve: Curve) -> String {
        let last = curve.values.last ?? .nan
        return "\(curve.name) \(Ticks.format(last, decimals: abs(last) < 10_000 ? 2 : 0))"
    }
}
