/// Writes the lines of a digit: through points in a unit square (x to the right, y down), each missed by a
/// little, as a hand does.
struct Pen {
    /// One control point of a line.
    struct Knot {
        var x: Float
        var y: Float
        /// The first of a line: the pen was lifted before it.
        var isStart: Bool
        /// The line turns sharply here instead of passing through smoothly.
        var isCorner: Bool
    }

    var random: SplitMix64
    /// Standard deviation by which points are missed, in units of the digit's height.
    var unsteadiness: Float
    private(set) var knots: [Knot] = []

    init(random: SplitMix64, unsteadiness: Float) {
        self.random = random
        self.unsteadiness = unsteadiness
        knots.reserveCapacity(32)
    }

    /// Lifts the pen and begins a line.
    mutating func start(_ x: Float, _ y: Float) { add(x, y, isStart: true, isCorner: true) }

    /// Goes smoothly through a point.
    mutating func through(_ x: Float, _ y: Float) { add(x, y, isStart: false, isCorner: false) }

    /// Goes to a point and turns sharply there; also the end of a line.
    mutating func corner(_ x: Float, _ y: Float) { add(x, y, isStart: false, isCorner: true) }

    /// The point that the last knot really has, for lines that meet it.
    var last: (x: Float, y: Float) { knots.last.map { ($0.x, $0.y) } ?? (0, 0) }

    /// Lifts the pen and goes along an ellipse, from one angle to another in turns: 0 is the right, ¼ the bottom, ½ the left.
    mutating func arc(
        centre: (x: Float, y: Float), radii: (x: Float, y: Float), from: Float, to: Float, knots count: Int
    ) {
        for index in 0...count {
            let turns = from + (to - from) * Float(index) / Float(count)
            let x = centre.x + radii.x * cosineOfTurns(turns)
            let y = centre.y + radii.y * sineOfTurns(turns)
            if index == 0 { start(x, y) } else { through(x, y) }
        }
    }

    mutating func vary(_ mean: Float, _ deviation: Float) -> Float { random.normal(mean, deviation) }

    private mutating func add(_ x: Float, _ y: Float, isStart: Bool, isCorner: Bool) {
        knots.append(
            Knot(
                x: random.normal(x, unsteadiness), y: random.normal(y, unsteadiness), isStart: isStart,
                isCorner: isCorner))
    }
}

/// The ten digits as people write them: the lines of each, in several styles, with sizes that vary within
/// a style. Digits are about 1 high and 0.6 wide; the canvas scales them to size.
extension Pen {
    mutating func write(_ digit: Int) {
        switch digit {
        case 0: zero()
        case 1: one()
        case 2: two()
        case 3: three()
        case 4: four()
        case 5: five()
        case 6: six()
        case 7: seven()
        case 8: eight()
        default: nine()
        }
    }
}
