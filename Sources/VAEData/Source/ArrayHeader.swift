import VAECore

/// Name, sizes and type of an array, read without its numbers.
struct ArrayHeader {
    /// The array's name within an NPZ archive; nil for a file of one array.
    let key: String?
    let shape: [Int]
    let type: NumericType
    /// Whether the format says that channels come last, as IDX does.
    var hasChannelsLast = false

    /// The arrays that a file holds: of NPY and IDX files one, of NPZ archives those that can be read; nil for a file of another kind.
    /// - Throws: `missingInput` when it can't be read; `invalidData` when it begins as an array and is damaged.
    static func all(of path: String) throws(VAEError) -> [ArrayHeader]? {
        let input = try InputBytes(path: path)
        // Some pictures begin with zeros, too.
        guard FileKind.picture(of: try input.start()) == nil else { return nil }
        if try input.begins(with: NPZArchive.magic) {
            let archive = try NPZArchive(contentsOf: path)
            let readable = archive.entries.compactMap { entry in
                entry.type.map { ArrayHeader(key: entry.name, shape: entry.shape, type: $0) }
            }
            if readable.isEmpty, let refusal = archive.entries.lazy.compactMap(\.refusal).first {
                throw refusal
            }
            return readable
        }
        if try input.begins(with: NPY.magic) {
            let (header, _) = try NPY.measured(
                input, size: input.size,
                advice: "Copy the file again, or save the array again with numpy.save.")
            return [ArrayHeader(key: nil, shape: header.shape, type: header.type)]
        }
        let isIDX = try input.begins(with: [0, 0])
        let isCompressed = try input.begins(with: [0x1F, 0x8B])
        guard isIDX || isCompressed else { return nil }
        let (type, shape) = try IDX.readHeader(input)
        return [ArrayHeader(key: nil, shape: shape, type: type, hasChannelsLast: true)]
    }
}
