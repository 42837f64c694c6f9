import Foundation
import VAECore

/// The losses of several trainings by epoch in one picture: the total, the reconstruction and the KL divergence, each on its own axis, in nats
/// per image.
///
/// Trainings of one group have one colour: their mean is a line, and the range from the least to the largest a band around it.
public struct ComparisonCurves: Figure {
    /// Trainings that are alike but for their seeds.
    public struct Group: Sendable {
        /// What it is called in the legend.
        public var name: String
        /// The epochs of each training.
        public var runs: [[EpochReport]]

        /// Trainings under one name.
        public init(name: String, runs: [[EpochReport]]) {
            self.name = name
            self.runs = runs
        }
    }

    public let size: Size
    public let title: String
    private let heading: Heading
    private let panels: [BandPanel]
    private let entries: [(name: String, colour: Colour)]
    private let epochs: ClosedRange<Double>

    /// The most groups that colours tell apart.
    public static let mostGroups = 20
    private static let rowPitch = 22.0

    /// - Parameters:
    ///   - groups: with their trainings; test losses are drawn where each training has them, else training losses
    ///   - title: the line above the picture, and its name for people who can't see it; empty for none
    ///   - subtitle: smaller, below the title; empty for none
    ///   - size: 600×280 or more, without the legend below, which adds to it
    /// - Throws: `invalidArgument` when no training has an epoch, there are more than 20 groups, or the size is below 600×280; `invalidData`
    ///   when no loss at all is finite.
    public init(
        _ groups: [Group], title: String = "", subtitle: String = "",
        size: Size = Size(width: 1000, height: 400)
    ) throws(VAEError) {
        let all = groups.flatMap { $0.runs.flatMap { $0 } }
        guard let first = all.map(\.epoch).min(), let last = all.map(\.epoch).max() else {
            throw VAEError(.invalidArgument, "epochs", "are none", expected: "at least one")
        }
        guard groups.count <= Self.mostGroups else {
            throw VAEError(
                .invalidArgument, "groups of runs", "are more than colours can tell apart",
                expected: "at most \(Self.mostGroups)", found: "\(groups.count)",
                advice: "Compare fewer runs at a time.")
        }
        guard size.width >= 600, size.height >= 280 else {
            throw VAEError(
                .invalidArgument, "figure size", "is too small for loss curves", expected: "at least 600×280",
                found: "\(size.width)×\(size.height)")
        }
        let hasTest = all.allSatisfy { $0.test != nil }
        let looks = ClassLook.looks(forClasses: groups.count)
        let colours =
            groups.count == 1
            ? [Palette.primary]
            : groups.count == 2 ? [Palette.primary, Palette.secondary] : looks.map(\.colour)
        let kinds: [(String, @Sendable (Losses) -> Double)] = [
            ("Total loss", \.total), ("Reconstruction", \.reconstruction), ("KL divergence", \.kl),
        ]
        panels = kinds.map { heading, value in
            BandPanel(
                heading: heading,
                bands: zip(groups, colours).map { group, colour in
                    Band(
                        colour: colour,
                        runs: group.runs.map { epochs in
                            epochs.map { ($0.epoch, value(hasTest ? $0.test ?? $0.train : $0.train)) }
                        })
                })
        }
        guard panels.contains(where: { !$0.values.isEmpty }) else {
            throw VAEError(
                .invalidData, "losses", "are not finite, none of them",
                advice: "Training has probably diverged.")
        }
        entries = zip(groups, colours).map { group, colour in
            let lasts = group.runs.compactMap { $0.last?.comparedLoss }.filter(\.isFinite)
            return ("\(group.name): \(Self.text(lasts, of: group.runs.count))", colour)
        }
        self.title = title
        let words = [subtitle, hasTest ? "test losses" : "training losses"].filter { !$0.isEmpty }
        heading = Heading(
            title: title, subtitle: words.joined(separator: "; "), width: size.width - 54,
            on: try Canvas.ruler())
        self.size = Size(
            width: size.width, height: size.height + 14 + Self.rowPitch * Double(groups.count))
        epochs = Double(first)...Double(last)
    }

    /// "153.56 ± 0.40 in 10 runs" of losses after the last epochs.
    private static func text(_ lasts: [Double], of count: Int) -> String {
        guard let spread = Spread(lasts) else { return "no epoch yet" }
        let mean = Ticks.format(spread.mean, decimals: 2)
        guard let deviation = spread.standardDeviation else {
            return mean + (count > 1 ? " in one of \(count) runs" : "")
        }
        return "\(mean) ± \(Ticks.format(deviation, decimals: 2)) in \(spread.count) runs"
    }

    public func draw(on canvas: borrowing Canvas) {
        heading.draw(on: canvas, x: 30)
        let legendHeight = 14 + Self.rowPitch * Double(entries.count)
        let top = heading.height + 40
        let height = max(40, size.height - legendHeight - top - 62)
        var labelWidth = 0.0
        for panel in panels {
            labelWidth = max(labelWidth, canvas.width(of: panel.ticks(height: height).labels, .tick))
        }
        let left = (labelWidth + PlotArea.tickLength + 8).rounded(.up)
        let (start, gap) = (42.0, 26.0)
        let width = ((size.width - start - 24 - 2 * gap) / 3 - left).rounded(.down)
        for (index, panel) in panels.enumerated() {
            panel.draw(
                on: canvas,
                in: Rect(
                    x: start + left + Double(index) * (left + width + gap), y: top, width: width,
                    height: height),
                epochs: epochs)
        }
        canvas.draw(
            "nats per image", at: Point(30, top + height / 2), .axisLabel, .middle, isUpward: true)
        for (index, entry) in entries.enumerated() {
            let y = top + height + 62 + 14 + Self.rowPitch * (Double(index) + 0.2)
            let x = start + left
            canvas.strokeLine([Point(x, y), Point(x + 22, y)], entry.colour, width: 3)
            canvas.draw(
                entry.name, at: Point(x + 30, y), TextStyle(size: 14), .start, .middle,
                within: size.width - x - 54)
        }
    }
}
