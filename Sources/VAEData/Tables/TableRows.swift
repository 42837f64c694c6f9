import VAECore

/// Rows from tables that somebody named, as a model takes them.
package struct TableRows: Sendable {
    /// Images of 1 × columns pixels: standardised as the model's table was, columns in its order.
    package let rows: ImageSet
    /// The place of each row, its file and its number there from 0; nil where one file was named, and numbers alone tell.
    package let names: [String]?
    /// The label of each row; nil unless all files have some.
    package let labels: [String]?
    /// (rows, columns): whether a number was missing, and stands as the mean of its column. None is where gaps were not allowed.
    package let gaps: [Bool]

    /// Reads tables of text and arrays of rows, in the order of `paths`, each as ``DataSource`` does, whatever range their values have.
    ///
    /// Columns are matched by name where a table and the model have names, else by number. The column of labels may be missing.
    /// - Parameters:
    ///   - model: the standardisation of the model's table
    ///   - labelColumn: the column of labels, where tables have it
    ///   - allowsGaps: whether numbers may be missing
    /// - Throws: `missingInput` or `inputOutput` when a file is not there or can't be read; `invalidData` when it holds no table, or
    ///   one of other columns; `invalidArgument` when `paths` is empty.
    package init(
        contentsOf paths: [String], for model: Standardization, labelColumn: String? = nil,
        allowsGaps: Bool = false
    ) throws(VAEError) {
        guard !paths.isEmpty else {
            throw VAEError(.invalidArgument, "tables", "are none", expected: "files")
        }
        var values: [Float] = []
        var gaps: [Bool] = []
        var (names, labels) = ([String](), [String]())
        for path in paths {
            let source = try DataSource(path)
            let (found, places) = try Self.read(source, model, labelColumn, allowsGaps)
            let rows = Standardization.rows(
                found.table.values, width: found.table.columns.count, places: places)
            gaps += rows.map(\.isNaN)
            let width = model.columns.count
            values += try model.apply(
                rows.enumerated().map { $1.isNaN ? Float(model.means[$0 % width]) : $1 })
            names += (0..<found.table.count).map { "\(found.place):\($0)" }
            labels += (found.labels ?? []).map {
                found.classNames.isEmpty ? "\($0)" : found.classNames[$0]
            }
        }
        rows = try ImageSet(
            shape: ImageShape(height: 1, width: model.columns.count), unbounded: .floats(values))
        self.gaps = gaps
        self.names = paths.count == 1 ? nil : names
        self.labels = labels.count == names.count ? labels : nil
    }

    /// The rows of one file, with the places of the model's columns in them.
    private static func read(
        _ source: DataSource, _ model: Standardization, _ labelColumn: String?, _ allowsGaps: Bool
    ) throws(VAEError) -> (DataSource.Rows, places: [Int]) {
        let part = source.test ?? source.train
        if let labelColumn, case .table = part {
            // Without the column of labels a table may have all that a model needs.
            var found: DataSource.Rows?
            do throws(VAEError) {
                found = try source.rows(part, labelColumn, allowsGaps: allowsGaps)
            } catch {
                guard error.kind == .invalidArgument else { throw error }
            }
            if let found, let places = try? model.places(among: found.table.columns, path: found.place) {
                return (found, places)
            }
            if let found, Int(labelColumn) == nil {
                return (found, try model.places(among: found.table.columns, path: found.place))
            }
        }
        let found = try source.rows(part, nil, allowsGaps: allowsGaps)
        return (found, try model.places(among: found.table.columns, path: found.place))
    }
}
