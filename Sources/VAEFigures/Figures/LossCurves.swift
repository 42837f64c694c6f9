import VAECore

/// Training and test losses by epoch: the total, the reconstruction and the KL divergence, each on its own
/// axis, in nats per image. A value that is not finite leaves a gap.
public struct LossCurves: Figure {
    public let size: Size
    public let title: String
    private let heading: Heading
    private let panels: [Panel]
    private let epochs: ClosedRange<Double>

    /// - Throws: `invalidArgument` when there are no epochs or the size is below 600×280; `invalidData`
    ///   when no loss at all is finite.
    public init(
        epochs: [EpochReport], title: String = "", subtitle: String = "", totalHeading: String = "Total loss",
        size: Size = Size(width: 1000, height: 420)
    ) throws(VAEError) {
        guard let first = epochs.map(\.epoch).min(), let last = epochs.map(\.epoch).max() else {
            throw VAEError(.invalidArgument, "epochs", "are none", expected: "at least one")
        }
        guard size.width >= 600, size.height >= 280 else {
            throw VAEError(
                .invalidArgument, "figure size", "is too small for loss curves", expected: "at least 600×280",
                found: "\(size.width)×\(size.height)")
        }
        let sorted = epochs.sorted { $0.epoch < $1.epoch }
        let kinds: [(String, @Sendable (Losses) -> Double)] = [
            (totalHeading, \.total), ("Reconstruction", \.reconstruction), ("KL divergence", \.kl),
        ]
        panels = kinds.map { heading, value in
            let train = Curve(
                name: "train", colour: Palette.primary, sorted.map { ($0.epoch, value($0.train)) })
            let test = Curve(
                name: "test", colour: Palette.secondary,
                sorted.compactMap { epoch in epoch.test.map { (epoch.epoch, value($0)) } })
            return Panel(heading: heading, curves: [train, test].filter { !$0.pieces.isEmpty })
        }
        guard panels.contains(where: { !$0.curves.isEmpty }) else {
            throw VAEError(
                .invalidData, "losses", "are not finite, none of them",
                advice: "Training has probably diverged.")
        }
        self.size = size
        self.title = title
        heading = Heading(
            title: title, subtitle: subtitle, width: size.width - 54, on: try Canvas.ruler())
        self.epochs = Double(first)...Double(last)
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: 30)
        var labelWidth = 0.0
        let room = max(40, size.height - heading.height - 62 - 48)
        for panel in panels {
            labelWidth = max(labelWidth, canvas.width(of: panel.ticks(height: room).labels, .tick))
        }
        let left = (labelWidth + PlotArea.tickLength + 8).rounded(.up)
        let (start, gap) = (42.0, 26.0)
        let width = ((size.width - start - 24 - 2 * gap) / 3 - left).rounded(.down)
        var lines = 1
        for panel in panels { lines = max(lines, panel.valueLines(on: canvas, width: width)) }
        let top = heading.height + 48 + Double(lines - 1) * Panel.linePitch
        let height = max(40, size.height - top - 62)
        for (index, panel) in panels.enumerated() {
            panel.draw(
                on: canvas,
                in: Rect(
                    x: start + left + Double(index) * (left + width + gap), y: top, width: width,
                    height: height),
                valueLines: lines, epochs: epochs)
        }
        canvas.draw(
            "nats per image", at: Point(30, top + height / 2), .axisLabel, .middle,
            isUpward: true)
    }
}
