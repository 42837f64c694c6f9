extension LatentScatter {
    public func draw(on canvas: borrowing Canvas) {
        let legend = Legend(
            title: legendTitle ?? "",
            entries: groups.filter { !$0.name.isEmpty }.map { ($0.name, $0.look) },
            showsPrior: showsPrior)
        let legendWidth =
            legendTitle == nil ? 0 : legend.width(on: canvas, height: size.height - 80 - bottom)
        let (area, heading) = layout(legendWidth: legendWidth, on: canvas)
        let (ticksX, ticksY) = ticks(in: area)
        heading.draw(on: canvas, x: area.rect.minX)
        area.drawGrid(on: canvas, x: ticksX, y: ticksY)
        let (points, outside) = drawPoints(in: area, on: canvas)
        let names = names(in: area, on: canvas)
        if showsPrior { drawPrior(in: area, on: canvas, avoiding: names.map(\.rect), points: points) }
        for name in names {
            canvas.draw(name.text, at: Point(name.rect.midX, name.rect.midY), name.style, .middle, .middle)
        }
        area.drawAxes(on: canvas, x: ticksX, y: ticksY, isBoxed: true)
        let baseline = area.rect.maxY + 48
        canvas.draw(
            xLabel, at: Point(area.rect.midX, baseline), .axisLabel, .middle, within: area.rect.width)
        canvas.draw(
            yLabel, at: Point(30, area.rect.midY), .axisLabel, .middle, isUpward: true,
            within: area.rect.height)
        if legendWidth > 0 {
            legend.draw(
                on: canvas,
                in: Rect(
                    x: area.rect.maxX + 20, y: area.rect.minY, width: legendWidth, height: area.rect.height))
        }
        canvas.draw(
            note(outside: outside), at: Point(size.width - 24, baseline + 26), .note, .end,
            within: size.width - 48)
    }

    // MARK: Layout

    /// Below the plot.
    private var bottom: Double { needsNote ? 86 : 66 }

    private func layout(
        legendWidth: Double, on canvas: borrowing Canvas
    ) -> (area: PlotArea, heading: Heading) {
        let right = legendWidth > 0 ? legendWidth + 20 + 24 : 28
        func heading(left: Double) -> Heading {
            Heading(title: title, subtitle: subtitle, width: size.width - left - 24, on: canvas)
        }
        // The ticks depend on the width that their labels leave; a first guess decides how wide those are.
        func area(left: Double, top: Double) -> PlotArea {
            let rect = Rect(
                x: left, y: top, width: size.width - left - right,
                height: max(80, size.height - top - bottom))
            return hasOneScale ? PlotArea.equalAspect(rect, x: x, y: y) : PlotArea(rect, x: x, y: y)
        }
        let guess = area(left: 80, top: heading(left: 80).height)
        let widest = canvas.width(of: ticks(in: guess).1.labels, .tick)
        let left = 40 + widest.rounded(.up) + PlotArea.tickLength + 12
        let made = heading(left: left)
        return (area(left: left, top: made.height), made)
    }

    /// About as far apart on both axes.
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
        if repeatsColours {
            parts.append("one colour stands for several classes, each with a mark of its own")
        }
        return parts.joined(separator: "; ")
    }

    // MARK: Drawing

    /// A class's name and the room that it takes.
    private struct Name {
        let text: String
        let style: TextStyle
        let rect: Rect
    }

    /// Every class's name at its median, moved a little where two would overlap. More than sixty names would hide the points, and so would
    /// those that take more than a tenth of the plot; the legend has them all.
    private func names(in area: PlotArea, on canvas: borrowing Canvas) -> [Name] {
        let named = groups.count > 60 ? [] : groups.filter { !$0.name.isEmpty }
        let largest = min(
            named.contains { $0.name.count > 2 } || named.count > 12 ? 15.0 : 26.0,
            max(13, area.rect.width / 24))
        let styles = named.map { group in
            TextStyle(
                size: named.count > 30 ? 13 : largest,
                colour: group.look.colour.mixed(with: .black, by: 0.45),
                isBold: true, halo: 3)
        }
        var sizes: [Size] = []
        for (group, style) in zip(named, styles) {
            sizes.append(Size(width: canvas.width(of: group.name, style) + 6, height: style.size * 0.73 + 8))
        }
        let room = sizes.reduce(0) { $0 + $1.width * $1.height }
        guard legendTitle == nil || room < area.rect.width * area.rect.height / 10 else { return [] }
        let medians = named.map { group in
            let median = ScatterStatistics.median(group.points)
            // Over so few points the name would hide what it names, so it stands above.
            return area.place(median.x, median.y) - Point(0, group.points.count < 4 ? 18 : 0)
        }
        let places = ScatterStatistics.spread(medians, sizes: sizes, within: area.rect.outset(by: -4))
        return named.indices.map { index in
            let (place, size) = (places[index], sizes[index])
            return Name(
                text: named[index].name, style: styles[index],
                rect: Rect(
                    x: place.x - size.width / 2, y: place.y - size.height / 2, width: size.width,
                    height: size.height))
        }
    }
}
