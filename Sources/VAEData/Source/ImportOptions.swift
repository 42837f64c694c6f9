import VAECore

/// What is to be made of files: how pictures become images of one size, and what in arrays and tables their headers don't say.
public struct ImportOptions: Sendable, Hashable, Codable {
    /// Size, fit, colours and background of pictures.
    public var pictures: PicturePreparation
    /// The order of the dimensions in arrays of images; nil where sizes tell.
    public var layout: ImageLayout?
    /// What becomes of a picture that can't be read.
    public var onBadPicture: BadPicture

    /// The name of the column of labels in a table of text, or its number from 1 where columns have no names; nil for none.
    public var labelColumn: String?
    /// Whether the rows of an array are those of a table; nil to tell by whether they are floats of another range than images have.
    package var isTable: Bool?

    /// The ways to go on after a picture that can't be read.
    public enum BadPicture: String, Sendable, Hashable, Codable, CaseIterable {
        /// An error that names it.
        case fail
        /// A remark that names it; the others are taken.
        case skip
    }

    /// Options that by default keep sizes and colours, and refuse what can't be read.
    public init(
        pictures: PicturePreparation = PicturePreparation(), layout: ImageLayout? = nil,
        onBadPicture: BadPicture = .fail, labelColumn: String? = nil
    ) {
        self.pictures = pictures
        self.layout = layout
        self.onBadPicture = onBadPicture
        self.labelColumn = labelColumn
    }
}
