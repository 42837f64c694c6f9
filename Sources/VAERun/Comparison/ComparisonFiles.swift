import VAECore
import VAEFigures

/// What a comparison leaves in a folder: a picture of the losses, and a page.
package struct ComparisonFiles {
    package static let picture = "comparison"

    private let figure: ComparisonCurves

    /// - Throws: `invalidArgument` when no run has finished an epoch, or there are more than 20 groups of runs.
    package init(_ comparison: RunComparison) throws(VAEError) {
        figure = try ComparisonCurves(
            comparison.groups.map { group in
                ComparisonCurves.Group(
                    name: group.name, runs: group.members.map { comparison.runs[$0].history })
            }, title: Self.title(comparison))
    }

    private static func title(_ comparison: RunComparison) -> String {
        let names = Set(comparison.runs.map(\.record.data.name))
        let count = comparison.runs.count
        return "Losses of \(count == 1 ? "a run" : "\(count) runs")"
            + (names.count == 1 ? " on \(names.first ?? "")" : "")
    }

    /// Writes the files into a folder, each whole or not at all.
    /// - Returns: the paths written
    /// - Throws: `cannotCreate` or `inputOutput` when a file can't be written.
    package func write(to folder: String) throws(VAEError) -> [String] {
        let paths = ["png", "svg"].map { RunFolder.join(folder, "\(Self.picture).\($0)") }
        for path in paths { try figure.write(to: path, scale: 2) }
        return paths
    }
}
