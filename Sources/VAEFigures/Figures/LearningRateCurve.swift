import Foundation
import VAECore

/// The loss of a training's first steps against their learning rate, which rises from step to step, with a rate that is suggested marked.
///
/// The axis of the rates is logarithmic. Losses far above where the curve began are cut off, for they would press the rest flat.
public struct LearningRateCurve: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    /// Common logarithms of the rates, with the losses of single batches and their smoothed course.
    private let batches: [Point]
    private let smoothed: [[Point]]
    private let suggestion: Double?
    private let lossLabel: String
    private let range: ClosedRange<Double>

    /// - Parameters:
    ///   - rates: ascending
    ///   - losses: of the batches, one a rate
    ///   - smoothed: their smoothed course, one a rate
    ///   - suggestion: the rate to mark; nil for none
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    ///   - lossLabel: the words beside the axis of the losses
    ///   - size: 400×280 or more
    /// - Throws: `invalidArgument` when there are fewer than two rates, other numbers of losses, rates that are no ascending positive numbers, or the
    ///   size is below 400×280; `invalidData` when no smoothed loss is finite.
    public init(
        rates: [Double], losses: [Double], smoothed: [Double], suggestion: Double?, title: String = "",
        subtitle: String = "", lossLabel: String = "nats per image",
        size: Size = Size(width: 760, height: 460)
    ) throws(VAEError) {
        guard rates.count > 1, losses.count == rates.count, smoothed.count == rates.count else {
            throw VAEError(
                .invalidArgument, "learning rates", "are too few, or not as many as losses",
                expected: "two or more of each",
                found: "\(rates.count), \(losses.count) and \(smoothed.count)")
        }
        guard let first = rates.first, first > 0, rates[rates.count - 1].isFinite,
            zip(rates, rates.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw VAEError(.invalidArgument, "learning rates", "are no ascending positive numbers")
        }
        guard size.width >= 400, size.height >= 280 else {
            throw VAEError(
                .invalidArgument, "figure size", "is too small for a curve", expected: "at least 400×280",
                found: "\(size.width)×\(size.height)")
        }
        let finite = smoothed.filter(\.isFinite)
        guard let least = finite.min(), let largest = finite.max() else {
            throw VAEError(.invalidData, "smoothed losses", "are not finite, none of them")
        }
        let places = rates.map { log10($0) }
        batches = zip(places, losses).map { Point($0, $1) }
        self.smoothed = zip(places, smoothed).map { Point($0, $1) }.split { !$0.y.isFinite }.map(Array.init)
        // What rises as far again as it fell has said what it has to say.
        let top = min(largest, max(finite[0] + 0.6 * (finite[0] - least), least + 0.2 * abs(least)))
        range = (least...max(top, least)).padded(by: 0.08)
        self.suggestion = suggestion
        self.lossLabel = lossLabel
        self.size = size
        self.title = title
        heading = Heading(title: title, subtitle: subtitle, width: size.width - 54, on: try Canvas.ruler())
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: 30)
        let top = heading.height + 12
        let height = size.height - top - 66
        let ticksY = Ticks(in: range, about: max(2, Int(height / 50)))
        let left = 42 + canvas.width(of: ticksY.labels, .tick) + PlotArea.tickLength + 8
        let rect = Rect(
            x: left.rounded(.up), y: top, width: size.width - left.rounded(.up) - 28, height: height)
        let rates = (batches[0].x...batches[batches.count - 1].x).padded(by: 0.02)
        let area = PlotArea(rect, x: rates, y: range)
        let decades = stride(
            from: (rates.lowerBound - 1e-9).rounded(.up), through: (rates.upperBound + 1e-9).rounded(.down),
            by: 1)
        let ticksX = Ticks(values: decades.map { min(max($0, rates.lowerBound), rates.upperBound) }) {
            Self.power(Int($0.rounded()))
        }
        area.drawGrid(on: canvas, x: ticksX, y: ticksY)
        // What lies far above is drawn a little above: coordinates of any size no canvas can hold.
        let highest = range.upperBound + (range.upperBound - range.lowerBound)
        func place(_ point: Point) -> Point { area.place(point.x, min(point.y, highest)) }
        canvas.withClip(to: rect) {
            canvas.fillDots(
                batches.filter(\.y.isFinite).map(place), radius: 1.6, Palette.primary, opacity: 0.3)
            for piece in smoothed {
                canvas.strokeLine(piece.map(place), Palette.primary, width: 2.25)
            }
        }
        if let suggestion { mark(suggestion, in: area, on: canvas) }
        area.drawAxes(on: canvas, x: ticksX, y: ticksY)
        canvas.draw("learning rate", at: Point(rect.midX, rect.maxY + 48), .axisLabel, .middle)
        canvas.draw(lossLabel, at: Point(30, rect.midY), .axisLabel, .middle, isUpward: true)
    }

    /// A line at a rate, and its name on the side where there is room.
    private func mark(_ rate: Double, in area: PlotArea, on canvas: borrowing Canvas) {
        // On the middle of a pixel, so that the line is as dark as its colour.
        let at = area.place(log10(rate), area.y.lowerBound).x.rounded(.down) + 0.5
        guard at >= area.rect.minX, at <= area.rect.maxX else { return }
        canvas.strokeLine(
            [Point(at, area.rect.minY), Point(at, area.rect.maxY)], Palette.secondary, width: 1.75,
            dash: [6, 4])
        let style = TextStyle(size: 13, colour: Palette.secondary.mixed(with: .black, by: 0.3), isBold: true)
        let text = "suggestion \(String(format: "%.2g", rate))"
        let isLeft = canvas.width(of: text, style) + 16 > area.rect.maxX - at
        canvas.draw(
            text, at: Point(at + (isLeft ? -8 : 8), area.rect.minY + 16), style, isLeft ? .end : .start,
            .middle)
    }

    /// "10⁻³".
    private static func power(_ exponent: Int) -> String {
        let raised = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let digits = String(abs(exponent)).compactMap(\.wholeNumberValue).map { raised[$0] }
        return "10" + (exponent < 0 ? "⁻" : "") + String(digits)
    }
}
