import VAE

/// A part of a training step that can be timed by itself.
struct Piece {
    /// Which way the step goes while it does this.
    enum Direction: String {
        case forward
        /// The product that gives the gradient of a layer's weights.
        case weightGradient = "weight_gradient"
        /// The product that gives the gradient of a layer's input.
        case inputGradient = "input_gradient"
        /// The way back, where it is not a product.
        case backward
        /// Neither forward nor back.
        case step
    }

    /// (m × k) · (k × n).
    struct Product: Equatable {
        var m: Int
        var n: Int
        var k: Int
        /// Products of this size that a step needs; the last of a micro-batch may have fewer rows.
        var calls: Int
        /// Operations of all of them, exactly.
        var flop: Int
    }

    /// Pieces of one name and direction share a row: lowering is one row for all layers, a product one for each.
    let name: String
    let direction: Direction
    var product: Product?
    /// How often a step does `work`.
    let timesPerStep: Int
    let work: () -> Void
}

/// How long a piece takes, in rounds that other measurements lie between.
struct PieceTimer {
    let piece: Piece
    /// Steps per second, if a step were this piece alone.
    private(set) var rounds = Rounds()
    /// Repetitions under one reading of the clock, so that reading it costs nothing beside them.
    private let repeats: Int

    private static let shortest = 50e-6
    private static let samples = 3

    init(_ piece: Piece) {
        self.piece = piece
        piece.work()
        repeats = max(1, Int(Self.shortest / max(seconds(piece.work), 1e-9)))
    }

    mutating func measure() {
        // The step has its data in the caches from the piece before; a first pass puts it there.
        piece.work()
        for _ in 0..<Self.samples {
            let taken = seconds { for _ in 0..<repeats { piece.work() } }
            rounds.append(Double(repeats) / (taken * Double(piece.timesPerStep)))
        }
    }
}
