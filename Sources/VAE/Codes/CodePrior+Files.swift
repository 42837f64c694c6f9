import VAECore

/// A prior is a safetensors file: for each context `keys` (context · K + code, ascending) and `counts`, with its sizes and the SHA-256 of the
/// model that gave the codes in the metadata.
extension CodePrior {
    /// Writes the file at `path`, whole or not at all.
    /// - Parameters:
    ///   - path: of the file
    ///   - model: what gave the codes: a prior is of no use to another
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written.
    package func write(to path: String, of model: SHA256.Digest) throws(VAEError) {
        var tensors: [SafeTensors.Tensor] = []
        for (level, table) in tables.enumerated() {
            tensors.append(
                try SafeTensors.Tensor(
                    name: Self.keys(level), shape: [table.keys.count], integers: table.keys))
            tensors.append(
                try SafeTensors.Tensor(
                    name: Self.counts(level), shape: [table.keys.count], integers: table.counts))
        }
        try SafeTensors(
            tensors,
            metadata: [
                "format": Self.format, "model": model.description, "codes": "\(size)",
                "height": "\(height)", "width": "\(width)",
            ]
        ).write(to: path)
    }

    /// Reads a prior that `write` wrote.
    /// - Returns: nil when it is of another model
    /// - Throws: `missingInput` when there is no such file; `invalidData` when it is damaged.
    package init?(contentsOf path: String, of model: VariationalAutoencoder) throws(VAEError) {
        let file = try SafeTensors(contentsOf: path)
        guard let format = file.metadata["format"], format.utf8.elementsEqual(Self.format.utf8) else {
            throw VAEError(
                .invalidData, path, "is not a prior of codes", expected: "\"format\" = \"\(Self.format)\"",
                advice: "Delete it: it is made again when it is needed.")
        }
        let digest = try model.sha256.description
        guard let codebook = model.configuration.codebook, let grid = model.codeGrid,
            let known = file.metadata["model"], known.utf8.elementsEqual(digest.utf8)
        else { return nil }
        var tables: [CodeCounts] = []
        for level in 0..<Self.levels(height: grid.height) {
            let name = Self.keys(level)
            let number = file[name]?.shape.first ?? 0
            let (keys, counts): ([Int], [Int])
            do throws(VAEError) {
                keys = try file.tensor(name, shape: [number]).integers()
                counts = try file.tensor(Self.counts(level), shape: [number]).integers()
            } catch {
                throw error.inFile(path)
            }
            let most = Self.contexts(
                level, height: grid.height, width: grid.width, size: codebook.size)
            let total = counts.reduce(0) { $0.addingReportingOverflow($1).partialValue }
            guard !keys.isEmpty, keys[0] >= 0, zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 }),
                keys[keys.count - 1] < most * codebook.size,
                counts.allSatisfy({ (1...Self.mostCounts).contains($0) }), total <= Self.mostCounts,
                counts.count <= Self.mostCounts
            else {
                throw VAEError(
                    .invalidData, path, "is damaged: \(name) and its counts are none of a prior",
                    advice: "Delete it: it is made again when it is needed.")
            }
            tables.append(CodeCounts(keys: keys, counts: counts))
        }
        self.init(size: codebook.size, height: grid.height, width: grid.width, tables: tables)
    }

    private static func keys(_ level: Int) -> String { "\(names[level]).keys" }
    private static func counts(_ level: Int) -> String { "\(names[level]).counts" }
    private static let names = ["position", "neighbour", "neighbours", "position_and_neighbours"]
    private static let format = "vae-code-prior-1"
    /// Codes of a training set, with room to add those of a context in 32 bits.
    static let mostCounts = 1 << 31
}
