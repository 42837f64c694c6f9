import VAECore

/// The first row of a table of text, of which is to be told whether it names the columns.
struct TableHeader {
    private let fields: [TableField]
    private let allowsComma: Bool

    /// Rows that the first one is compared with.
    private static let compared = 8

    init(_ fields: [TableField], allowsComma: Bool) {
        self.fields = fields
        self.allowsComma = allowsComma
    }

    /// Whether the row names the columns: one of its fields is no number, and it does not look like a row with labels.
    ///
    /// It looks like one where it has numbers in the same columns as the rows after it, unless one of its texts is the name of the column of labels,
    /// or the numbers go up in equal steps, as years or numbers of columns do.
    /// - Parameters:
    ///   - path: the table, whose next rows are read
    ///   - labelColumn: the column of labels that somebody named
    /// - Throws: what reading these rows throws.
    func namesColumns(of path: String, separator: UInt8, labelColumn: String?) throws(VAEError) -> Bool {
        guard fields.contains(where: isText) else { return false }
        guard fields.contains(where: isNumber), !countsColumns else { return true }
        if let labelColumn,
            fields.contains(where: {
                isText($0) && $0.text(TableClasses.longest).utf8.elementsEqual(labelColumn.utf8)
            })
        {
            return true
        }
        var records = TableRecords(try InputBytes(path: path))
        guard try records.advance() else { return true }
        var rows = 0
        while rows < Self.compared, try records.advance() {
            let others = try records.fields(separator: separator).map { TableField(records.bytes[$0]) }
            guard others.count == fields.count, zip(fields, others).allSatisfy(areAlike) else { return true }
            rows += 1
        }
        return rows == 0
    }

    private func isNumber(_ field: TableField) -> Bool { field.number(allowsComma: allowsComma) != nil }

    private func isText(_ field: TableField) -> Bool { !isNumber(field) && !field.isGap }

    /// Whether both are numbers or both are texts; a gap is like anything.
    private func areAlike(_ field: TableField, _ other: TableField) -> Bool {
        field.isGap || other.isGap || isNumber(field) == isNumber(other)
    }

    /// Whether the numbers are whole and go up in equal steps: of 1 where they are two.
    private var countsColumns: Bool {
        let numbers = fields.compactMap { $0.number(allowsComma: allowsComma) }
        guard numbers.count > 1, numbers.allSatisfy({ $0 == $0.rounded() }) else { return false }
        let step = numbers[1] - numbers[0]
        guard step == 1 || step > 0 && numbers.count > 2 else { return false }
        return zip(numbers, numbers.dropFirst()).allSatisfy { $1 - $0 == step }
    }
}
