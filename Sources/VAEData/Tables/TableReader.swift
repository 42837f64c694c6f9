import VAECore

extension NumericTable {
    /// Reads a table of text piece by piece: a row a line, commas, semicolons or tabs between the fields, which may stand in quotes.
    /// Beside semicolons and tabs a comma may stand for the decimal point.
    ///
    /// - Parameters:
    ///   - labelColumn: the name of the column of labels, or its number from 1 in a table without names; its fields are any text.
    ///   - excluding: the names of columns to leave out
    ///   - hasHeader: whether the first row names the columns; nil to tell by its fields: one of them is no number, and it does not look like the
    ///     rows after it.
    ///   - allowsGaps: whether fields may be empty, or say that there is no number: NaN stands for those.
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidArgument` when there is no column of a name
    ///   given; `invalidData` when there are no rows, rows differ in length, a field that ought to be a number is none or not
    ///   finite, a line is longer than 1 MiB or has more than 65,536 columns.
    /// - Complexity: O(n); takes memory for the numbers and a line, not for the text.
    package init(
        contentsOf path: String, labelColumn: String? = nil, excluding: [String] = [],
        hasHeader: Bool? = nil, allowsGaps: Bool = false
    ) throws(VAEError) {
        let input = try InputBytes(path: path)
        if let kind = FileKind.name(of: try input.start()), !Self.kindsOfText.contains(kind) {
            throw VAEError(
                .invalidData, path, "holds no table", expected: "rows of numbers as text", found: kind,
                advice: "Save it as CSV.")
        }
        var reader = try TableReader(input, labelColumn, excluding, hasHeader, allowsGaps)
        self = try reader.table()
    }

    /// The kinds of file that the first bytes of a table may be taken for.
    private static let kindsOfText = [FileKind.text, "JSON", "a web page or XML", "an empty file"]
}

/// The state of reading one table.
private struct TableReader {
    private let path: String
    private let separator: UInt8
    private let names: [String]
    private let labelPlace: Int?
    /// The places of the columns that are numbers.
    private let places: [Int]
    private let allowsGaps: Bool
    private var records: TableRecords
    /// Whether the record at hand is the first row of numbers.
    private var isAtFirstRow: Bool
    private var values: [Float] = []
    private var classes = TableClasses()
    private var row = 0

    init(
        _ input: InputBytes, _ labelColumn: String?, _ excluding: [String], _ hasHeader: Bool?,
        _ allowsGaps: Bool
    ) throws(VAEError) {
        path = input.path
        self.allowsGaps = allowsGaps
        records = TableRecords(input)
        guard try records.advance() else {
            throw VAEError(.invalidData, input.path, "holds no rows", advice: "Save a table as CSV.")
        }
        separator = records.separator()
        let first = try records.fields(separator: separator).map { [bytes = records.bytes] in
            TableField(bytes[$0])
        }
        let allowsComma = separator != UInt8(ascii: ",")
        let isHeader: Bool
        if let hasHeader {
            isHeader = hasHeader
        } else {
            isHeader = try TableHeader(first, allowsComma: allowsComma).namesColumns(
                of: input.path, separator: separator, labelColumn: labelColumn)
        }
        let names = first.enumerated().map { index, field in
            let name = isHeader ? field.text(TableClasses.longest) : ""
            return name.isEmpty ? "\(index + 1)" : name
        }
        if isHeader { try Self.checkDistinct(names, input.path) }
        func place(_ name: String) throws(VAEError) -> Int {
            let found = names.indices.filter { names[$0].utf8.elementsEqual(name.utf8) }
            guard let place = found.first, found.count == 1 else {
                let shown = names.prefix(8).map { "\"\($0.prefix(40))\"" }.joined(separator: ", ")
                let more = names.count > 8 ? " and \(names.count - 8) more" : ""
                throw VAEError(
                    .invalidArgument, input.path,
                    "has \(found.isEmpty ? "no column" : "\(found.count) columns") called \"\(name.prefix(100))\"",
                    expected: shown + more,
                    advice: isHeader ? nil : "The columns of this table have numbers for names.")
            }
            return place
        }
        var labelPlace: Int?
        if let labelColumn { labelPlace = try place(labelColumn) }
        var left = Set(labelPlace.map { [$0] } ?? [])
        for name in excluding { left.insert(try place(name)) }
        self.names = names
        self.labelPlace = labelPlace
        places = names.indices.filter { !left.contains($0) }
        isAtFirstRow = !isHeader
        guard !places.isEmpty else {
            throw VAEError(
                .invalidData, input.path, "has no column of numbers", expected: "one besides the labels",
                found: "\(names.count) columns")
        }
    }

    /// - Throws: `invalidData` where two columns have one name: what says a column would say two.
    private static func checkDistinct(_ names: [String], _ path: String) throws(VAEError) {
        var known: Set<[UInt8]> = []
        for (index, name) in names.enumerated() where !known.insert(Array(name.utf8)).inserted {
            throw VAEError(
                .invalidData, path, "has several columns called \"\(name.prefix(100))\"",
                expected: "a name for each", found: "another at column \(index + 1)",
                advice: "Rename one of them, or take it out.")
        }
    }

    mutating func table() throws(VAEError) -> NumericTable {
        while true {
            if !isAtFirstRow {
                guard try records.advance() else { break }
            }
            isAtFirstRow = false
            try readRow()
        }
        guard row > 0 else {
            throw VAEError(
                .invalidData, path, "holds no rows", expected: "numbers below the names of the columns",
                found: "\(names.count) names")
        }
        return NumericTable(
            columns: places.map { names[$0] }, values: values,
            labels: labelPlace.map { classes.labels(column: names[$0]) })
    }

    private mutating func readRow() throws(VAEError) {
        row += 1
        let fields = try records.fields(separator: separator)
        guard fields.count == names.count else {
            let name =
                switch separator {
                case 0x09: "tabs"
                case UInt8(ascii: ";"): "semicolons"
                default: "commas"
                }
            throw VAEError(
                .invalidData, path, "has rows of several lengths", expected: "\(names.count) columns",
                found: "\(fields.count) in line \(records.line)",
                advice: "Fields are told apart by \(name) here; put those that hold some into quotes.")
        }
        let allowsComma = separator != UInt8(ascii: ",")
        for place in places {
            let field = TableField(records.bytes[fields[place]])
            if allowsGaps, field.isUnknown {
                values.append(.nan)
                continue
            }
            guard let number = field.number(allowsComma: allowsComma), number.isFinite else {
                throw noNumber(field, names[place], isLarge: field.number(allowsComma: allowsComma) != nil)
            }
            values.append(number)
        }
        if let labelPlace {
            let field = TableField(records.bytes[fields[labelPlace]])
            let column = "column \"\(names[labelPlace].prefix(100))\", \(position)"
            try classes.append(field, at: column, of: path)
        }
    }

    /// The row, from 1, and the line, which differ by the header and by blank lines.
    private var position: String { "row \(row) (line \(records.line))" }

    private func noNumber(_ field: TableField, _ column: String, isLarge: Bool) -> VAEError {
        let column = "\"\(column.prefix(100))\""
        let found = field.count == 0 ? "an empty field" : "\"\(field.text(40))\""
        if isLarge || field.isGap {
            return VAEError(
                .invalidData, path,
                isLarge
                    ? "holds a number that is not finite in single precision in column \(column)"
                    : "has a gap in column \(column)",
                expected: "a finite number", found: "\(found) in \(position)",
                advice: "Leave such rows out, or fill the gaps in.")
        }
        return VAEError(
            .invalidData, path, "holds text in column \(column)", expected: "a number",
            found: "\(found) in \(position)", advice: "Name it as the label column, or leave the column out.")
    }
}
