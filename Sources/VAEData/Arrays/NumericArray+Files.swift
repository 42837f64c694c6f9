import VAECore

extension NumericArray {
    /// Reads an array from a file, to its very end: an NPY file as `numpy.save` writes it, an NPZ archive of one array, or an IDX
    /// file, compressed or not. The first bytes tell which; an array in Fortran order is transposed to C order.
    ///
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidData` when it is none of these files,
    ///   holds no numbers of a ``NumericType``, or isn't exactly as long as its header says.
    /// - Complexity: O(n); takes memory for the numbers, and once more to transpose.
    public init(contentsOf path: String) throws(VAEError) { try self.init(contentsOf: path, entry: nil) }

    /// Reads an array from a file, of an NPZ archive the one called `entry`.
    /// - Throws: what ``init(contentsOf:)`` throws; `invalidArgument` when the archive has no such array, or the file is no archive.
    package init(contentsOf path: String, entry: String?) throws(VAEError) {
        let input = try InputBytes(path: path)
        if try input.begins(with: NPZArchive.magic) {
            let archive = try NPZArchive(contentsOf: path)
            self = if let entry { try archive.array(named: entry) } else { try archive.onlyArray() }
            return
        }
        if let entry {
            throw VAEError(
                .invalidArgument, path, "is not an archive, and has no array called \"\(entry.prefix(100))\"",
                expected: "an NPZ archive",
                found: FileKind.name(of: try input.start()) ?? "another kind of file")
        }
        let isIDX = try input.begins(with: [0, 0])
        let isCompressed = try input.begins(with: [0x1F, 0x8B])
        self = isIDX || isCompressed ? try IDX.read(input) : try NPY.read(input)
    }
}
