import VAECore

/// Where the tiles of a reconstruction grid lie.
struct ReconstructionLayout: Sendable {
    /// Columns under one heading.
    struct Group: Sendable {
        let heading: String
        let first: Int
        let last: Int
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

    /// The top left corner of every column.
    private let places: [Point]

    static let gap = 6.0
    /// Room for the scale of the differences.
    private static let right = 64.0
    private static let groupHeading = 28.0
    private static let between = 18.0

    init(
        bands: [[ReconstructionGrid.Group]], shape: ImageShape, top: Double, left: Double, hasLosses: Bool
    ) {
        let (gap, groupGap) = (Self.gap, groupGap)
        // The band that leaves its tiles the least room decides for all.
        let room = bands.map { groups in
            let columns = groups.reduce(0) { $0 + $1.count }
            let gaps = Double(groups.count - 1) * groupGap
            return (1200 - left - Self.right - gaps) / Double(columns) - gap
        }
        let tile = ReconstructionGrid.tileSize(of: shape, within: min(112, max(24, room.min() ?? 0)))
        var groups: [Group] = []
        var places: [Point] = []
        var firsts: [Int] = []
        var (y, widest, firstBandsLast) = (top, 0.0, Int?.none)
        for (index, band) in bands.enumerated() {
            if index > 0 { y += Self.between }
            if band.contains(where: { !$0.heading.isEmpty }) { y += Self.groupHeading }
            firsts.append(places.count)
            var x = left
            for group in band {
                groups.append(
                    Group(heading: group.heading, first: places.count, last: places.count + group.count - 1))
                for _ in 0..<group.count {
                    places.append(Point(x, y))
                    x += tile.width + gap
                }
                widest = max(widest, x - gap)
                x += groupGap
            }
            firstBandsLast = firstBandsLast ?? places.count - 1
            y += 3 * (tile.height + gap) - gap + (hasLosses ? 30 : 0)
        }
        self.tile = tile
        self.left = left
        self.groups = groups
        self.places = places
        firstColumns = firsts
        self.firstBandsLast = firstBandsLast
        size = Size(width: max(560, widest + Self.right), height: y + (hasLosses ? 14 : 24))
    }

    /// Where the picture of a column is drawn; row 0 is the input's.
    func rect(_ column: Int, row: Int) -> Rect {
        Rect(
            x: places[column].x, y: places[column].y + Double(row) * (tile.height + Self.gap),
            width: tile.width, height: tile.height)
    }
}
