/// The texts of a figure as they were drawn, and where: for tests of whether they can be read.
final class TextLog {
    struct Entry {
        /// With stand-ins for what the font lacks.
        let text: String
        /// From the baseline to the top of a digit, in pixels of the figure.
        let box: Rect
    }

    private(set) var entries: [Entry] = []

    func add(_ text: String, _ box: Rect) { entries.append(Entry(text: text, box: box)) }
}
