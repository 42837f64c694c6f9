import VAECore

/// An array in a file, known by its header alone.
struct ArrayEntry: Sendable {
    /// The file's path.
    let path: String
    /// The array's name within an NPZ archive; nil for a file of one array.
    let key: String?
    let shape: [Int]
    let type: NumericType
    let role: ArrayRole
    /// Whether the format says that channels come last.
    let hasChannelsLast: Bool

    /// The name that people know it by: the file's, or the archive's and the array's.
    var name: String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return key.map { "\(file)[\($0)]" } ?? file
    }

    /// The name with type and sizes, for messages.
    var description: String {
        "\(name) (\(type.rawValue), \(shape.map(String.init).joined(separator: "×")))"
            .escapingControlCharacters()
    }

    /// Whether it can't be images: one number for each of n items, or a table of labels that its name tells.
    var isLabels: Bool {
        shape.count == 1 || shape.count == 2 && (shape[1] == 1 || role.isLabels)
    }

    /// The number of items.
    var count: Int { shape.first ?? 0 }

    func read() throws(VAEError) -> NumericArray { try NumericArray(contentsOf: path, entry: key) }

    /// The arrays of a file by its headers; nil for a file of another kind.
    /// - Throws: `missingInput` when it can't be read; `invalidData` when it begins as an array and is damaged.
    static func all(of path: String) throws(VAEError) -> [ArrayEntry]? {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let headers = try ArrayHeader.all(of: path) else { return nil }
        return headers.map { header in
            // Within an archive the array's name says more than the archive's.
            ArrayEntry(
                path: path, key: header.key, shape: header.shape, type: header.type,
                role: ArrayRole(header.key ?? file), hasChannelsLast: header.hasChannelsLast)
        }
    }
}

/// Images and their labels, where there are some.
struct ArrayPair: Sendable {
    let images: ArrayEntry
    let labels: ArrayEntry?
}
