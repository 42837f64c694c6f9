import VAECore

/// Images as points of a two-dimensional latent space, coloured by class.
///
/// Every class is named at its cluster's median as well as in the legend. Both axes have the same scale.
/// Points far outside the rest and points that are not finite are left out, and the figure says how many.
public struct LatentScatter: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    private let xLabel: String
    private let yLabel: String
    private let legendTitle: String
    private let showsPrior: Bool
    private let groups: [Group]
    private let x: ClosedRange<Double>
    private let y: ClosedRange<Double>
    private let total: Int
    /// Whether the figure may have to say that points are missing.
    private let mayMissPoints: Bool

    /// The finite points of one class, in the order given.
    struct Group: Sendable {
        let label: UInt8
        let name: String
        let colour: Colour
        let points: [Point]
    }

    /// - Parameters:
    ///   - points: one an image, such as its latent mean or its first two principal components.
    ///   - labels: one an image, or nil to draw all points in one colour.
    ///   - classNames: what to call classes 0, 1, …; those beyond its end go by their number.
    ///   - showsPrior: whether to draw the circles within which 39% and 86% of a standard normal prior lie
    ///     (one and two standard deviations).
    /// - Throws: `invalidArgument` when there are no points, labels and points differ in number, or the
    ///   size is below 400×360; `invalidData` when no point is finite.
    public init(
        points: [SIMD2<Float>], labels: [UInt8]? = nil, classNames: [String] = [],
        title: String = "", subtitle: String = "", xLabel: String = "z₁", yLabel: String = "z₂",
        legendTitle: String = "class", showsPrior: Bool = true, size: Size = Size(width: 1000, height: 900)
    ) throws(VAEError) {
        try LatentScatter.check(points: points, labels: labels, size: size)
        let groups = LatentScatter.group(points, labels, classNames)
        let finite = groups.flatMap(\.points)
        guard !finite.isEmpty else {
            throw VAEError(
                .invalidData, "latent points", "are not finite, all \(points.count) of them",
                advice: "Training has probably diverged.")
        }
        var ranges = [finite.map(\.x), finite.map(\.y)].map { ScatterStatistics.robustRange($0) }
        mayMissPoints =
            finite.count < points.count
            || !finite.allSatisfy { ranges[0].contains($0.x) && ranges[1].contains($0.y) }
        ranges = ranges.map { $0.padded(by: 0.03) }
        if showsPrior {
            ranges = ranges.map { min($0.lowerBound, -2.15)...max($0.upperBound, 2.15) }
        }
        self.size = size
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.legendTitle = legendTitle
        self.showsPrior = showsPrior
        self.groups = groups
        heading = Heading(title: title, subtitle: subtitle)
        (x, y) = (ranges[0], ranges[1])
        total = points.count
    }

    private static func check(points: [SIMD2<Float>], labels: [UInt8]?, size: Size) throws(VAEError) {
        guard !points.isEmpty else {
            throw VAEError(.invalidArgument, "latent points", "are none", expected: "at least one")
        }
        if let labels, labels.count != points.count {
            throw VAEError(
                .invalidArgument, "labels", "differ in number from the latent points",
                expected: "\(points.count)", found: "\(labels.count)")
        }
        guard size.width >= 400, size.height >= 360 else {
            throw VAEError(
                .invalidArgument, "figure size", "is too small for a scatter plot",
                expected: "at least 400×360",
                found: "\(size.width)×\(size.height)")
        }
    }

    private static func group(_ points: [SIMD2<Float>], _ labels: [UInt8]?, _ names: [String]) -> [Group] {
        var byClass = [[Point]](repeating: [], count: 256)
        for (index, point) in points.enumerated() where point.x.isFinite && point.y.isFinite {
            byClass[Int(labels?[index] ?? 0)].append(Point(Double(point.x), Double(point.y)))
        }
        return (0...UInt8.max).compactMap { label in
            let points = byClass[Int(label)]
            guard !points.isEmpty else { return nil }
            return Group(
                label: label,
                name: labels == nil ? "" : Int(label) < names.count ? names[Int(label)] : "\(label)",
                colour: labels == nil ? Palette.primary : Palette.colour(ofClass: label), points: points)
        }
    }

    /// The median point of every class that has finite points, ascending by class; one entry of class 0
    /// when there are no labels.
    public func medians() -> [(label: UInt8, median: SIMD2<Double>)] {
        groups.map { ($0.label, ScatterStatistics.median($0.points)) }
    }

    public func draw(on canvas: borrowing Canvas) {
        let legend = Legend(
            title: legendTitle, entries: groups.filter { !$0.name.isEmpty }.map { ($0.name, $0.colour) },
            showsPrior: showsPrior)
        let legendWidth = legend.width(on: canvas)
        let area = plotArea(legendWidth: legendWidth, on: canvas)
        let (ticksX, ticksY) = ticks(in: area)
        heading.draw(on: canvas, x: area.rect.minX, maxX: size.width - 24)
        area.drawGrid(on: canvas, x: ticksX, y: ticksY)
        let outside = drawPoints(in: area, on: canvas)
        if showsPrior { drawPrior(in: area, on: canvas) }
        drawNames(in: area, on: canvas)
        area.drawAxes(on: canvas, x: ticksX, y: ticksY, isBoxed: true)
        let baseline = area.rect.maxY + 48
        canvas.text(
            canvas.fitted(xLabel, .axisLabel, width: area.rect.width), at: Point(area.rect.midX, baseline),
            .axisLabel,
            .middle)
        canvas.text(
            canvas.fitted(yLabel, .axisLabel, width: area.rect.height), at: Point(30, area.rect.midY),
            .axisLabel,
            .middle, isUpward: true)
        if legendWidth > 0 {
            legend.draw(
                on: canvas,
                in: Rect(
                    x: area.rect.maxX + 20, y: area.rect.minY, width: legendWidth, height: area.rect.height))
        }
        canvas.text(
            canvas.fitted(note(outside: outside), .note, width: size.width - area.rect.minX - 24),
            at: Point(size.width - 24, baseline + 26), .note, .end)
    }

    // MARK: Layout

    private func plotArea(legendWidth: Double, on canvas: borrowing Canvas) -> PlotArea {
        let right = legendWidth > 0 ? legendWidth + 20 + 24 : 28
        let (top, bottom) = (heading.height, mayMissPoints ? 86.0 : 66.0)
        // The ticks depend on the width that their labels leave; a first guess decides how wide those are.
        func area(left: Double) -> PlotArea {
            PlotArea.equalAspect(
                Rect(x: left, y: top, width: size.width - left - right, height: size.height - top - bottom),
                x: x, y: y)
        }
        var widest = 0.0
        for label in ticks(in: area(left: 80)).1.labels { widest = max(widest, canvas.measure(label, .tick)) }
        return area(left: 40 + widest.rounded(.up) + PlotArea.tickLength + 12)
    }

    /// Both axes with one spacing, as they have one scale.
    private func ticks(in area: PlotArea) -> (Ticks, Ticks) {
        let count = { (pixels: Double) in max(2, Int(pixels / 90)) }
        return (
            Ticks(in: area.x, about: count(area.rect.width)),
            Ticks(in: area.y, about: count(area.rect.height))
        )
    }

    private func note(outside: Int) -> String {
        let finite = groups.reduce(0) { $0 + $1.points.count }
        var parts: [String] = []
        func count(_ number: Int) -> String { Ticks.format(Double(number), decimals: 0) }
        if outside > 0 { parts.append("\(count(outside)) of \(count(total)) points lie outside the frame") }
        if finite < total {
            parts.append("\(count(total - finite)) of \(count(total)) are not finite and not shown")
        }
        return parts.joined(separator: "; ")
    }

    // MARK: Drawing

    /// Draws the points inside the area.
    /// - Returns: how many lie outside.
    private func drawPoints(in area: PlotArea, on canvas: borrowing Canvas) -> Int {
        let count = groups.reduce(0) { $0 + $1.points.count }
        // Many points need small and pale dots, or the plot is one blot: 4.5 pixels up to 200 points, 2.1
        // at 10,000, 1.4 at 70,000.
        let thinning = min(1, 200 / Double(count))
        let radius = max(1, 4.5 * thinning.power(0.2))
        // One colour shows density by darkening, so it needs paler dots than ten colours do.
        let opacity =
            groups.count > 1 ? max(0.5, 0.85 * thinning.power(0.05)) : max(0.3, 0.8 * thinning.power(0.12))
        // Places are rounded to an eighth of a pixel, which halves an SVG and can't be seen.
        let places = groups.map { group in
            group.points.map { area.place($0.x, $0.y) }.filter(area.rect.contains)
                .map { ($0 * 8).rounded(.toNearestOrEven) / 8 }
        }
        let outside = count - places.reduce(0) { $0 + $1.count }
        // Classes take turns, a few dots each, so that none covers the others for being drawn last.
        // Dots of one turn are one shape and do not darken each other; few per turn keeps density visible.
        let turn = 24
        let turns = ((places.map(\.count).max() ?? 0) + turn - 1) / turn
        for index in 0..<turns {
            for (group, places) in zip(groups, places) where index * turn < places.count {
                canvas.dots(
                    places[index * turn..<min((index + 1) * turn, places.count)], radius: radius,
                    group.colour,
                    opacity: opacity)
            }
        }
        return outside
    }

    private func drawPrior(in area: PlotArea, on canvas: borrowing Canvas) {
        let centre = area.place(0, 0)
        canvas.clipped(to: area.rect) {
            for radius in [1.0, 2.0] {
                canvas.circle(centre, radius: radius * area.unit, .ink, width: 1.25, dash: Legend.priorDash)
            }
        }
        for radius in [1.0, 2.0] where radius * area.unit > 30 {
            let offset = radius * area.unit * 0.5.squareRoot()
            canvas.text(
                "\(Int(radius))σ", at: centre + Point(offset, -offset),
                TextStyle(size: 13, colour: .ink, halo: 2.5), .middle, .middle)
        }
    }

    /// Writes every class's name at its median, moved a little where two would overlap.
    private func drawNames(in area: PlotArea, on canvas: borrowing Canvas) {
        let named = groups.filter { !$0.name.isEmpty }
        let styles = named.map { group in
            TextStyle(
                size: named.count > 30 ? 13 : group.name.count > 2 || named.count > 12 ? 17 : 26,
                colour: group.colour.mixed(with: .black, 0.45), isBold: true,
                halo: 3)
        }
        var sizes: [Size] = []
        for (group, style) in zip(named, styles) {
            sizes.append(Size(width: canvas.measure(group.name, style) + 6, height: style.size * 0.73 + 8))
        }
        let medians = named.map { group in
            let median = ScatterStatistics.median(group.points)
            // Over so few points the name would hide what it names, so it stands above.
            return area.place(median.x, median.y) - Point(0, group.points.count < 4 ? 18 : 0)
        }
        let places = ScatterStatistics.spread(medians, sizes: sizes, within: area.rect.outset(by: -4))
        for ((group, style), place) in zip(zip(named, styles), places) {
            canvas.text(group.name, at: place, style, .middle, .middle)
        }
    }
}
