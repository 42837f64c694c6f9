import Foundation

extension LatentScatter {
    /// Draws the points inside the area.
    /// - Returns: where they are, class by class, and how many lie outside.
    func drawPoints(in area: PlotArea, on canvas: borrowing Canvas) -> (places: [[Point]], outside: Int) {
        let count = groups.reduce(0) { $0 + $1.points.count }
        // Places are rounded to an eighth of a pixel, which halves an SVG and can't be seen.
        let places = groups.map { group in
            group.points.map { area.place($0.x, $0.y) }.filter(area.rect.contains)
                .map { ($0 * 8).rounded(.toNearestOrEven) / 8 }
        }
        let density = PointDensity(places.joined(), in: area.rect)
        let style = DotStyle(count: count, in: area.rect)
        // Classes take turns, a few dots each, so that none covers the others for being drawn last.
        // Dots of one turn are one shape and do not darken each other; few per turn keeps density visible.
        let turn = 24
        let turns = ((places.map(\.count).max() ?? 0) + turn - 1) / turn
        for index in 0..<turns {
            for (group, places) in zip(groups, places) where index * turn < places.count {
                var byLevel = [[Point]](repeating: [], count: DotStyle.levels)
                for place in places[index * turn..<min((index + 1) * turn, places.count)] {
                    byLevel[style.level(density: density.perPixel(at: place))].append(place)
                }
                for (level, places) in byLevel.enumerated() where !places.isEmpty {
                    let colour = group.look.colour
                    canvas.fillMarks(
                        places, group.look.mark, radius: style.radius(level: level),
                        groups.count > 1 ? colour : style.shade(colour, level: level),
                        opacity: style.opacity(level: level))
                }
            }
        }
        return (places, count - places.reduce(0) { $0 + $1.count })
    }

    /// Draws the prior's circles, and their names where the fewest points and no class's name are in the way.
    func drawPrior(in area: PlotArea, on canvas: borrowing Canvas, avoiding names: [Rect], points: [[Point]])
    {
        let centre = area.place(0, 0)
        let density = PointDensity(points.joined(), in: area.rect)
        canvas.withClip(to: area.rect) {
            for radius in [1.0, 2.0] {
                // White under the dashes, to tell them from dark points.
                canvas.strokeCircle(
                    centre, radius: radius * area.unit, .white, width: 3.5, dash: Legend.priorDash)
                canvas.strokeCircle(
                    centre, radius: radius * area.unit, .ink, width: 1.25, dash: Legend.priorDash)
            }
        }
        let style = TextStyle(size: 13, colour: .ink, halo: 3)
        for radius in [1.0, 2.0] where radius * area.unit > 30 {
            let text = "\(Int(radius))σ"
            let size = Size(width: canvas.width(of: text, style) + 8, height: 18)
            let places = (0..<24).map { step in
                // From the upper right onwards: there it is looked for first.
                let angle = Double.pi / 4 + Double(step) * Double.pi / 12
                return centre + radius * area.unit * Point(cos(angle), -sin(angle))
            }
            func cost(_ place: Point) -> Double {
                let rect = Rect(
                    x: place.x - size.width / 2, y: place.y - size.height / 2, width: size.width,
                    height: size.height)
                let isHidden = names.contains { $0.overlaps(rect) }
                let isInside =
                    area.rect.contains(Point(rect.minX, rect.minY))
                    && area.rect.contains(Point(rect.maxX, rect.maxY))
                return (isInside ? 0 : 100) + (isHidden ? 10 : 0) + density.perPixel(at: place)
            }
            guard let best = places.min(by: { cost($0) < cost($1) }), cost(best) < 100 else { continue }
            canvas.draw(text, at: best, style, .middle, .middle)
        }
    }
}
