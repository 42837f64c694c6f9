import VAECore

extension DataSource {
    /// The rows of one split, and their labels.
    struct Rows {
        let table: NumericTable
        /// Whole numbers, or places among `classNames`.
        var labels: [Int]?
        var classNames: [String] = []
        /// The path, and of an archive the array's name.
        let place: String
    }

    /// The data where it is a table; nil for images.
    /// - Throws: `invalidArgument` for options that say something of images when it is a table, or of tables when it is none; what
    ///   reading it throws.
    func table(_ name: String?, _ options: ImportOptions) throws(VAEError) -> Dataset? {
        guard try holdsTable(options) else {
            guard options.labelColumn == nil else {
                throw VAEError(
                    .invalidArgument, "label column", "is for tables of text", expected: "a CSV file",
                    found: path,
                    advice: "Labels of arrays lie in arrays beside them; see Documentation/Data.md.")
            }
            return nil
        }
        guard options.pictures.size == nil, options.pictures.isGrey == nil, options.layout ?? .nd == .nd
        else {
            throw VAEError(
                .invalidArgument, path, "is a table, which has no size, colours or layout of images",
                advice: "Leave --image-size, --grey and --layout out.")
        }
        let rows = try rows(train, options.labelColumn)
        try Standardization.checkNames(rows.table.columns, path: rows.place)
        let others = try test.map { (part) throws(VAEError) in try self.rows(part, nil) }
        func set(_ rows: Rows) throws(VAEError) -> ImageSet {
            try ImageSet(
                shape: ImageShape(height: 1, width: rows.table.columns.count),
                unbounded: .floats(rows.table.values), labels: rows.labels)
        }
        return try Dataset(
            name: name ?? folderName(path), train: set(rows),
            test: others.map { (rows) throws(VAEError) in try set(rows) },
            source: "file \(path)", classNames: rows.classNames, remarks: remarks,
            columns: rows.table.columns)
    }

    /// Whether it is a table: text; of arrays rows of floats of which one at least is no brightness.
    /// - Throws: `invalidData` where options say that it is one, and it has not the shape of one.
    private func holdsTable(_ options: ImportOptions) throws(VAEError) -> Bool {
        switch train {
        case .table: return true
        case .pictures:
            guard options.isTable != true else {
                throw VAEError(
                    .invalidData, path, "holds images",
                    expected: "a CSV file or an array of shape (rows, columns)")
            }
            return false
        case .arrays(let pair):
            let entry = pair.images
            guard entry.shape.count == 2 || options.isTable != true else {
                throw VAEError(
                    .invalidData, entry.place, "holds images",
                    expected: "an array of shape (rows, columns)", found: "\(entry.shape)",
                    advice: "Reshape it to two dimensions.")
            }
            guard entry.shape.count == 2, options.layout ?? .nd == .nd else { return false }
            if let isTable = options.isTable { return isTable }
            guard [.float16, .float32, .float64].contains(entry.type) else { return false }
            // Of numbers that are not finite nothing can be told.
            return try entry.read().floats.contains { $0.isFinite && !(0...1).contains($0) }
        }
    }

    /// The rows of a split of a table.
    /// - Parameter allowsGaps: whether numbers may be missing: NaN stands for those
    /// - Throws: `invalidData` for pictures; what reading them throws.
    func rows(
        _ part: Part, _ labelColumn: String?, allowsGaps: Bool = false
    ) throws(VAEError) -> Rows {
        switch part {
        case .pictures:
            throw VAEError(
                .invalidData, path, "holds pictures", expected: "a table, as the model was trained on",
                advice: "Name a CSV file or an array of rows.")
        case .table(let path):
            let table = try NumericTable(
                contentsOf: path, labelColumn: labelColumn, allowsGaps: allowsGaps)
            let labels = table.labels?.numbered
            return Rows(
                table: table, labels: labels?.labels, classNames: labels?.classNames ?? [], place: path)
        case .arrays(let pair):
            let table = try NumericTable(
                pair.images.read(), path: pair.images.place, allowsGaps: allowsGaps)
            var rows = Rows(table: table, place: pair.images.place)
            if let found = pair.labels {
                rows.labels = try found.read().labels(path: found.place).values
                guard rows.labels?.count == table.count else {
                    throw VAEError(
                        .invalidData, found.place, "differs in number from the rows of \(rows.place)",
                        expected: "\(table.count) labels", found: "\(rows.labels?.count ?? 0)",
                        advice: "Take rows and labels from the same data set.")
                }
            }
            return rows
        }
    }
}

extension NumericTable.Labels {
    /// Whole numbers as they are, and other labels as their places among the classes, which then have names.
    var numbered: (labels: [Int], classNames: [String]) {
        let numbers = classes.compactMap { Int($0) }
        guard numbers.count == classes.count else { return (indices, classes) }
        return (indices.map { numbers[$0] }, [])
    }
}
