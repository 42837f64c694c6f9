/// A place on a figure, in pixels from the top left corner at scale 1.
public typealias Point = SIMD2<Double>

/// Width and height of a figure or a piece of text, in pixels at scale 1.
public struct Size: Sendable, Equatable {
    /// From left to right.
    public var width: Double
    /// From top to bottom.
    public var height: Double

    /// A size in pixels.
    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }
}

/// An upright rectangle, y growing downwards.
public struct Rect: Sendable, Equatable {
    /// The place of the left edge.
    public var x: Double
    /// The place of the top edge; y grows downwards.
    public var y: Double
    /// From left to right.
    public var width: Double
    /// From top to bottom.
    public var height: Double

    /// A rectangle by its top left corner and its size.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The left edge.
    public var minX: Double { x }
    /// The right edge.
    public var maxX: Double { x + width }
    /// The middle from left to right.
    public var midX: Double { x + width / 2 }
    /// The top edge.
    public var minY: Double { y }
    /// The bottom edge.
    public var maxY: Double { y + height }
    /// The middle from top to bottom.
    public var midY: Double { y + height / 2 }

    /// The rectangle moved outwards by `distance` on every side, inwards when it is negative.
    func outset(by distance: Double) -> Rect {
        Rect(x: x - distance, y: y - distance, width: width + 2 * distance, height: height + 2 * distance)
    }

    /// Whether the point lies inside or on the border.
    func contains(_ point: Point) -> Bool {
        point.x >= minX && point.x <= maxX && point.y >= minY && point.y <= maxY
    }

    /// Whether the two share more than a border.
    func overlaps(_ other: Rect) -> Bool {
        minX < other.maxX && other.minX < maxX && minY < other.maxY && other.minY < maxY
    }
}
