/// The statistics of its points that a scatter plot needs.
enum ScatterStatistics {
    /// The value below which a fraction of the ascending `sorted` lies, linear between neighbours.
    /// - Precondition: `sorted` is not empty and `fraction` is within 0...1.
    static func quantile(_ fraction: Double, ofSorted sorted: [Double]) -> Double {
        let position = fraction * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }

    /// The range to draw: all values, unless a few lie so far out that they would squash the rest.
    ///
    /// Values further than ten interquartile ranges from the quartiles are out. Of the others the central
    /// 99.9% are in, and all of them on a side where that costs at most 15% more width.
    /// - Precondition: `values` is neither empty nor holds anything that is not finite.
    static func robustRange(_ values: [Double]) -> ClosedRange<Double> {
        var sorted = values.sorted()
        let (first, third) = (quantile(0.25, ofSorted: sorted), quantile(0.75, ofSorted: sorted))
        if third > first {
            let reach = 10 * (third - first)
            // The quartiles themselves stay, so this never empties the array.
            sorted = sorted.filter { $0 >= first - reach && $0 <= third + reach }
        }
        let (low, high) = (quantile(0.0005, ofSorted: sorted), quantile(0.9995, ofSorted: sorted))
        let reach = 0.15 * (high - low)
        let (lowest, highest) = (sorted[0], sorted[sorted.count - 1])
        return (lowest >= low - reach ? lowest : low)...(highest <= high + reach ? highest : high)
    }

    /// The median of x and the median of y, which need not be the same point's.
    /// - Precondition: there is at least one point.
    static func median(_ points: [Point]) -> Point {
        Point(
            quantile(0.5, ofSorted: points.map(\.x).sorted()),
            quantile(0.5, ofSorted: points.map(\.y).sorted()))
    }

    /// The places moved apart until no two rectangles of the given sizes overlap, or as far as sixty
    /// small steps lead.
    static func spread(_ places: [Point], sizes: [Size], within bounds: Rect) -> [Point] {
        var places = places
        for _ in 0..<60 {
            var moved = false
            for i in places.indices {
                for j in places.indices where j > i {
                    let overlapX = (sizes[i].width + sizes[j].width) / 2 - abs(places[i].x - places[j].x)
                    let overlapY = (sizes[i].height + sizes[j].height) / 2 - abs(places[i].y - places[j].y)
                    guard overlapX > 0.5, overlapY > 0.5 else { continue }
                    moved = true
                    // The shorter way out, half each; the later class gives way to the right or below.
                    if overlapX < overlapY {
                        let step = overlapX / 2 * (places[i].x <= places[j].x ? 1 : -1)
                        places[i].x -= step
                        places[j].x += step
                    } else {
                        let step = overlapY / 2 * (places[i].y <= places[j].y ? 1 : -1)
                        places[i].y -= step
                        places[j].y += step
                    }
                }
            }
            for i in places.indices {
                let (halfX, halfY) = (sizes[i].width / 2, sizes[i].height / 2)
                places[i].x = min(
                    max(places[i].x, bounds.minX + halfX), max(bounds.maxX - halfX, bounds.minX + halfX))
                places[i].y = min(
                    max(places[i].y, bounds.minY + halfY), max(bounds.maxY - halfY, bounds.minY + halfY))
            }
            if !moved { break }
        }
        return places
    }
}
