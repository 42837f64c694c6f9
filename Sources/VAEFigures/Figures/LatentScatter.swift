import VAECore

/// Images as points of a two-dimensional latent space, coloured by class.
///
/// Every class is named in the legend and, up to sixty classes, at its cluster's median, and has a look of its own: a colour up to twenty classes,
/// beyond them a colour and a mark. Both axes have the same scale.
/// Points far outside the rest and points that are not finite are left out, and the figure says how many.
public struct LatentScatter: Figure {
    public let size: Size
    public let title: String
    let subtitle: String
    let xLabel: String
    let yLabel: String
    let legendTitle: String?
    let showsPrior: Bool
    let hasOneScale: Bool
    let groups: [Group]
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    let total: Int
    /// Whether points may be missing or marks be needed, which the figure then says.
    let needsNote: Bool
    /// Whether some classes have one colour.
    let repeatsColours: Bool

    /// The finite points of one class, in the order given.
    struct Group: Sendable {
        let label: Int
        let name: String
        let look: ClassLook
        let points: [Point]
    }

    /// - Parameters:
    ///   - points: one an image, such as its latent mean or its first two principal components
    ///   - labels: one an image, or nil to draw all points in one colour
    ///   - classNames: what to call classes 0, 1, …; those beyond its end go by their number
    ///   - classes: all labels that there are, where the points are some of more images: what a class looks like depends on its rank
    ///     among them. nil for those of `labels`
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    ///   - xLabel: below the horizontal axis
    ///   - yLabel: beside the vertical axis
    ///   - legendTitle: what classes are called; nil for no legend
    ///   - showsPrior: whether to draw the circles within which 39% and 86% of a standard normal prior lie
    ///     (one and two standard deviations).
    ///   - hasOneScale: whether a unit is as long to the right as upwards, as in a plane; the circles need it
    ///   - limits: what the axes must show, for pictures that are to be compared; nil fits them to the points
    ///   - size: of the picture, 400×360 pixels or more
    /// - Throws: `invalidArgument` when there are no points, labels and points differ in number, or the
    ///   size is below 400×360; `invalidData` when no point is finite.
    public init(
        points: [SIMD2<Float>], labels: [Int]? = nil, classNames: [String] = [],
        classes: Set<Int>? = nil, title: String = "", subtitle: String = "", xLabel: String = "z₁",
        yLabel: String = "z₂",
        legendTitle: String? = "class", showsPrior: Bool = true, hasOneScale: Bool = true,
        limits: Limits? = nil,
        size: Size = Size(width: 1000, height: 900)
    ) throws(VAEError) {
        try LatentScatter.check(points: points, labels: labels, size: size)
        let ranked = (classes ?? []).union(labels ?? []).sorted()
        let looks =
            labels == nil
            ? [:] : Dictionary(uniqueKeysWithValues: zip(ranked, ClassLook.looks(forClasses: ranked.count)))
        let groups = LatentScatter.group(points, labels, classNames, looks)
        let finite = groups.flatMap(\.points)
        guard !finite.isEmpty else {
            throw LatentScatter.nothingFinite(points.count)
        }
        (x, y) =
            limits.map { ($0.x, $0.y) }
            ?? LatentScatter.limits(of: finite, showsPrior: showsPrior && hasOneScale)
        let (x, y) = (x, y)
        repeatsColours = looks.values.contains { $0.mark != .dot }
        needsNote =
            repeatsColours || finite.count < points.count
            || !finite.allSatisfy { x.contains($0.x) && y.contains($0.y) }
        self.size = size
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.legendTitle = legendTitle
        self.showsPrior = showsPrior && hasOneScale
        self.hasOneScale = hasOneScale
        self.groups = groups
        self.subtitle = subtitle
        total = points.count
    }

    /// The least that the two axes show; one of them shows more where that makes their scales equal.
    public struct Limits: Sendable, Equatable {
        /// Along the horizontal axis.
        public let x: ClosedRange<Double>
        /// Along the vertical axis.
        public let y: ClosedRange<Double>

        /// Limits that fit many pictures' points together, with those few left out that lie far from all others.
        /// - Throws: `invalidData` when no point is finite.
        public init(fitting points: [SIMD2<Float>], showsPrior: Bool = true) throws(VAEError) {
            let finite = points.filter { $0.x.isFinite && $0.y.isFinite }.map {
                Point(Double($0.x), Double($0.y))
            }
            guard !finite.isEmpty else { throw LatentScatter.nothingFinite(points.count) }
            (x, y) = LatentScatter.limits(of: finite, showsPrior: showsPrior)
        }
    }

    private static func limits(
        of points: [Point], showsPrior: Bool
    ) -> (x: ClosedRange<Double>, y: ClosedRange<Double>) {
        let ranges = [points.map(\.x), points.map(\.y)].map { values in
            let range = ScatterStatistics.robustRange(values)
            guard showsPrior else { return range.padded(by: 0.03) }
            // A share of what is shown in the end: of a narrow cluster off the prior its own would leave half of the dots outside.
            let room = 0.03 * (max(range.upperBound, 2) - min(range.lowerBound, -2))
            return min(range.lowerBound - room, -2.15)...max(range.upperBound + room, 2.15)
        }
        return (ranges[0], ranges[1])
    }

    private static func nothingFinite(_ count: Int) -> VAEError {
        VAEError(
            .invalidData, "latent points", "are not finite, all \(count) of them",
            advice: "Training has probably diverged.")
    }

    private static func check(points: [SIMD2<Float>], labels: [Int]?, size: Size) throws(VAEError) {
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

    private static func group(
        _ points: [SIMD2<Float>], _ labels: [Int]?, _ names: [String], _ looks: [Int: ClassLook]
    ) -> [Group] {
        var byClass: [Int: [Point]] = [:]
        for (index, point) in points.enumerated() where point.x.isFinite && point.y.isFinite {
            byClass[labels?[index] ?? 0, default: []].append(Point(Double(point.x), Double(point.y)))
        }
        return byClass.sorted { $0.key < $1.key }.map { label, points in
            Group(
                label: label,
                name: labels == nil ? "" : names.indices.contains(label) ? names[label] : "\(label)",
                look: looks[label] ?? ClassLook(colour: Palette.primary, mark: .dot), points: points)
        }
    }

    /// The median point of every class that has finite points, ascending by class; one entry of class 0
    /// when there are no labels.
    func medians() -> [(label: Int, median: SIMD2<Double>)] {
        groups.map { ($0.label, ScatterStatistics.median($0.points)) }
    }
}
