import VAE
import VAECore

/// The part of a row's reconstruction loss that is a column's.
struct ColumnCost: Encodable {
    let column: String
    /// −ln p of the value at z = μ.
    let nats: Double
    /// In the table's units.
    let value: Float
    /// The mean of p(x|z) at z = μ, in the table's units.
    let expected: Float
}

extension AnomaliesCommand {
    /// Columns that are named of a row.
    private static let columnsShown = 3

    /// For each of the rows at `positions` the columns that cost most; nothing for images.
    func columnCosts(
        _ input: ImageOptions.Input, _ positions: [Int], _ model: VariationalAutoencoder, _ threads: Int
    ) throws(VAEError) -> [[ColumnCost]] {
        guard let table = input.table, !positions.isEmpty else { return [] }
        let rows = input.images.selecting(positions)
        let found = try model.valueLosses(of: rows, threads: threads)
        let width = table.columns.count
        try Finiteness.demand(found.means, each: width) { "a column of row \(input.name(positions[$0]))" }
        let (values, expected) = (try table.undo(try rows.values.floats), try table.undo(found.means))
        return positions.indices.map { row in
            let range = row * width..<(row + 1) * width
            // Of equal ones the first.
            return range.sorted { (found.losses[$1], $0) < (found.losses[$0], $1) }
                .prefix(Self.columnsShown).map { at in
                    ColumnCost(
                        column: table.columns[at - range.lowerBound], nats: found.losses[at],
                        value: values[at], expected: expected[at])
                }
        }
    }
}
