import VAECore

/// One loss of several trainings that are alike: its mean by epoch, and its range.
struct Band: Sendable {
    /// What the trainings that came so far have after an epoch: of those values that are finite.
    struct Epoch: Sendable {
        let epoch, least, mean, largest: Double

        /// nil where no value is finite.
        init?(_ epoch: Int, _ values: [Double]) {
            let finite = values.filter(\.isFinite)
            guard let least = finite.min(), let largest = finite.max() else { return nil }
            self.epoch = Double(epoch)
            self.least = least
            self.largest = largest
            mean = finite.reduce(0, +) / Double(finite.count)
        }
    }

    let colour: Colour
    /// By epoch, cut where no value is finite.
    let pieces: [[Epoch]]

    init(colour: Colour, runs: [[(epoch: Int, value: Double)]]) {
        self.colour = colour
        var values: [Int: [Double]] = [:]
        for run in runs { for (epoch, value) in run { values[epoch, default: []].append(value) } }
        let epochs = values.keys.sorted().map { Epoch($0, values[$0] ?? []) }
        pieces = epochs.split { $0 == nil }.map { $0.compactMap(\.self) }
    }

    var values: [Double] { pieces.flatMap { $0.flatMap { [$0.least, $0.largest] } } }
}

/// One loss of all groups of a comparison.
struct BandPanel: Sendable {
    let heading: String
    let bands: [Band]

    private static let headingStyle = TextStyle(size: 15, isBold: true)

    var values: [Double] { bands.flatMap(\.values) }

    /// Trainings differ at their end, and fall furthest at their beginning, which would press the rest flat: with ten epochs or more the first
    /// tenth may leave the axis, but for where a training has come to.
    private var range: ClosedRange<Double> {
        let points = bands.flatMap { $0.pieces.flatMap { $0 } }
        let epochs = points.map(\.epoch)
        let first = epochs.min() ?? 0
        let span = (epochs.max() ?? 0) - first
        let shown =
            points.filter { span < 9 || $0.epoch >= first + span / 10 }
            + bands.compactMap { $0.pieces.last?.last }
        guard let low = shown.map(\.least).min(), let high = shown.map(\.largest).max() else {
            return 0...1
        }
        let range = (low...high).padded(by: 0.06)
        // A KL divergence of 0 throughout, say, must not suggest that losses could be negative.
        return low >= 0 ? max(0, range.lowerBound)...range.upperBound : range
    }

    func ticks(height: Double) -> Ticks { Ticks(in: range, about: max(2, Int(height / 50))) }

    func draw(on canvas: borrowing Canvas, in rect: Rect, epochs: ClosedRange<Double>) {
        let area = PlotArea(rect, x: epochs.padded(by: 0.03), y: range)
        let ticksX = Ticks(in: epochs, about: max(2, Int(rect.width / 55)), wholeNumbers: true)
        let ticksY = values.isEmpty ? Ticks(values: [], decimals: 0) : ticks(height: rect.height)
        area.drawGrid(on: canvas, x: nil, y: ticksY)
        canvas.withClip(to: rect) {
            for band in bands { drawRange(of: band, in: area, on: canvas) }
            for band in bands { drawMean(of: band, in: area, on: canvas) }
        }
        area.drawAxes(on: canvas, x: ticksX, y: ticksY)
        canvas.draw("epoch", at: Point(rect.midX, rect.maxY + 46), .axisLabel, .middle)
        canvas.draw(
            heading, at: Point(rect.minX, rect.minY - 16), Self.headingStyle, within: rect.width)
    }

    private func drawRange(of band: Band, in area: PlotArea, on canvas: borrowing Canvas) {
        for piece in band.pieces where piece.contains(where: { $0.least < $0.largest }) {
            let upper = piece.map { area.place($0.epoch, $0.largest) }
            let lower = piece.reversed().map { area.place($0.epoch, $0.least) }
            canvas.fillPolygon(upper + lower, band.colour, opacity: 0.22)
        }
    }

    private func drawMean(of band: Band, in area: PlotArea, on canvas: borrowing Canvas) {
        for piece in band.pieces {
            let places = piece.map { area.place($0.epoch, $0.mean) }
            canvas.strokeLine(places, band.colour, width: 2.25)
            if places.count == 1 { canvas.fillDots(places, radius: 3.25, band.colour) }
        }
    }
}
