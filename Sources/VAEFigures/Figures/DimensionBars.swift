import Foundation
import VAECore

/// Bars for what each latent dimension carries: its KL divergence, and how much its mean moves from image to image.
///
/// A dimension counts as active when the variance of its mean over the images is above 0.01 (Burda, Grosse and
/// Salakhutdinov, "Importance Weighted Autoencoders", 2016, section 5.2). Bars go by KL divergence, the largest first.
public struct DimensionBars: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    /// Dimensions from 0, in the order drawn.
    private let order: [Int]
    private let kl: [Double]
    private let variance: [Double]

    static let threshold = 0.01

    private static let left = 92.0
    private static let right = 150.0
    private static let panelHeight = 170.0
    private static let between = 62.0
    /// Bars are no wider than this, with half of it between them.
    private static let widestBar = 44.0

    /// - Parameters:
    ///   - kl: KL(q(zᵢ|x) ‖ N(0, 1)) of each dimension, the mean over images, in nats
    ///   - variance: the variance of q(zᵢ|x)'s mean over images
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    /// - Throws: `invalidArgument` when the two differ in number or there are none; `invalidData` when a value
    ///   is not finite.
    public init(kl: [Double], variance: [Double], title: String = "", subtitle: String = "") throws(VAEError)
    {
        guard !kl.isEmpty, kl.count == variance.count else {
            throw VAEError(
                .invalidArgument, "latent dimensions", "differ in number",
                expected: "one KL divergence and one variance each",
                found: "\(kl.count) and \(variance.count)")
        }
        if let index = kl.indices.first(where: { !kl[$0].isFinite || !variance[$0].isFinite }) {
            throw VAEError(
                .invalidData, "latent dimension \(index + 1)", "has a value that is not finite",
                advice: "Training has probably diverged.")
        }
        self.kl = kl
        self.variance = variance
        // Equal ones in their own order, so that the picture does not depend on the sorting.
        order = kl.indices.sorted { (-kl[$0], $0) < (-kl[$1], $1) }
        self.title = title
        let bars = Double(kl.count) * Self.widestBar * 1.5
        let width = Self.left + min(max(bars, 340), 860) + Self.right
        heading = Heading(title: title, subtitle: subtitle, width: width - 48, on: try Canvas.ruler())
        size = Size(
            width: width,
            height: heading.height + 30 + 2 * Self.panelHeight + Self.between + 62)
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: 24)
        let width = size.width - Self.left - Self.right
        let upper = Rect(x: Self.left, y: heading.height + 30, width: width, height: Self.panelHeight)
        let lower = Rect(x: Self.left, y: upper.maxY + Self.between, width: width, height: Self.panelHeight)
        drawDivergences(in: upper, on: canvas)
        drawVariances(in: lower, on: canvas)
        canvas.draw("dimension", at: Point(upper.midX, lower.maxY + 46), .axisLabel, .middle)
        drawLegend(at: Point(upper.maxX + 22, upper.minY + 8), on: canvas)
    }

    private func isActive(_ dimension: Int) -> Bool { variance[dimension] > Self.threshold }

    private func colour(_ dimension: Int) -> Colour { isActive(dimension) ? Palette.primary : .frame }

    private func drawDivergences(in rect: Rect, on canvas: borrowing Canvas) {
        let highest = max(kl.max() ?? 0, 1e-3)
        let area = PlotArea(rect, x: 0...Double(kl.count), y: 0...highest * 1.12)
        let ticks = Ticks(in: 0...highest, about: 4)
        area.drawGrid(on: canvas, x: nil, y: ticks)
        drawBars(kl, in: area, on: canvas)
        drawValues(kl.map { Ticks.format($0, decimals: 2) }, above: kl, in: area, on: canvas)
        area.drawAxes(on: canvas, x: Ticks(values: [], decimals: 0), y: ticks)
        drawNames(in: area, on: canvas)
        canvas.draw(
            "KL divergence in nats", at: Point(rect.minX, rect.minY - 14), TextStyle(size: 14, isBold: true))
    }

    /// On a logarithmic axis: active and inactive dimensions are some powers of ten apart.
    private func drawVariances(in rect: Rect, on canvas: borrowing Canvas) {
        func exponent(_ value: Double) -> Double { log10(max(value, 1e-6)) }
        let low = min(-3, (variance.map(exponent).min() ?? 0).rounded(.down))
        let high = max(0.0, (variance.map(exponent).max() ?? 0).rounded(.up))
        let area = PlotArea(rect, x: 0...Double(kl.count), y: low...high + 0.12 * (high - low))
        let ticks = Ticks(
            values: Array(stride(from: low, through: high, by: 1)), labels: { Self.power(Int($0)) })
        area.drawGrid(on: canvas, x: nil, y: ticks)
        let exponents = variance.map(exponent)
        drawBars(exponents, in: area, on: canvas)
        let threshold = area.place(0, log10(Self.threshold)).y
        canvas.strokeLine(
            [Point(rect.minX, threshold), Point(rect.maxX, threshold)], .ink, width: 1.25,
            dash: Legend.priorDash)
        drawValues(variance.map(Self.twoDigits), above: exponents, in: area, on: canvas)
        area.drawAxes(on: canvas, x: Ticks(values: [], decimals: 0), y: ticks)
        drawNames(in: area, on: canvas)
        canvas.draw(
            "Variance of the mean over images", at: Point(rect.minX, rect.minY - 14),
            TextStyle(size: 14, isBold: true))
    }

    /// - Parameter tops: where each dimension's bar ends.
    private func drawBars(_ tops: [Double], in area: PlotArea, on canvas: borrowing Canvas) {
        let slot = area.rect.width / Double(kl.count)
        let width = max(1, min(Self.widestBar, slot * 0.68))
        for (position, dimension) in order.enumerated() {
            let centre = area.rect.minX + (Double(position) + 0.5) * slot
            let top = area.place(0, tops[dimension]).y
            canvas.fill(
                Rect(x: centre - width / 2, y: top, width: width, height: area.rect.maxY - top),
                colour(dimension))
        }
    }

    /// Writes the values above their bars where there is room.
    private func drawValues(
        _ texts: [String], above tops: [Double], in area: PlotArea, on canvas: borrowing Canvas
    ) {
        let slot = area.rect.width / Double(kl.count)
        guard slot >= 44 else { return }
        var style = TextStyle.note
        style.halo = 2
        for (position, dimension) in order.enumerated() {
            let centre = area.rect.minX + (Double(position) + 0.5) * slot
            canvas.draw(
                texts[dimension], at: Point(centre, area.place(0, tops[dimension]).y - 6), style, .middle)
        }
    }

    /// A variance, which may be small, with its first two digits.
    private static func twoDigits(_ value: Double) -> String {
        guard value >= 0.001 else { return "<0.001" }
        return Ticks.format(value, decimals: value >= 0.1 ? 2 : value >= 0.01 ? 3 : 4)
    }

    /// Dimensions below their bars, as many as there is room for.
    private func drawNames(in area: PlotArea, on canvas: borrowing Canvas) {
        let slot = area.rect.width / Double(kl.count)
        let step = max(1, Int((26 / slot).rounded(.up)))
        for position in stride(from: 0, to: kl.count, by: step) {
            canvas.draw(
                "z" + (order[position] + 1).subscripted,
                at: Point(area.rect.minX + (Double(position) + 0.5) * slot, area.rect.maxY + 10), .tick,
                .middle,
                .top)
        }
    }

    private func drawLegend(at point: Point, on canvas: borrowing Canvas) {
        let active = kl.indices.filter(isActive).count
        let style = TextStyle(size: 14)
        for (row, (text, colour)) in [
            ("\(active) active", Palette.primary), ("\(kl.count - active) inactive", Colour.frame),
        ].enumerated() {
            let y = point.y + 24 * Double(row)
            canvas.fill(Rect(x: point.x, y: y - 6, width: 12, height: 12), colour)
            canvas.draw(text, at: Point(point.x + 20, y), style, .start, .middle)
        }
        let y = point.y + 54
        canvas.strokeLine(
            [Point(point.x - 2, y), Point(point.x + 14, y)], .ink, width: 1.25, dash: Legend.priorDash)
        canvas.draw("variance 0.01", at: Point(point.x + 20, y), style, .start, .middle)
    }

    private static func power(_ exponent: Int) -> String {
        exponent >= -3
            ? Ticks.format(pow(10, Double(exponent)), decimals: max(0, -exponent)) : "10" + exponent.raised
    }
}
