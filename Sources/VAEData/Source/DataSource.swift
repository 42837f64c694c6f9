import VAECore

/// The data that a path holds, told apart by what its files are: the one door through which images and tables come in, for training and for every tool.
///
/// It has looked at names, first bytes and headers only; ``dataset(name:options:storage:progress:)`` reads the rest.
public struct DataSource: Sendable {
    /// A file or a folder.
    public let path: String
    /// The names of the classes where folders have them; label 0 is the first one's.
    public let classNames: [String]
    /// What was found and is not used, and what was taken for what: phrases for people.
    public let remarks: [String]

    let train: Part
    let test: Part?

    /// Whether somebody named a file with one array, to which a test set beside it belongs in training alone.
    var isOneArray: Bool {
        guard case .arrays(let pair) = train else { return false }
        return pair.images.key == nil && pair.images.path == path
    }

    /// Images of one split.
    enum Part {
        case pictures(PictureList)
        case arrays(ArrayPair)
        /// A table of text at this path.
        case table(String)
    }

    /// Looks at a file or a folder.
    ///
    /// - A folder of pictures: those of its subfolders are classes, if those hold more than the folder itself. Subfolders `train` and
    ///   `test` (or `val`) are the split.
    /// - Arrays: IDX, NPY and NPZ files, whose headers say what are images and what are labels, and whose names which are for testing. A
    ///   file of images brings those along that belong to it by their names. Rows of floats that are no images are a table.
    /// - Tables of text: a row a line, commas, semicolons or tabs between the fields.
    ///
    /// - Throws: `missingInput` when there is nothing of these or it can't be read; `invalidData` when several arrays could be meant, or one
    ///   of them is damaged.
    public init(_ path: String) throws(VAEError) {
        self.path = path
        let found = Folder.exists(path) ? try FolderContents(path).split() : try FileContents(path).split()
        train = found.train
        test = found.test
        classNames = found.classNames
        remarks = found.remarks
    }
}

/// The parts of a data set as they were found.
struct FoundData {
    var train: DataSource.Part
    var test: DataSource.Part?
    var classNames: [String] = []
    var remarks: [String] = []
}
