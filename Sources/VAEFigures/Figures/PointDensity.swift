/// The density of a picture's points around each of them.
struct PointDensity {
    private let rect: Rect
    private let columns: Int
    private let rows: Int
    /// Points in the square of three by three cells around each cell.
    private let counts: [Int]

    /// Pixels of a cell's side: a few dots wide, far less than a cluster.
    private static let cell = 8.0

    /// Counts the points of a picture, all of them within `rect`.
    init(_ points: some Sequence<Point>, in rect: Rect) {
        let columns = max(1, Int((rect.width / Self.cell).rounded(.up)))
        let rows = max(1, Int((rect.height / Self.cell).rounded(.up)))
        var cells = [Int](repeating: 0, count: columns * rows)
        for point in points { cells[Self.index(of: point, rect, columns, rows)] += 1 }
        counts = cells.indices.map { index in
            var sum = 0
            for row in max(0, index / columns - 1)...min(rows - 1, index / columns + 1) {
                for column in max(0, index % columns - 1)...min(columns - 1, index % columns + 1) {
                    sum += cells[row * columns + column]
                }
            }
            return sum
        }
        self.rect = rect
        self.columns = columns
        self.rows = rows
    }

    /// Points a square pixel around `point`.
    func perPixel(at point: Point) -> Double {
        Double(counts[Self.index(of: point, rect, columns, rows)]) / (9 * Self.cell * Self.cell)
    }

    private static func index(of point: Point, _ rect: Rect, _ columns: Int, _ rows: Int) -> Int {
        let column = min(max(Int((point.x - rect.minX) / cell), 0), columns - 1)
        let row = min(max(Int((point.y - rect.minY) / cell), 0), rows - 1)
        return row * columns + column
    }
}

/// Dots for a number of points: large and clear where they are few, small and pale in a crowd, so that a stray one is
/// seen and a cluster is no blot.
struct DotStyle {
    private let largest: Double

    /// The steps between the largest dots and the smallest.
    static let levels = 6
    /// The smallest dot's radius over the largest's.
    private static let range = 0.55
    /// The ratio of the area of a crowd's dots to the area that they lie in.
    private static let coverage = 1.0

    init(count: Int, in rect: Rect) {
        // 4.5 pixels up to 200 points, 2.1 at 10,000, 1.4 at 70,000, and less in a small picture.
        let room = min(1, (rect.width * rect.height).squareRoot() / 750)
        largest = max(1, 4.5 * min(1, 200 / Double(max(count, 1))).power(0.2) * room.squareRoot())
    }

    /// From 0 for a point on its own to `levels - 1` in the densest crowd.
    func level(density: Double) -> Int {
        let fitting = (Self.coverage / (Double.pi * max(density, 1e-9))).squareRoot()
        let share = min(1, max(Self.range, fitting / largest))
        return Int(((1 - share) / (1 - Self.range) * Double(Self.levels - 1)).rounded())
    }

    func radius(level: Int) -> Double { largest * (1 - (1 - Self.range) * Self.share(level)) }

    func opacity(level: Int) -> Double { 0.85 - 0.15 * Self.share(level) }

    /// The shade of points without classes: their crowds are dark.
    func shade(_ colour: Colour, level: Int) -> Colour {
        colour.mixed(with: .black, by: 0.6 * Self.share(level))
    }

    private static func share(_ level: Int) -> Double { Double(level) / Double(levels - 1) }
}
