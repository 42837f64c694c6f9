extension Report {
    /// The run's treatment of picture files, which the page repeats with those of its readers.
    package struct Treatment: Sendable, Equatable, Codable {
        /// The ways to make a picture of other proportions fit, as those of `PicturePreparation`.
        package enum Fit: String, Sendable, Codable {
            case crop, pad, stretch
        }

        /// What is made of other proportions.
        package let fit: Fit
        /// Red, green and blue under transparent pixels.
        package let background: [UInt8]
        /// Red, green and blue around padded pictures.
        package let padding: [UInt8]

        /// - Precondition: both colours have three values.
        package init(fit: Fit, background: [UInt8], padding: [UInt8]) {
            precondition(background.count == 3 && padding.count == 3, "red, green and blue")
            self.fit = fit
            self.background = background
            self.padding = padding
        }
    }

    /// Whether the page has a pad to draw on: images of one value a pixel, or of several without colours, whose edges are dark as those of
    /// digits are. Of photographs nobody draws another.
    var isOfDrawings: Bool {
        guard ![3, 4].contains(model.configuration.imageShape.channels) else { return false }
        return testSet?.images.hasDarkEdges ?? true
    }
}
