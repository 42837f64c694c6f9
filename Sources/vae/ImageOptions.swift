import ArgumentParser
import VAEConsole
import VAECore
import VAEData
import VAERun

/// The images that a command works on, or the rows of a table: files, or the test images of the model's run.
struct ImageOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Pictures (PNG, JPEG, WebP), arrays (NPY, NPZ, IDX) or folders of them; for a model of a table tables (CSV, NPY). (default: the run's test images, or rows)",
            valueName: "images"
        ))
    var files: [String] = []

    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp("Only these of the images, such as 0-9,15, counted from 0.", valueName: "list"))
    var select: IndexList?

    @OptionGroup var importing: ImportFlags

    @Flag(help: "Turn black into white first, for drawings on paper. Of named files only.")
    var invert = false

    /// The images, and what they are called where files were named.
    struct Input {
        let images: ImageSet
        /// One an image; nil for the run's test images, which are known by their number.
        let names: [String]?
        /// The place of each image among all of them.
        let indices: [Int]
        /// The data set's name; nil where files were named.
        let dataset: String?
        /// The names of the classes, label 0 first; none where labels are only numbers.
        let classNames: [String]

        /// The label of each image; nil where they have none.
        let labels: [ImageLabel]?
        /// The standardisation of the rows of a table; nil for images.
        let table: Standardization?
        /// (rows, columns): whether a number was missing; nil where none may be.
        var gaps: [Bool]?

        /// The name of an image in tables.
        func name(_ position: Int) -> ImageName {
            names.map { .file($0[position]) } ?? .index(indices[position])
        }

        /// The name of an image's class; nil without one.
        func className(_ position: Int) -> String? {
            images.labels.flatMap {
                classNames.indices.contains($0[position]) ? classNames[$0[position]] : nil
            }
        }

        /// The first `count` of the images; nil for all.
        func limited(to count: Int?) -> Input {
            guard let count, count < images.count else { return self }
            return selecting(Array(0..<count))
        }

        /// The images at `positions`.
        func selecting(_ positions: [Int]) -> Input {
            let size = images.shape.count
            return Input(
                images: images.selecting(positions),
                names: names.map { names in positions.map { names[$0] } },
                indices: positions.map { indices[$0] }, dataset: dataset, classNames: classNames,
                labels: labels.map { labels in positions.map { labels[$0] } }, table: table,
                gaps: gaps.map { gaps in positions.flatMap { gaps[$0 * size..<($0 + 1) * size] } })
        }
    }

    /// - Parameter allowsGaps: whether numbers of tables that are named may be missing
    /// - Throws: `invalidArgument` for a flag that does not go with the others, or an index beyond the images; and what
    ///   reading them throws.
    func read(
        for model: SavedRun, _ console: Console, allowsGaps: Bool = false
    ) throws(VAEError) -> Input {
        let all: ImageSet
        var names: [String]?
        var dataset: String?
        let classNames: [String]
        var labels: [ImageLabel]?
        var gaps: [Bool]?
        if files.isEmpty {
            guard importing.fit == nil, !invert else {
                throw VAEError(
                    .invalidArgument, invert ? "--invert" : "--fit", "is for images that are named",
                    found: "none", advice: "Name files or folders behind the run.")
            }
            let found = try data.images(of: model, console).asTested(by: model.record?.training)
            guard let test = found.test else {
                throw VAEError(.missingInput, found.name, "has no test images")
            }
            (all, dataset) = (test, found.name)
            // Labels of tables are the texts that stood there; those of images are numbers beside their classes' names.
            let isTable = !found.columns.isEmpty
            classNames = isTable ? [] : found.classNames
            labels = test.labels?.map {
                isTable && found.classNames.indices.contains($0)
                    ? .text(found.classNames[$0]) : .number($0)
            }
        } else if let standardization = model.model.standardization {
            try checkTableFlags()
            let found = try TableRows(
                contentsOf: files, for: standardization,
                labelColumn: importing.labelColumn ?? model.importOptions.labelColumn,
                allowsGaps: allowsGaps)
            gaps = allowsGaps ? found.gaps : nil
            (all, names, classNames) = (found.rows, found.names, [])
            labels = found.labels?.map { label in Int(label).map { .number($0) } ?? .text(label) }
        } else {
            guard data.data == nil else {
                throw VAEError(
                    .invalidArgument, "--data", "does not go with files that are named",
                    advice: "Leave out one of the two.")
            }
            let shape = model.configuration.imageShape
            var options = importing.applied(to: model.importOptions)
            if importing.fit != nil {
                options.pictures.size = .init(height: shape.height, width: shape.width)
            }
            let found = try ImageFiles(contentsOf: files, shape: shape, options: options, inverting: invert)
            for remark in found.remarks { console.note(remark.escapingControlCharacters()) }
            // As the run's test images are.
            all = try model.record?.training.measured(found.images) ?? found.images
            (names, classNames) = (found.names, found.classNames)
            labels = all.labels?.map { .number($0) }
        }
        let input = Input(
            images: all, names: names, indices: Array(0..<all.count), dataset: dataset,
            classNames: classNames, labels: labels, table: model.model.standardization, gaps: gaps)
        guard let select else { return input }
        return input.selecting(try select.indices(of: all.count))
    }

    /// - Throws: `invalidArgument` for flags that say what becomes of pictures, beside tables.
    private func checkTableFlags() throws(VAEError) {
        guard data.data == nil else {
            throw VAEError(
                .invalidArgument, "--data", "does not go with files that are named",
                advice: "Leave out one of the two.")
        }
        for (flag, isGiven) in [
            ("--fit", importing.fit != nil), ("--invert", invert), ("--layout", importing.layout != nil),
            ("--background", importing.background != nil), ("--on-bad-image", importing.onBadImage != nil),
        ] where isGiven {
            throw VAEError(
                .invalidArgument, flag, "is for images", found: "a model of a table",
                advice: "Leave it out.")
        }
    }
}

/// The name of an image: its number in the test set, from 0, or its file.
enum ImageName: Encodable, CustomStringConvertible {
    case index(Int)
    case file(String)

    var description: String {
        switch self {
        case .index(let index): "\(index)"
        case .file(let path): path
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .index(let index): try value.encode(index)
        case .file(let path): try value.encode(path)
        }
    }
}

/// The label of an image, or of a row of a table: a whole number, or a word.
enum ImageLabel: Encodable, CustomStringConvertible {
    case number(Int)
    case text(String)

    var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .text(let text): text
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        }
    }
}

/// Numbers from 0 and spans of them, with commas between: `0-9,15`.
struct IndexList: CheckedArgument {
    private let spans: [ClosedRange<Int>]
    private let text: String

    init?(argument: String) {
        text = argument
        var spans: [ClosedRange<Int>] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { digits in
                digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
                first <= last
            else { return nil }
            spans.append(first...last)
        }
        self.spans = spans
    }

    static func objection(to text: String) -> String {
        "it is no list of numbers from 0 and spans of them, such as 0-9,15"
    }

    /// The numbers, in the order given.
    /// - Throws: `invalidArgument` for one that is not below `count`.
    func indices(of count: Int) throws(VAEError) -> [Int] {
        for span in spans where span.upperBound >= count {
            throw VAEError(
                .invalidArgument, "--select", "asks for images that there are not",
                expected: "0 to \(count - 1)", found: text)
        }
        return spans.flatMap { Array($0) }
    }
}
