import CCairo
import Foundation

/// The shape of a point.
public enum Mark: Int, Sendable, CaseIterable {
    /// A filled circle.
    case dot
    /// A filled square.
    case square
    /// A filled triangle that points up.
    case triangle
    /// A filled square on one of its corners.
    case diamond
    /// A filled triangle that points down.
    case triangleDown
    /// Two strokes from corner to corner.
    case cross
    /// An upright cross.
    case plus
    /// A circle's outline.
    case ring
    /// A square's outline.
    case openSquare
    /// The outline of a triangle that points up.
    case openTriangle
    /// The outline of a square on one of its corners.
    case openDiamond
    /// The outline of a triangle that points down.
    case openTriangleDown
    /// Three strokes through one point.
    case star

    /// Lines from corner to corner in units of a dot's radius, y growing downwards; none for circles. Filled shapes are somewhat larger
    /// than a dot, for they have less area.
    var lines: [[Point]] {
        switch self {
        case .dot, .ring: []
        case .square, .openSquare: [Self.polygon(4, from: .pi / 4, reach: 1.3)]
        case .triangle, .openTriangle: [Self.polygon(3, from: -.pi / 2, reach: 1.5)]
        case .triangleDown, .openTriangleDown: [Self.polygon(3, from: .pi / 2, reach: 1.5)]
        case .diamond, .openDiamond: [Self.polygon(4, from: 0, reach: 1.4)]
        case .cross: Self.spokes(4, from: .pi / 4)
        case .plus: Self.spokes(4, from: 0)
        case .star: Self.spokes(6, from: .pi / 2)
        }
    }

    /// The width of the lines in units of a dot's radius; nil for filled shapes.
    var lineWidth: Double? {
        switch self {
        case .dot, .square, .triangle, .diamond, .triangleDown: nil
        case .cross, .plus, .star: 0.6
        case .ring, .openSquare, .openTriangle, .openDiamond, .openTriangleDown: 0.5
        }
    }

    private static func polygon(_ corners: Int, from start: Double, reach: Double) -> [Point] {
        (0..<corners).map { corner in
            let angle = start + 2 * .pi * Double(corner) / Double(corners)
            return reach * Point(cos(angle), sin(angle))
        }
    }

    /// Strokes through the middle, each from one of the corners to the opposite one.
    private static func spokes(_ ends: Int, from start: Double) -> [[Point]] {
        let corners = polygon(ends, from: start, reach: 1.3)
        return (0..<ends / 2).map { [corners[$0], corners[$0 + ends / 2]] }
    }
}

extension Canvas {
    /// Draws the marks of a number of points as one shape: where two of one call overlap, they do not darken.
    ///
    /// - Parameters:
    ///   - centres: where they are
    ///   - mark: their shape
    ///   - radius: of a dot; other shapes are about as large
    ///   - colour: of all of them
    ///   - opacity: from 0 to 1
    public func fillMarks(
        _ centres: some Sequence<Point>, _ mark: Mark, radius: Double, _ colour: Colour, opacity: Double = 1
    ) {
        guard mark != .dot else { return fillDots(centres, radius: radius, colour, opacity: opacity) }
        for centre in centres where centre.isDrawable {
            if mark == .ring {
                cairo_new_sub_path(context)
                cairo_arc(context, centre.x, centre.y, radius, 0, 2 * Double.pi)
            }
            for line in mark.lines {
                for (index, corner) in line.enumerated() {
                    let place = centre + radius * corner
                    if index == 0 {
                        cairo_move_to(context, place.x, place.y)
                    } else {
                        cairo_line_to(context, place.x, place.y)
                    }
                }
                if line.count > 2 { cairo_close_path(context) }
            }
        }
        if let width = mark.lineWidth {
            stroke(colour, width: max(1, width * radius), dash: [], opacity: opacity)
        } else {
            use(colour, opacity)
            cairo_fill(context)
        }
    }
}
