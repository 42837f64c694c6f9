import VAECore

/// The places of the tiles of a reconstruction grid.
struct ReconstructionLayout: Sendable {
    /// Columns under one heading.
    struct Group: Sendable {
        let heading: String
        let first: Int
        let last: Int
        /// The width as far as the next group.
        let width: Double
    }

    let size: Size
    let tile: Size
    let left: Double
    let groups: [Group]
    /// The first column of every band.
    let firstColumns: [Int]
    /// The last column of the first band.
    let firstBandsLast: Int?
    let groupGap = 16.0

    /// A tile's, or more where what is written beside or below it needs more.
    private let cell: Size
    /// The top left corner of every column, from the top of the first band.
    private let places: [Point]
    private let top: Double

    static let gap = 6.0
    /// Between numbers below neighbouring columns: as much as a digit is wide, or they read as one.
    static let leastTextGap = 7.0
    /// A line of text, which no row is lower than.
    static let leastRow = 18.0
    /// Room for the scale of the differences.
    private static let right = 64.0
    private static let groupHeading = 28.0
    private static let between = 18.0

    /// - Parameters:
    ///   - columnWidth: the least that a column needs for what is written below tiles of a size
    ///   - headingWidth: what a group's heading needs
    ///   - top: what is above the bands in a figure of a width
    init(
        bands: [[ReconstructionGrid.Group]], shape: ImageShape, left: Double, hasLosses: Bool,
        columnWidth: (_ tile: Size) -> Double, headingWidth: (String) -> Double,
        top: (_ width: Double) -> Double
    ) {
        let (gap, groupGap) = (Self.gap, groupGap)
        // The band that leaves its tiles the least room decides for all.
        let room = bands.map { groups in
            let columns = groups.reduce(0) { $0 + $1.count }
            let gaps = Double(groups.count - 1) * groupGap
            return (1200 - left - Self.right - gaps) / Double(columns) - gap
        }
        let tile = ReconstructionGrid.tileSize(
            of: shape, within: Self.side(of: shape, fitting: min(112, max(24, room.min() ?? 0))))
        let cell = Size(
            width: max(tile.width, columnWidth(tile).rounded(.up)), height: max(tile.height, Self.leastRow))
        // Columns with a heading each stand at even distances, whatever the headings are.
        let isEven = bands.joined().allSatisfy { $0.count == 1 && !$0.heading.isEmpty }
        let widestHeading = isEven ? bands.joined().map { headingWidth($0.heading) }.max() : nil
        var groups: [Group] = []
        var places: [Point] = []
        var firsts: [Int] = []
        var (y, widest, firstBandsLast) = (0.0, 0.0, Int?.none)
        for (index, band) in bands.enumerated() {
            if index > 0 { y += Self.between }
            if band.contains(where: { !$0.heading.isEmpty }) { y += Self.groupHeading }
            firsts.append(places.count)
            var x = left
            // A heading gets its width where the figure stays as wide as it may be, or a large tile's.
            let most = isEven ? bands.map(\.count).max() ?? band.count : band.count
            let share = (1200 - left - Self.right) / Double(most) - groupGap
            for group in band {
                let (start, first) = (x, places.count)
                for _ in 0..<group.count {
                    places.append(Point(x, y))
                    x += cell.width + gap
                }
                let width = widestHeading ?? headingWidth(group.heading)
                x = max(x, start + min(width, max(112, share)).rounded(.up))
                widest = max(widest, x - gap)
                x += groupGap
                groups.append(
                    Group(
                        heading: group.heading, first: first, last: places.count - 1, width: x - start - gap))
            }
            firstBandsLast = firstBandsLast ?? places.count - 1
            y += 3 * (cell.height + gap) - gap + (hasLosses ? 30 : 0)
        }
        self.tile = tile
        self.cell = cell
        self.left = left
        self.groups = groups
        self.places = places
        firstColumns = firsts
        self.firstBandsLast = firstBandsLast
        let width = max(560, widest + Self.right)
        let top = top(width)
        self.top = top
        size = Size(width: width, height: top + y + (hasLosses ? 14 : 24))
    }

    /// The longer side of a tile: what fits, or more for images so long that they would lose their short side.
    static func side(of shape: ImageShape, fitting side: Double) -> Double {
        let (shorter, longer) = (min(shape.width, shape.height), max(shape.width, shape.height))
        return longer > 3 * shorter ? max(side, min(112, Double(longer) / 2)) : side
    }

    /// The place of a row of a column; row 0 is the input's.
    func cell(_ column: Int, row: Int) -> Rect {
        Rect(
            x: places[column].x, y: top + places[column].y + Double(row) * (cell.height + Self.gap),
            width: cell.width, height: cell.height)
    }

    /// The rectangle in which the picture of a row of a column is drawn.
    func rect(_ column: Int, row: Int) -> Rect { cell(column, row: row).middle(tile) }
}

extension Rect {
    /// A rectangle of a size in the middle of this one, on whole pixels.
    func middle(_ size: Size) -> Rect {
        Rect(
            x: x + ((width - size.width) / 2).rounded(.down),
            y: y + ((height - size.height) / 2).rounded(.down),
            width: size.width, height: size.height)
    }
}
