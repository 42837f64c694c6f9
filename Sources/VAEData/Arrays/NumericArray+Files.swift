import VAECore

extension NumericArray {
    /// Reads an array from a file, to its very end: an NPY file as `numpy.save` writes it, or an IDX file,
    /// compressed or not. The first bytes tell which; an array in Fortran order is transposed to C order.
    ///
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidData` when it is none of these files,
    ///   holds no numbers of a ``NumericType``, or isn't exactly as long as its header says.
    /// - Complexity: O(n); takes memory for the numbers, and once more to transpose.
    public init(contentsOf path: String) throws(VAEError) {
        let input = try InputBytes(path: path)
        let isIDX = try input.begins(with: [0, 0])
        let isCompressed = try input.begins(with: [0x1F, 0x8B])
        self = isIDX || isCompressed ? try IDX.readNumbers(input) : try NPY.read(input)
    }
}
