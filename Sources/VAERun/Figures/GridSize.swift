import VAECore

/// Columns and rows of a decoded plane.
struct GridSize: Equatable, Sendable {
    let columns: Int
    let rows: Int

    /// A grid of as many columns as rows for images about as wide as high. Of long images there are fewer side by side the long way,
    /// and more the other way, so that the sheet comes closer to a square: down to five and up to twice `side`.
    init(_ side: Int, for shape: ImageShape) {
        let aspect = Double(shape.width) / Double(shape.height)
        guard aspect > 2 || aspect < 0.5 else {
            (columns, rows) = (side, side)
            return
        }
        let (few, many) = (
            max(min(side, 5), Int((Double(side) * min(aspect, 1 / aspect).squareRoot()).rounded())),
            min(2 * side, Int((Double(side) * max(aspect, 1 / aspect).squareRoot()).rounded()))
        )
        (columns, rows) = aspect > 1 ? (few, many) : (many, few)
    }
}
