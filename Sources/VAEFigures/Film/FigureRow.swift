/// Figures side by side in one picture, top edges in line.
public struct FigureRow: Figure {
    /// From left to right.
    public let figures: [any Figure]

    /// Puts figures side by side; their own sizes stay.
    public init(_ figures: [any Figure]) { self.figures = figures }

    /// The width of all together and the height of the highest.
    public var size: Size {
        Size(
            width: figures.reduce(0) { $0 + $1.size.width },
            height: figures.map(\.size.height).max() ?? 1)
    }

    /// All titles, with semicolons between them.
    public var title: String { figures.map(\.title).filter { !$0.isEmpty }.joined(separator: "; ") }

    public func draw(on canvas: borrowing Canvas) {
        var x = 0.0
        for figure in figures {
            canvas.withOrigin(movedRightBy: x) { figure.draw(on: canvas) }
            x += figure.size.width
        }
    }
}
