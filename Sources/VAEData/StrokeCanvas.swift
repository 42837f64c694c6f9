/// Turns the lines of a pen into a grey image: shapes them as a hand and a sheet of paper would, fits them
/// into the frame that MNIST uses, and inks them with soft edges.
struct StrokeCanvas {
    /// Height and width of the image, in pixels.
    static let side = 28
    /// The digit's larger side without its ink, and its ink, fill about this many pixels.
    private static let frame: Float = 20

    /// A point of a line that has been cut into short straight pieces.
    private struct Sample {
        var x: Float
        var y: Float
        /// Half the width of the ink.
        var radius: Float
        var isStart: Bool
    }

    private var samples: [Sample] = []
    private var coverage = [Float](repeating: 0, count: side * side)

    /// Draws one digit into `pixels`, `side`² values in rows, 0 to 255.
    mutating func draw(_ pen: Pen, into pixels: UnsafeMutableBufferPointer<UInt8>) {
        var random = pen.random
        var knots = pen.knots
        distort(&knots, &random)
        flatten(knots, &random)
        place(&random)
        ink(&random, pixels)
    }

    /// Slant, aspect, a bend and a slow wave, a small turn.
    private func distort(_ knots: inout [Pen.Knot], _ random: inout SplitMix64) {
        let width = max(0.6, random.normal(1.1, 0.19))
        let slant = max(-0.3, random.normal(0.16, 0.2))
        let bend = random.normal(0, 0.09)
        let wave = random.normal(0, 0.03)
        let phase = random.uniform()
        let drift = random.normal(0, 0.025)
        let swing = random.uniform()
        let turn = random.normal(0, 0.014)
        let (sine, cosine) = (sineOfTurns(turn), cosineOfTurns(turn))
        for index in knots.indices {
            let x = (knots[index].x - 0.3) * width
            let y = knots[index].y - 0.5
            let moved = x - slant * y + bend * (y * y - 0.1) + wave * sineOfTurns(phase + y)
            let raised = y + drift * sineOfTurns(swing + x * 1.3)
            knots[index].x = cosine * moved - sine * raised
            knots[index].y = sine * moved + cosine * raised
        }
    }

    /// Cuts the curves through the knots (Catmull and Rom's, one run from corner to corner) into pieces of
    /// about a pixel, and gives each its width.
    private mutating func flatten(_ knots: [Pen.Knot], _ random: inout SplitMix64) {
        samples.removeAll(keepingCapacity: true)
        var (low, high) = ((x: Float.infinity, y: Float.infinity), (x: -Float.infinity, y: -Float.infinity))
        for knot in knots {
            low = (min(low.x, knot.x), min(low.y, knot.y))
            high = (max(high.x, knot.x), max(high.y, knot.y))
        }
        let radius = max(0.62, random.normal(1.24, 0.35))
        let scale = (Self.frame - 2 * radius) / max(high.x - low.x, high.y - low.y, 0.1)
        let pressure = random.uniform(0.04, 0.2)
        var phase = random.uniform()
        let pace = random.uniform(0.02, 0.06)

        for index in knots.indices {
            let knot = knots[index]
            if knot.isStart {
                samples.append(Sample(x: knot.x * scale, y: knot.y * scale, radius: radius, isStart: true))
                continue
            }
            let from = knots[index - 1]
            // Beyond a corner or an end, the line is continued by its own mirror image.
            let before =
                from.isCorner
                ? (x: 2 * from.x - knot.x, y: 2 * from.y - knot.y)
                : (x: knots[index - 2].x, y: knots[index - 2].y)
            let ends = knot.isCorner || index + 1 == knots.count || knots[index + 1].isStart
            let after =
                ends
                ? (x: 2 * knot.x - from.x, y: 2 * knot.y - from.y)
                : (x: knots[index + 1].x, y: knots[index + 1].y)
            let (dx, dy) = ((knot.x - from.x) * scale, (knot.y - from.y) * scale)
            let pieces = max(1, Int((dx * dx + dy * dy).squareRoot() * 0.7 + 0.5))
            for piece in 1...pieces {
                let t = Float(piece) / Float(pieces)
                phase += pace
                samples.append(
                    Sample(
                        x: spline(before.x, from.x, knot.x, after.x, t) * scale,
                        y: spline(before.y, from.y, knot.y, after.y, t) * scale,
                        radius: radius * (1 + pressure * sineOfTurns(phase)), isStart: false))
            }
        }
    }

    private func spline(_ a: Float, _ b: Float, _ c: Float, _ d: Float, _ t: Float) -> Float {
        let linear = c - a
        let square = 2 * a - 5 * b + 4 * c - d
        let cube = 3 * (b - c) + d - a
        return b + 0.5 * t * (linear + t * (square + t * cube))
    }

    /// Moves the centre of the ink's mass to the centre of the image, as MNIST's makers did.
    private mutating func place(_ random: inout SplitMix64) {
        var (mass, x, y) = (Float(0), Float(0), Float(0))
        for index in samples.indices.dropFirst() where !samples[index].isStart {
            let (a, b) = (samples[index - 1], samples[index])
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let weight = (dx * dx + dy * dy).squareRoot() * b.radius
            mass += weight
            x += weight * (a.x + b.x) * 0.5
            y += weight * (a.y + b.y) * 0.5
        }
        let centre = Float(Self.side) / 2
        let (right, down) = (centre - x / max(mass, 1e-6), centre - y / max(mass, 1e-6))
        let (shiftX, shiftY) = (right + random.normal(0, 0.3), down + random.normal(0, 0.3))
        for index in samples.indices {
            samples[index].x += shiftX
            samples[index].y += shiftY
        }
    }

    /// Shades the pixels near each piece by their distance from it.
    private mutating func ink(_ random: inout SplitMix64, _ pixels: UnsafeMutableBufferPointer<UInt8>) {
        let softness = 1 / random.uniform(1, 1.6)
        let darkness = random.uniform(0.96, 1.14)
        let side = Self.side
        let reach = 0.5 / softness
        coverage.withUnsafeMutableBufferPointer { coverage in
            coverage.update(repeating: 0)
            for index in samples.indices.dropFirst() where !samples[index].isStart {
                let (a, b) = (samples[index - 1], samples[index])
                let (dx, dy) = (b.x - a.x, b.y - a.y)
                let inverse = 1 / max(dx * dx + dy * dy, 1e-12)
                let margin = max(a.radius, b.radius) + reach - 0.5
                let left = max(0, Int(min(a.x, b.x) - margin))
                let right = min(side - 1, Int(max(a.x, b.x) + margin))
                let top = max(0, Int(min(a.y, b.y) - margin))
                let bottom = min(side - 1, Int(max(a.y, b.y) + margin))
                guard left <= right, top <= bottom else { continue }
                for row in top...bottom {
                    let py = Float(row) + 0.5 - a.y
                    for column in left...right {
                        let px = Float(column) + 0.5 - a.x
                        let t = max(0, min(1, (px * dx + py * dy) * inverse))
                        let (ex, ey) = (px - t * dx, py - t * dy)
                        let distance = (ex * ex + ey * ey).squareRoot()
                        let edge = a.radius + t * (b.radius - a.radius) - distance
                        let value = edge * softness + 0.5
                        let place = row * side + column
                        coverage[place] = max(coverage[place], value)
                    }
                }
            }
            for place in 0..<side * side {
                let c = min(1, coverage[place])
                let smooth = c * c * (3 - 2 * c)
                pixels[place] = UInt8(min(255, smooth * darkness * 255 + 0.5))
            }
        }
    }
}
