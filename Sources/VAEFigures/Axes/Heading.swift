import VAECore

/// Title and subtitle of a figure, in the same place in each.
struct Heading: Sendable {
    private let title: [String]
    private let subtitle: [String]

    private static let titlePitch = 25.0
    private static let subtitlePitch = 19.0

    /// A heading in as many lines as `width` takes, five for each of the two at most.
    init(title: String, subtitle: String, width: Double, on canvas: borrowing Canvas) {
        self.title = title.isEmpty ? [] : canvas.wrapped(title, .title, toWidth: width, mostLines: 5)
        self.subtitle =
            subtitle.isEmpty ? [] : canvas.wrapped(subtitle, .subtitle, toWidth: width, mostLines: 5)
    }

    /// Space the heading takes from the top of a figure.
    var height: Double {
        let more =
            Self.titlePitch * Double(max(0, title.count - 1))
            + Self.subtitlePitch * Double(max(0, subtitle.count - 1))
        switch (title.isEmpty, subtitle.isEmpty) {
        case (true, true): return 20
        case (false, true), (true, false): return 56 + more
        case (false, false): return 80 + more
        }
    }

    /// Draws the lines from `x` on.
    func draw(on canvas: borrowing Canvas, x: Double) {
        var y = 38.0
        for (index, line) in title.enumerated() {
            canvas.draw(line, at: Point(x, y), .title)
            y += index == title.count - 1 ? 24 : Self.titlePitch
        }
        for line in subtitle {
            canvas.draw(line, at: Point(x, y), .subtitle)
            y += Self.subtitlePitch
        }
    }
}
